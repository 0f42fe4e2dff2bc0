"""Getting back in, and keeping others out."""

import pytest

from mail.models import Message
from tests.accounts.conftest import link, newest
from tests.factories import PASSWORD, UserFactory

NEW = "une autre phrase assez longue"


@pytest.fixture
def person(db):
    return UserFactory(email="noor@example.org", username="noor", language="fr")


def ask(client, email="noor@example.org"):
    return client.post("/en/account/password/reset/", {"email": email})


def choose(client, path, password=NEW):
    """Open the link of an e-mail and type a new password."""
    form = client.get(path, follow=True)
    where = form.redirect_chain[-1][0] if form.redirect_chain else path
    return client.post(where, {"password1": password, "password2": password})


def can_sign_in(client, password):
    client.logout()
    client.post("/en/account/login/", {"login": "noor", "password": password})
    return "_auth_user_id" in client.session


def test_a_reset_link_gives_a_new_password_once(client, person):
    ask(client)
    path = link(newest())
    assert path.startswith("/fr/account/password/reset/key/")
    assert newest().subject == "Choisissez un nouveau mot de passe"

    choose(client, path)
    assert can_sign_in(client, NEW)
    assert not can_sign_in(client, PASSWORD)

    client.logout()
    choose(client, path, "et encore une autre phrase")
    assert can_sign_in(client, NEW)


def test_opening_the_link_twice_does_not_use_it_up(client, person):
    ask(client)
    path = link(newest())
    client.get(path, follow=True)
    client.get(path, follow=True)
    choose(client, path)
    assert can_sign_in(client, NEW)


@pytest.mark.parametrize(("hours", "works"), [(23, True), (25, False)])
def test_a_reset_link_lives_a_day(client, person, time_machine, hours, works):
    time_machine.move_to("2026-03-02T12:00:00Z")
    ask(client)
    time_machine.shift(hours * 3600)
    choose(client, link(newest()))
    assert can_sign_in(client, NEW) is works


def test_the_person_is_told_of_a_new_password(client, person):
    ask(client)
    choose(client, link(newest()))
    assert newest().subject == "Votre mot de passe a été changé"
    assert newest().to == ["noor@example.org"]
    assert "127.0.0.1" in newest().text


def test_an_unknown_address_gets_the_same_answer_and_no_e_mail(client, person):
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [m.to for m in Message.objects.all()] == [["noor@example.org"]]


def test_a_wrong_password_and_an_unknown_person_look_alike(client, person):
    def text(login):
        form = {"login": login, "password": "wrong wrong wrong"}
        return client.post("/en/account/login/", form).text.replace(login, "")

    def errors(page):
        return page[page.index("error") : page.index("</form>")].partition("csrf")[0]

    assert errors(text("noor")) == errors(text("nobody"))


def test_five_wrong_passwords_close_the_door_for_a_while(client, person, time_machine):
    time_machine.move_to("2026-03-02T12:00:00Z")
    for _ in range(5):
        assert not can_sign_in(client, "wrong wrong wrong")
    assert not can_sign_in(client, PASSWORD)

    time_machine.shift(301)
    assert can_sign_in(client, PASSWORD)


def test_nobody_can_lock_another_person_out_from_elsewhere(client, person):
    """The limit is the account's and the address's together, so the owner still gets in."""
    for _ in range(6):
        can_sign_in(client, "wrong wrong wrong")
    client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    assert can_sign_in(client, PASSWORD)


def test_three_reset_e_mails_an_hour_are_enough(client, person):
    answers = [ask(client).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert Message.objects.count() == 3


@pytest.mark.parametrize("debug", [True, False])
def test_the_demos_password_opens_nothing_outside_a_demo(client, person, settings, debug):
    person.set_password(settings.DEMO_PASSWORD)
    person.save()
    settings.DEBUG = debug
    assert can_sign_in(client, settings.DEMO_PASSWORD) is debug


def test_changing_it_needs_the_old_one_and_ends_the_other_sessions(client, person):
    other = type(client)()
    other.force_login(person)
    client.force_login(person)
    form = {"password1": NEW, "password2": NEW}

    client.post("/en/account/password/change/", form | {"oldpassword": "wrong"})
    assert person.check_password(PASSWORD)

    client.post("/en/account/password/change/", form | {"oldpassword": PASSWORD})
    assert other.get("/en/account/profile/").status_code == 302
    assert client.get("/en/account/profile/").status_code == 200
