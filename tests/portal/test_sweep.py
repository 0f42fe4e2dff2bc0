from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from mail import outbox
from mail.models import Message
from orders.models import Order
from tests.factories import OrderFactory, OrderLineFactory


@pytest.fixture
def letter(db):
    return outbox.post(
        "test", to=["a@example.org"], language="en", key="k", subject="Hello", text="Hi", html=""
    )


def test_one_pass_sends_what_is_owed(letter, mailoutbox, capsys):
    call_command("sweep")

    letter.refresh_from_db()
    assert letter.sent_at is not None
    assert [m.subject for m in mailoutbox] == ["Hello"]
    assert "0 e-mails are still owed" in capsys.readouterr().out


def test_a_second_pass_sends_nothing_again(letter, mailoutbox):
    call_command("sweep")
    call_command("sweep")
    assert len(mailoutbox) == 1


def test_one_pass_ends_what_nobody_paid(db):
    over = timezone.now() - timedelta(minutes=1)
    order = OrderLineFactory(order=OrderFactory(hold_until=over)).order

    call_command("sweep")

    order.refresh_from_db()
    assert order.status == Order.Status.EXPIRED
    assert Message.objects.filter(kind="orders/expired").exists()
