"""The second step: who must have it, setting it up, using it."""

import time

import pytest

from mail.models import Message
from tests.accounts.conftest import code, confirm_password, newest, sign_out
from tests.factories import PASSWORD, UserFactory


@pytest.fixture
def staff(db):
    person = {"is_staff": True, "is_superuser": True, "second_factor": False}
    return UserFactory(username="root", language="fr", **person)


def enrol(client):
    """Set up an authenticator app; returns its secret."""
    confirm_password(client)
    page = client.get("/en/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/en/account/2fa/totp/activate/", {"code": code(secret, time.time())})
    return secret


def test_staff_without_a_second_step_only_get_to_set_it_up(client, staff, sign_in):
    sign_in("root")
    for path in ("/admin/", "/admin/accounts/user/", "/admin/mail/message/"):
        answer = client.get(path, follow=True)
        assert answer.resolver_match.url_name == "account_reauthenticate"
        assert "totp%2Factivate" in answer.request["QUERY_STRING"]


def test_once_it_is_set_up_the_desk_opens(
    client, staff, sign_in, django_capture_on_commit_callbacks
):
    sign_in("root")
    with django_capture_on_commit_callbacks(execute=True):
        enrol(client)
    assert client.get("/admin/").status_code == 200
    subjects = set(Message.objects.values_list("subject", flat=True))
    assert "Votre vérification en deux étapes a été modifiée" in subjects


def test_in_development_the_desk_opens_without(client, staff, settings):
    settings.DEBUG = True
    client.force_login(staff)
    assert client.get("/admin/").status_code == 200


def test_the_desk_has_no_other_sign_in_than_the_sites(client, db):
    answer = client.post("/admin/login/", {"username": "root", "password": PASSWORD})
    assert "/account/login/" in answer["Location"]


def test_people_who_are_no_staff_do_not_get_in(client, stranger):
    client.force_login(stranger)
    assert client.get("/admin/", follow=True).status_code == 403


def test_signing_in_asks_for_the_code_and_takes_it_once(client, staff, sign_in, time_machine):
    time_machine.move_to("2026-03-02T12:00:00Z", tick=False)
    sign_in("root")
    secret = enrol(client)
    sign_out(client)
    time_machine.shift(60)
    now = code(secret, time.time())

    answer = sign_in("root")
    assert answer["Location"].endswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    client.post(answer["Location"], {"code": "000000"})
    assert "_auth_user_id" not in client.session
    client.post(answer["Location"], {"code": now})
    assert "_auth_user_id" in client.session

    sign_out(client)
    again = sign_in("root")
    client.post(again["Location"], {"code": now})
    assert "_auth_user_id" not in client.session


def test_a_reset_password_does_not_take_the_second_step_away(client, staff, sign_in):
    sign_in("root")
    enrol(client)
    sign_out(client)
    staff.set_password("une autre phrase assez longue")
    staff.save()
    answer = sign_in("root", "une autre phrase assez longue")
    assert answer["Location"].endswith("/account/2fa/authenticate/")


@pytest.mark.parametrize("page", ["", "totp/activate/", "webauthn/", "webauthn/add/"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_of_the_second_step_work(client, stranger, sign_in, page, language):
    sign_in(stranger.username)
    confirm_password(client)
    assert client.get(f"/{language}/account/2fa/{page}").status_code == 200


def test_a_new_device_is_told_a_known_one_is_not(client, staff, sign_in):
    sign_in("root")  # the first sign-in ever
    sign_out(client)
    sign_in("root")
    assert not Message.objects.exists()

    client.cookies.clear()
    sign_in("root")
    assert newest().subject == "Nouvelle connexion à votre compte"
    assert "/fr/account/sessions/" in newest().text


def test_another_persons_device_is_a_new_one(client, staff, sign_in):
    other = UserFactory(username="other", last_login="2026-01-01T00:00Z")
    sign_in("root")
    sign_out(client)
    sign_in("other")
    assert newest().to == [other.email]
