"""Doing what people do in a browser with their account."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from mail.models import Message
from tests.factories import PASSWORD

SIGN_UP = {
    "first_name": "Noor",
    "last_name": "Gagnon",
    "email": "noor@example.org",
    "username": "noor",
    "password1": "une phrase assez longue",
}


@pytest.fixture(autouse=True)
def fresh_limits():
    """Rate limits count from zero."""
    cache.clear()


@pytest.fixture
def sign_up(client, db):
    def deed(language="en", **changes):
        return client.post(f"/{language}/account/signup/", SIGN_UP | changes)

    return deed


@pytest.fixture
def sign_in(client, db):
    def deed(login, password=PASSWORD, on=client):
        return on.post("/en/account/login/", {"login": login, "password": password})

    return deed


def link(message: Message) -> str:
    """The path of the first link of the site in an e-mail."""
    return re.search(r"http://127\.0\.0\.1:8000(/\S+)", message.text)[1]


def newest() -> Message:
    return Message.objects.order_by("pk").last()


def code(secret: str, moment: float) -> str:
    """What an authenticator app shows."""
    return format_hotp_value(hotp_value(secret, int(moment) // 30))


def sign_out(client) -> None:
    """As a person does; the test client's own logout() forgets the device too."""
    client.post("/en/account/logout/")


def confirm_password(client, password=PASSWORD) -> None:
    """What changes a way in asks for the password once more."""
    client.post("/en/account/reauthenticate/", {"password": password})
