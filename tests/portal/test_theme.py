"""The choice of colours, and the pages that must work when nothing else does."""

import pytest
from django.template.loader import render_to_string


def test_the_chosen_colours_are_painted_by_the_server(client, db):
    answer = client.post("/theme/", {"theme": "dark", "next": "/en/help/"})

    assert answer["Location"] == "/en/help/"
    assert 'data-theme="dark"' in client.get("/en/help/").text


def test_without_a_choice_the_device_decides(client, db):
    assert "data-theme" not in client.get("/en/help/").text


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example/", ""])
def test_choosing_colours_never_leads_elsewhere(client, there):
    assert client.post("/theme/", {"theme": "dark", "next": there})["Location"] == "/"


def test_unknown_colours_are_not_kept(client):
    assert "theme" not in client.post("/theme/", {"theme": "purple"}).cookies


@pytest.mark.parametrize("page", ["400.html", "500.html", "503.html"])
def test_an_error_page_needs_neither_request_nor_database(page):
    text = render_to_string(page)
    assert 'lang="fr"' in text
    assert 'lang="en"' in text


def test_a_page_that_is_not_there_says_where_next(client, db):
    answer = client.get("/en/nothing/")
    assert answer.status_code == 404
    assert "We did not find this page" in answer.text
    assert answer["X-Request-Id"] in answer.text
