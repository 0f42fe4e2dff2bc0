"""What machines ask: alive, ready, robots, security."""

from django.db import connection


def test_alive_asks_nobody(client):  # no database here: a query would fail
    assert client.get("/healthz").content == b"ok\n"


def test_ready_when_the_database_is_there(client, db, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert client.get("/readyz").content == b"ok\n"


def test_not_ready_with_a_migration_that_waits(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'mail'")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"not ready\n")  # and not what


def test_ready_without_the_cache_which_the_site_can_do_without(client, db, settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}
    assert client.get("/readyz").status_code == 200


def test_robots_stay_out_of_what_is_private(client):
    text = client.get("/robots.txt").text
    assert "Disallow: /fr/o/\n" in text
    assert "Disallow: /en/account/\n" in text
    assert "catalog" not in text


def test_security_txt_says_whom_to_tell(client, settings):
    text = client.get("/.well-known/security.txt").text
    assert f"Contact: mailto:{settings.SUPPORT_EMAIL}" in text
    assert "Expires: 20" in text
