"""Security headers, on every answer of every kind."""

import pytest

from tests.factories import UserFactory

# path: (status, who asks)
ANSWERS = {
    "/en/": (200, "visitor"),
    "/en/catalog/": (200, "visitor"),
    "/en/account/login/": (200, "visitor"),
    "/en/account/profile/": (200, "person"),
    "/": (302, "visitor"),
    "/en/o/100001/": (302, "visitor"),
    "/admin/": (302, "visitor"),
    "/en/nothing/": (404, "visitor"),
    "/admin/accounts/user/": (200, "staff"),
    "/theme/": (405, "visitor"),
    "/static/css/base.css": (200, "visitor"),
    "/healthz": (200, "visitor"),
    "/robots.txt": (200, "visitor"),
    "/api/v1/openapi.json": (200, "visitor"),
}


@pytest.fixture
def ask(client, db):
    def answer(path, **extra):
        who = ANSWERS[path][1]
        if who != "visitor":
            client.force_login(UserFactory(is_staff=who == "staff", is_superuser=who == "staff"))
        return client.get(path, **extra)

    return answer


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_carries_the_headers(ask, path):
    answer = ask(path)

    assert answer.status_code == ANSWERS[path][0]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    for unsafe in ("unsafe-inline", "unsafe-eval", "http:", "*"):
        assert unsafe not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_an_error_of_ours_carries_them_too(client, db, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("catalog.models.product.ProductQuerySet.visible", broken)
    client.raise_request_exception = False

    answer = client.get("/en/")

    assert answer.status_code == 500
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "ZeroDivisionError" not in answer.text


@pytest.mark.parametrize("path", ["/en/", "/en/nothing/", "/static/css/base.css"])
def test_over_https_the_browser_is_told_to_stay_there(ask, settings, path):
    """The middleware reads its settings when it is made, which the first request does."""
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True

    answer = ask(path, secure=True)

    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_what_a_signed_in_person_sees_is_kept_by_no_cache(ask):
    assert "no-store" in ask("/en/account/profile/")["Cache-Control"]
    assert "private" in ask("/admin/accounts/user/")["Cache-Control"]
