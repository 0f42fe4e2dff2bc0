"""The site without Valkey: people sign in, guessers do not."""

import pytest
from django.core.cache import cache

from tests.factories import PASSWORD, UserFactory


@pytest.fixture
def no_valkey(settings, db):
    """The cache is at a port where nobody listens."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}


@pytest.mark.parametrize("path", ["/en/", "/en/catalog/", "/en/account/login/", "/en/help/"])
def test_pages_open_without_valkey(client, no_valkey, path):
    assert client.get(path).status_code == 200


def test_what_is_kept_without_valkey_is_found(no_valkey):
    cache.set("a", 1, 60)
    assert cache.get("a") == 1
    assert not cache.add("a", 2)
    assert cache.incr("a") == 2
    assert cache.get_many(["a", "b"]) == {"a": 2}
    cache.delete("a")
    assert cache.get("a", "gone") == "gone"


def test_people_sign_in_without_valkey_and_guessers_are_stopped(client, no_valkey):
    UserFactory(username="noor")

    def sign_in(password):
        client.post("/en/account/login/", {"login": "noor", "password": password})
        return "_auth_user_id" in client.session

    assert sign_in(PASSWORD)
    client.logout()
    for _ in range(5):
        assert not sign_in("wrong wrong wrong")
    assert not sign_in(PASSWORD)
