"""From sign-up to the first sign-in, and what it does not tell about others."""

import pytest

from accounts.models import FormerUsername, User
from mail.models import Message
from tests.accounts.conftest import SIGN_UP, link, newest
from tests.factories import MembershipFactory, UserFactory


def confirm(client):
    """Open the link of the newest e-mail, and press its button."""
    path = link(newest())
    assert client.get(path).status_code == 200
    return client.post(path)


@pytest.mark.parametrize("login", ["noor@example.org", "NOOR@example.org", "noor", "Noor"])
def test_sign_up_confirm_and_sign_in_by_address_or_username(client, sign_up, sign_in, login):
    assert sign_up().status_code == 302
    confirm(client)
    client.logout()

    sign_in(login, SIGN_UP["password1"])

    assert client.get("/en/account/profile/").status_code == 200


def test_opening_the_link_is_not_pressing_the_button(client, sign_up, sign_in):
    """Mail scanners open links."""
    sign_up()
    client.get(link(newest()))
    sign_in("noor", SIGN_UP["password1"])
    assert client.get("/en/account/profile/").status_code == 302


def test_nobody_gets_in_before_confirming(client, sign_up, sign_in):
    sign_up()
    sign_in("noor", SIGN_UP["password1"])
    assert client.get("/en/account/profile/").status_code == 302


@pytest.mark.parametrize(
    ("language", "subject", "button"),
    [
        ("fr", "Confirmez votre adresse courriel", "Confirmer mon adresse"),
        ("en", "Confirm your e-mail address", "Confirm my address"),
    ],
)
def test_the_account_and_its_e_mail_speak_the_sites_language(sign_up, language, subject, button):
    sign_up(language)

    message = newest()
    assert User.objects.get().language == message.language == language
    assert message.subject == subject
    assert f"/{language}/account/confirm-email/" in message.text
    assert f'<html lang="{language}">' in message.html
    assert f">{button}</a>" in message.html


def test_a_known_address_gets_the_same_answer_and_its_owner_a_hint(client, sign_up):
    UserFactory(email="known@example.org", language="fr")
    new = sign_up()
    client.cookies.clear()
    known = sign_up(email="Known@example.org", username="other")

    assert (new.status_code, new["Location"]) == (known.status_code, known["Location"])
    assert User.objects.count() == 2
    assert newest().to == ["known@example.org"]
    assert newest().subject == "Vous avez déjà un compte"
    assert "/fr/account/password/reset/" in newest().text


@pytest.mark.parametrize(
    "password", ["short", "1qaz2wsx3edc", "demo-demo-demo", "noor@example.org"]
)
def test_a_weak_password_is_refused(sign_up, password):
    assert sign_up(password1=password).status_code == 200
    assert not User.objects.exists()
    assert not Message.objects.exists()


def test_a_long_phrase_without_digits_is_welcome(sign_up):
    assert sign_up(password1="les canards vont l’amble").status_code == 302


@pytest.mark.parametrize("taken", ["before", "BEFORE", "now", "Now"])
def test_a_username_that_is_or_was_anothers_is_refused(sign_up, taken):
    person = UserFactory(username="now")
    FormerUsername.objects.create(user=person, name="before")
    assert sign_up(username=taken).status_code == 200
    assert User.objects.count() == 1


def test_a_next_page_elsewhere_is_ignored(client, db):
    UserFactory(username="noor")
    form = {"login": "noor", "password": "correct horse battery", "next": "https://evil.example/"}
    assert client.post("/en/account/login/", form)["Location"] == "/en/o/"


def test_after_sign_in_one_is_at_home_in_ones_own_language(client, sign_in):
    member = MembershipFactory(user__username="noor", user__language="fr")

    answer = sign_in("noor")

    assert answer["Location"] == "/fr/o/"
    assert client.get("/fr/o/")["Location"] == f"/fr/o/{member.organization.number}/"


def test_with_two_organizations_one_chooses(client, db):
    first = MembershipFactory()
    second = MembershipFactory(user=first.user)
    client.force_login(first.user)

    text = client.get("/en/o/").text

    assert f"/en/o/{first.organization.number}/" in text
    assert second.organization.legal_name in text


def test_without_an_organization_one_is_shown_how_to_register(client, stranger):
    client.force_login(stranger)
    assert client.get("/en/o/")["Location"] == "/en/register/"


def test_staff_go_to_their_desk(sign_in):
    UserFactory(username="quinn", is_staff=True, second_factor=False)
    assert sign_in("quinn")["Location"] == "/admin/"
