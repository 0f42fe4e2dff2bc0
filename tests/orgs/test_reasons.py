import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from audit.models import Entry
from orgs.models import ReadyText

LIST = "/admin/orgs/readytext/"


@pytest.fixture
def desk(client, reviewer):
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_texts_of_before_are_rows_in_both_languages(db):
    kinds = list(ReadyText.objects.values_list("kind", flat=True))
    assert (kinds.count("question"), kinds.count("reason")) == (4, 5)
    assert not ReadyText.objects.filter(text_fr="").exists()


@pytest.mark.parametrize("missing", ["text_fr", "text_en"])
def test_a_text_in_one_language_cannot_be_saved(desk, missing):
    typed = {"kind": "reason", "position": 9, "text_fr": "Non.", "text_en": "No."} | {missing: "  "}
    page = desk.post(f"{LIST}add/", typed)
    assert page.status_code == 200
    assert "This field is required" in page.text
    with pytest.raises(ValidationError, match="both languages"):
        ReadyText(**typed).validate_constraints()
    with pytest.raises(IntegrityError):
        ReadyText.objects.create(**typed)


def test_a_text_is_added_and_read_as_a_letter(desk, reviewer):
    typed = {"kind": "reason", "position": 9, "text_fr": "Parce que non.", "text_en": "Because."}
    desk.post(f"{LIST}add/", typed)
    text = ReadyText.objects.get(text_en="Because.")
    page = desk.get(f"{LIST}{text.pk}/change/").text
    assert '<div class="letter" lang="fr">' in page
    assert page.count("Parce que non.") == 2
    assert "Maison Exemple" in page
    assert "Example House" in page
    assert Entry.objects.about(text).get().action == "readytext.added"


def test_a_text_is_retired_brought_back_and_never_deleted(desk):
    text = ReadyText.objects.first()
    chosen = {"_selected_action": [text.pk]}
    desk.post(LIST, chosen | {"action": "retire"})
    assert text not in ReadyText.objects.current()
    assert text.text_fr not in desk.get(LIST, {"state": "current"}).text
    desk.post(LIST, chosen | {"action": "bring_back"})
    assert text in ReadyText.objects.current()
    assert desk.get(f"{LIST}{text.pk}/delete/").status_code == 403
    actions = set(Entry.objects.about(text).values_list("action", flat=True))
    assert actions == {"readytext.retired", "readytext.brought_back"}
