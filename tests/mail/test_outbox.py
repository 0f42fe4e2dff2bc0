"""The outbox, against a real SMTP server that also fails."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from mail import outbox
from mail.models import Message
from mail.tasks import send_due
from tests.conftest import at_once


def read(message):
    message.refresh_from_db()
    return message


@pytest.fixture
def woken(monkeypatch) -> list[object]:
    """Each time that a worker is called; nobody comes."""
    calls: list[object] = []
    monkeypatch.setattr(send_due, "apply_async", lambda **options: calls.append(options))
    cache.delete(outbox.WOKEN)
    return calls


def test_a_message_is_queued_once_for_its_key(letter):
    first, again = letter(subject="First"), letter(subject="Second")

    assert first.pk == again.pk
    assert Message.objects.get().subject == "First"


def test_what_is_rolled_back_is_not_owed(letter):
    with pytest.raises(RuntimeError), transaction.atomic():
        letter()
        raise RuntimeError
    assert not Message.objects.exists()


def test_it_arrives_as_text_and_html_in_the_readers_language(letter, mailbox):
    message = letter()

    send_due()

    arrived = mailbox.messages[0]
    assert (arrived["Subject"], arrived["To"]) == ("Bonjour", "noor@example.org")
    assert arrived["Content-Language"] == "fr"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert "prêtes" in arrived.get_body(("plain",)).get_content()
    assert "<p>" in arrived.get_body(("html",)).get_content()
    assert read(message).sent_at


def test_a_delivered_message_is_not_sent_again(letter, mailbox):
    letter()
    for _ in range(3):
        send_due()
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("fault", ["451 come back later", "550 no such mailbox", "drop"])
def test_a_failure_is_written_down_and_tried_again(letter, mailbox, fault, later):
    mailbox.fail(fault)
    message = letter()

    send_due()
    assert read(message).sent_at is None
    assert message.last_error
    send_due()  # not due yet
    assert message.attempts == 1

    later(outbox.RETRIES[0] + timedelta(seconds=1))
    send_due()
    assert read(message).sent_at
    assert message.last_error == ""


def test_a_copy_after_a_broken_line_can_be_recognized(letter, mailbox, later):
    """Taken, but the answer was lost: at least once means twice here, under the same id."""
    mailbox.fail("drop")
    message = letter()

    send_due()
    later(60)
    send_due()

    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert str(message.pk) in first["Message-ID"]


def test_a_server_that_is_down_costs_nothing_but_time(letter, mailbox, settings, later):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    message = letter()

    send_due()
    assert "refused" in read(message).last_error

    settings.EMAIL_PORT = port
    later(60)
    send_due()
    assert len(mailbox.messages) == 1


def test_the_tries_follow_the_schedule_and_end_as_a_dead_letter(letter, mailbox, later):
    mailbox.fail(*["451 later"] * (len(outbox.RETRIES) + 1))
    message = letter()

    for wait in outbox.RETRIES:
        send_due()
        assert read(message).due_at - timezone.now() == wait
        later(wait)
    send_due()

    assert read(message).dead_at
    assert not Message.objects.owed().exists()
    assert mailbox.messages == []


def test_a_dead_letter_is_sent_again_when_staff_say_so(letter, mailbox):
    message = letter()
    Message.objects.update(dead_at=timezone.now(), attempts=9, last_error="451 later")

    assert outbox.revive(message.pk)
    send_due()

    assert read(message).sent_at
    assert not outbox.revive(message.pk)


def test_a_message_that_is_given_up_is_not_sent(letter, mailbox):
    message = letter()

    assert outbox.give_up(message.pk)
    send_due()

    assert mailbox.messages == []
    assert not outbox.give_up(message.pk)


def test_a_worker_killed_between_claim_and_sending_leaves_it_owed(letter, mailbox, later):
    letter()
    assert outbox.claim()  # and no more is heard of that worker

    send_due()
    assert mailbox.messages == []

    later(121)
    send_due()
    assert len(mailbox.messages) == 1


def test_a_worker_that_hung_beyond_its_lease_changes_nothing(letter, mailbox, later):
    message = letter()
    slow = outbox.claim()
    later(121)
    send_due()
    sent_at = read(message).sent_at

    slow.attempts = len(outbox.RETRIES) + 1
    outbox.put_off(slow, TimeoutError("at last"))

    assert read(message).sent_at == sent_at
    assert (message.dead_at, message.last_error) == (None, "")


def test_one_poisoned_message_does_not_stop_the_others(letter, mailbox):
    poisoned = letter(key="poison", to=["not an address\r\nBcc: all@example.org"])
    good = letter(key="good")

    send_due()

    assert read(good).sent_at
    assert "Invalid address" in read(poisoned).last_error
    assert len(mailbox.messages) == 1


def test_a_name_with_line_breaks_adds_no_header(db, mailbox, hello_templates):
    name = "Noor\r\nBcc: all@example.org"
    outbox.queue(
        "tests/hello", to=["noor@example.org"], language="en", key="k", context={"name": name}
    )

    send_due()

    arrived = mailbox.messages[0]
    assert arrived["Subject"] == "Hello Noor Bcc: all@example.org"
    assert arrived["Bcc"] is None


def test_html_in_a_name_stays_text(db, hello_templates):
    message = outbox.queue(
        "tests/hello",
        to=["noor@example.org"],
        language="en",
        key="k",
        context={"name": "<img src=x onerror=alert(1)>"},
    )
    assert "<img" not in message.html
    assert "<img" in message.text
    assert '<html lang="en">' in message.html


def test_queueing_does_not_fail_and_hardly_waits_without_the_broker(
    letter, mailbox, no_broker, django_capture_on_commit_callbacks
):
    before = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        message = letter()
    assert timezone.now() - before < timedelta(seconds=3)

    send_due()  # as the sweep does when the broker is back
    assert read(message).sent_at


def test_what_is_due_is_sent_and_nothing_else(letter, mailbox):
    due, also, waiting, dead = (letter(key=key) for key in ("due", "also", "later", "dead"))
    Message.objects.filter(pk=waiting.pk).update(due_at=timezone.now() + timedelta(hours=1))
    Message.objects.filter(pk=dead.pk).update(dead_at=timezone.now())

    send_due()

    sent = Message.objects.exclude(sent_at=None)
    assert set(sent) == {due, also}


def test_what_somebody_waits_for_goes_before_what_went_to_many(letter, mailbox):
    for number in range(3):
        letter(key=f"alert-{number}", to=[f"reader-{number}@example.org"])
    letter(key="reset", to=["noor@example.org"])

    send_due()

    assert mailbox.messages[0]["To"] == "noor@example.org"
    assert len(mailbox.messages) == 4


def test_a_worker_that_is_woken_is_woken_once_until_it_comes(letter, mailbox, woken):
    outbox.wake()
    outbox.wake()
    assert len(woken) == 1

    letter()
    send_due()
    outbox.wake()
    assert len(woken) == 2


def test_each_message_taken_wakes_the_next_worker_while_more_is_due(letter, mailbox, woken):
    letter(key="alone")
    send_due()
    assert woken == []

    letter(key="first"), letter(key="second")
    send_due()
    assert len(woken) == 1
    assert len(mailbox.messages) == 3


def test_a_worker_begins_no_other_message_after_its_time(letter, mailbox):
    letter()
    outbox.send_due(seconds=0)
    assert mailbox.messages == []


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(letter, mailbox):
    letter()
    at_once(*[send_due] * 4)
    assert len(mailbox.messages) == 1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_claim_they_would_send_it_twice(letter, mailbox, monkeypatch):
    """Shows that the test above can fail: here both look first, and only then write."""
    letter()
    meet = threading.Barrier(2)

    def claim():
        found = Message.objects.due().first()
        if found:
            meet.wait()
        return found

    monkeypatch.setattr(outbox, "claim", claim)
    at_once(*[send_due] * 2)
    assert len(mailbox.messages) == 2
