"""One's own page: names, language, clock, username; and where one is signed in."""

from datetime import UTC, datetime

import pytest

from accounts.models import FormerUsername
from audit.models import Entry
from mail.models import Message
from tests.accounts.conftest import confirm_password, link, newest
from tests.factories import UserFactory

PROFILE = {
    "first_name": "Noor",
    "last_name": "Gagnon-Roy",
    "language": "fr",
    "time_zone": "America/St_Johns",
}


@pytest.fixture
def person(sign_in):
    person = UserFactory(username="noor")
    sign_in("noor")
    return person


def test_the_next_page_is_in_the_language_just_chosen(client, person):
    answer = client.post("/en/account/profile/", PROFILE)

    assert answer["Location"] == "/fr/account/profile/"
    assert client.get("/")["Location"] == "/fr/"
    person.refresh_from_db()
    assert (person.last_name, person.language) == ("Gagnon-Roy", "fr")
    assert person.time_zone == "America/St_Johns"


def test_a_place_that_is_no_time_zone_is_refused(client, person):
    client.post("/en/account/profile/", PROFILE | {"time_zone": "../etc/passwd"})
    person.refresh_from_db()
    assert person.time_zone == "America/Toronto"


def test_nobody_makes_themselves_staff(client, person):
    client.post("/en/account/profile/", PROFILE | {"is_staff": "on", "is_superuser": "on"})
    person.refresh_from_db()
    assert not person.is_staff
    assert not person.is_superuser


def test_a_username_changes_and_the_old_one_stays_reserved(client, person):
    client.post("/en/account/username/", {"username": "noor.gagnon"})

    person.refresh_from_db()
    assert person.username == "noor.gagnon"
    assert FormerUsername.objects.get().name == "noor"
    assert Entry.objects.about(person).get().data == {"was": "noor", "now": "noor.gagnon"}


def test_one_may_take_back_ones_own_old_name(client, person):
    for name in ("other", "noor", "NOOR"):
        client.post("/en/account/username/", {"username": name})
    person.refresh_from_db()
    assert person.username == "NOOR"
    assert [f.name for f in FormerUsername.objects.all()] == ["other"]


@pytest.mark.parametrize("name", ["taken", "TAKEN", "former", "with space", "", "ab/c"])
def test_a_name_that_is_not_free_or_not_fit_changes_nothing(client, person, name):
    other = UserFactory(username="taken")
    FormerUsername.objects.create(user=other, name="former")

    answer = client.post("/en/account/username/", {"username": name})

    assert answer.status_code == 200
    person.refresh_from_db()
    assert person.username == "noor"


@pytest.mark.parametrize(
    "page", ["profile", "username", "email", "password/change", "sessions", "2fa"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_ones_own_pages_open_in_both_languages(
    client, person, page, language, django_assert_max_num_queries
):
    person.emailaddress_set.update(primary=True)
    with django_assert_max_num_queries(12):
        answer = client.get(f"/{language}/account/{page}/")
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize("page", ["profile", "username", "sessions"])
def test_visitors_are_asked_to_sign_in(client, db, page):
    assert "/en/account/login/" in client.get(f"/en/account/{page}/")["Location"]


def test_one_sees_and_ends_the_places_where_one_is_signed_in(client, person, sign_in):
    other = type(client)(HTTP_USER_AGENT="Elsewhere/1.0")
    sign_in("noor", on=other)
    assert "Elsewhere/1.0" in client.get("/en/account/sessions/").text

    client.post("/en/account/sessions/")

    assert other.get("/en/account/profile/").status_code == 302
    assert client.get("/en/account/profile/").status_code == 200


def test_times_are_shown_in_ones_own_zone(client, person):
    person.time_zone = "America/St_Johns"
    person.last_login = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    person.save()
    person.usersession_set.update(created_at=person.last_login)
    assert "8:30" in client.get("/en/account/sessions/").text


def test_a_new_address_counts_once_confirmed_and_both_are_told(client, person):
    confirm_password(client)
    client.post("/en/account/email/", {"email": "new@example.org", "action_add": ""})
    person.refresh_from_db()
    assert person.email != "new@example.org"
    old = person.email

    client.post(link(newest()))

    person.refresh_from_db()
    assert person.email == "new@example.org"
    told = Message.objects.filter(subject="Your sign-in address has changed")
    assert {address for message in told for address in message.to} == {old, "new@example.org"}


def test_an_address_of_another_person_is_never_taken(client, person):
    """And the page does not tell that it is somebody's: that person's mailbox would."""
    UserFactory(email="taken@example.org")
    confirm_password(client)
    client.post("/en/account/email/", {"email": "Taken@example.org", "action_add": ""})
    person.refresh_from_db()
    assert person.email != "taken@example.org"
    assert not person.emailaddress_set.filter(verified=True).exclude(email=person.email).exists()

    client.post(link(newest()))  # should the other person press the button in good faith
    person.refresh_from_db()
    assert person.email != "taken@example.org"
