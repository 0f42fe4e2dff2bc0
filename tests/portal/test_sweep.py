from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from catalog import publishing
from mail import outbox
from mail.models import Message
from orders.models import Order
from orgs.days import today
from tests.factories import (
    MembershipFactory,
    OrderFactory,
    OrderLineFactory,
    ProgramFactory,
    UserFactory,
)


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


def test_one_pass_tells_whom_new_rules_concern(db):
    member, by = MembershipFactory(organization__email=""), UserFactory(is_staff=True)
    draft = publishing.begin(ProgramFactory(), by=by)
    rules = {"criteria": [{"fact": "province", "in": ["ON"]}], "effective": today()}
    draft = publishing.edit(draft.pk, by=by, edition=1, note_fr="Non.", note_en="No.", **rules)
    publishing.publish(draft.pk, by=by, edition=draft.edition)

    call_command("sweep")

    letter = Message.objects.get(kind="catalog/rules_changed")
    assert letter.to == [member.user.email] and letter.sent_at


def test_one_pass_ends_what_nobody_paid(db):
    over = timezone.now() - timedelta(minutes=1)
    order = OrderLineFactory(order=OrderFactory(hold_until=over)).order

    call_command("sweep")

    order.refresh_from_db()
    assert order.status == Order.Status.EXPIRED
    assert Message.objects.filter(kind="orders/expired").exists()
