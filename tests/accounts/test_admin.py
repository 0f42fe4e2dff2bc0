"""Staff's view of people."""

import pytest
from django.contrib.auth.models import Permission

from audit.models import Entry
from tests.factories import UserFactory, staff_with


@pytest.fixture
def person(db):
    return UserFactory(username="noor")


@pytest.fixture
def desk(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_there_is_no_password_to_see_or_set(desk, person):
    text = desk.get(f"/admin/accounts/user/{person.pk}/change/").text
    assert 'name="password"' not in text
    assert person.password not in text


@pytest.mark.parametrize("act", ["add/", "1/delete/"])
def test_nobody_is_added_or_deleted_here(desk, act):
    assert desk.get(f"/admin/accounts/user/{act}").status_code in {403, 302}


def test_ending_sessions_signs_out_everywhere_and_is_in_the_trail(desk, person, client, sign_in):
    theirs = type(client)()
    sign_in("noor", on=theirs)

    form = {"action": "end_sessions", "_selected_action": [person.pk]}
    desk.post("/admin/accounts/user/", form)

    assert theirs.get("/en/account/profile/").status_code == 302
    entry = Entry.objects.about(person).get()
    assert (entry.action, entry.data) == ("user.sessions_ended", {"count": 1})


def test_a_closed_account_is_out_at_once(desk, person, client):
    theirs = type(client)()
    theirs.force_login(person)

    desk.post(f"/admin/accounts/user/{person.pk}/change/", {"is_staff": ""})

    assert theirs.get("/en/account/profile/").status_code == 302
    assert Entry.objects.about(person).get().data == {"fields": ["is_active"]}


def test_staff_who_may_only_look_cannot_give_rights(client, person):
    client.force_login(staff_with("view_user", "change_user"))

    assert client.get(f"/admin/accounts/user/{person.pk}/change/").status_code == 200
    form = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
    client.post(f"/admin/accounts/user/{person.pk}/change/", form)

    person.refresh_from_db()
    assert not person.is_superuser


def test_a_right_comes_with_a_group_and_never_singly(client, db):
    person = UserFactory(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(person)
    assert client.get("/admin/accounts/user/").status_code == 403


def test_a_second_step_is_listed_and_taken_away_but_its_secret_is_not_shown(desk, person):
    factor = person.authenticator_set.create(type="totp", data={"secret": "GEZDGNBVGY3TQOJQ"})
    address = f"/admin/mfa/authenticator/{factor.pk}"

    assert str(person) in desk.get("/admin/mfa/authenticator/?type=totp").text
    assert "GEZDGNBVGY3TQOJQ" not in desk.get(f"{address}/change/").text
    desk.post(f"{address}/delete/", {"post": "yes"})

    assert not person.authenticator_set.exists()


def test_a_session_is_read_without_its_key(desk, person, client, sign_in):
    sign_in("noor", on=type(client)())
    session = person.usersession_set.get()

    assert str(person) in desk.get("/admin/usersessions/usersession/").text
    text = desk.get(f"/admin/usersessions/usersession/{session.pk}/change/").text
    assert session.session_key not in text
