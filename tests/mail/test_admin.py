"""Staff's desk of the outbox."""

import pytest
from django.utils import timezone

from audit.models import Entry
from mail.models import Message
from tests.factories import staff_with

LIST = "/admin/mail/message/"


@pytest.fixture
def desk(client, db):
    client.force_login(staff_with("view_message", "change_message"))
    client.cookies["django_language"] = "en"
    return client


def act(desk, message, action, reason=""):
    form = {"action": action, "_selected_action": [message.pk], "reason": reason}
    return desk.post(LIST, form, follow=True)


def test_the_list_tells_what_is_sent_waits_and_is_given_up(desk, letter):
    letter(key="waits", subject="Waits")
    Message.objects.filter(pk=letter(key="dead", subject="Dead").pk).update(
        dead_at=timezone.now(), last_error="SMTPServerBusy: 451 later"
    )
    text = desk.get(LIST, {"state": "dead"}).text
    assert "451 later" in text
    assert ">Dead<" in text
    assert ">Waits<" not in text


def test_a_dead_letter_is_sent_again_with_an_entry_in_the_trail(desk, letter):
    message = letter()
    Message.objects.update(dead_at=timezone.now(), attempts=9)

    act(desk, message, "send_again", "The server is back")

    message.refresh_from_db()
    assert (message.dead_at, message.attempts) == (None, 0)
    entry = Entry.objects.about(message).get()
    assert (entry.action, entry.note) == ("message.revived", "The server is back")


def test_giving_up_needs_a_reason(desk, letter):
    message = letter()

    assert "Say why" in act(desk, message, "give_up", " ").text
    message.refresh_from_db()
    assert message.dead_at is None

    act(desk, message, "give_up", "The person left")
    message.refresh_from_db()
    assert message.dead_at
    assert Entry.objects.about(message).get().note == "The person left"


def test_what_was_sent_cannot_be_given_up(desk, letter):
    message = letter()
    Message.objects.update(sent_at=timezone.now())

    assert "0 messages changed" in act(desk, message, "give_up", "why not").text
    assert not Entry.objects.about(message).exists()


def test_a_message_is_read_not_changed_added_or_deleted(desk, letter):
    message = letter()
    page = f"{LIST}{message.pk}/change/"

    assert "Vos licences sont prêtes." in desk.get(page).text
    desk.post(page, {"subject": "Changed", "to": "thief@example.org"})
    message.refresh_from_db()
    assert message.subject == "Bonjour"
    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(f"{LIST}{message.pk}/delete/", {"post": "yes"}).status_code == 403


def test_staff_who_may_only_look_have_no_actions(client, letter):
    client.force_login(staff_with("view_message"))
    message = letter()

    act(client, message, "give_up", "because")

    message.refresh_from_db()
    assert message.dead_at is None
