"""The partner's approval: asked before anything is paid, and not waited for without end."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.moves import IllegalMove
from catalog import stock
from orders import approval, cancellation, quota, tasks
from orders.models import Order
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, mails

LIMIT = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}


@pytest.fixture
def asked(owner):
    """An order that a partner looks at, of something scarce."""
    program = ProgramFactory(approval="partner", limits=[LIMIT])
    product = ProductFactory(program=program)
    stock.open_with(product, 3)
    return place(fill(owner, product, 2))


def held(order):
    ((_program, _index, standing),) = quota.standings(order.organization, as_of=timezone.now())
    order.lines.get().product.refresh_from_db()
    return standing.held, order.lines.get().product.stock


def test_an_order_is_held_for_ten_business_days_and_then_ended_with_a_message(asked):
    assert held(asked) == (2, 1)
    assert asked.hold_until - timezone.now() > timedelta(days=13)
    with time_machine.travel(asked.hold_until - timedelta(minutes=1)):
        tasks.expire_unpaid.run()
        assert again(asked).status == "awaiting_partner"
    with time_machine.travel(asked.hold_until + timedelta(minutes=1)):
        for _ in range(2):
            tasks.expire_unpaid.run()
        assert again(asked).status == "expired"
        assert held(asked) == (0, 3)
    assert (mails("unanswered"), mails("expired")) == (1, 0)


def test_an_answer_after_the_end_changes_nothing(asked, stranger):
    with time_machine.travel(asked.hold_until + timedelta(minutes=1)):
        cancellation.expire(asked.pk)
        with pytest.raises(IllegalMove):
            approval.approve(asked.pk, by=stranger)
    assert again(asked).status == "expired"


def test_a_refusal_is_written_at_once_and_gives_back(asked, stranger):
    with pytest.raises(ValidationError):
        approval.refuse(asked.pk, by=stranger, reason=" ")
    approval.refuse(asked.pk, by=stranger, reason="Not this year")
    assert mails("refused") == 1
    assert held(asked) == (0, 3)


def test_nothing_is_paid_before_the_partner_says_yes(as_member, owner, asked, stranger):
    page = reverse("orders:detail", args=[owner.organization.number, asked.number])
    pay = reverse("orders:pay", args=[owner.organization.number, asked.number])
    assert pay not in as_member.get(page).text
    assert as_member.post(pay).url == page
    assert not asked.payments.exists()
    approval.approve(asked.pk, by=stranger)
    assert pay in as_member.get(page).text


def test_the_page_says_that_the_partner_did_not_answer(as_member, owner, asked):
    with time_machine.travel(asked.hold_until + timedelta(minutes=1)):
        cancellation.expire(asked.pk)
    page = reverse("orders:detail", args=[owner.organization.number, asked.number])
    assert "No answer from the partner in time" in as_member.get(page).text


@pytest.fixture
def on_the_stroke(transactional_db):
    """An order whose ten days are over this very moment."""
    program = ProgramFactory(approval="partner")
    owner = MembershipFactory()
    order = place(fill(owner, ProductFactory(program=program)))
    Order.objects.filter(pk=order.pk).update(hold_until=timezone.now())
    return order


@pytest.mark.races
@pytest.mark.parametrize("_round", range(5))
def test_an_answer_and_the_end_at_once_are_one_of_both(on_the_stroke, _round):
    by = on_the_stroke.placed_by
    at_once(
        lambda: approval.approve(on_the_stroke.pk, by=by),
        lambda: approval.refuse(on_the_stroke.pk, by=by, reason="No"),
        lambda: cancellation.expire(on_the_stroke.pk),
    )
    ended = [n for n in ("refused", "unanswered", "approved") if mails(n)]
    assert len(ended) == 1


@pytest.mark.races
def test_without_the_lock_it_would_be_both(on_the_stroke, monkeypatch):
    """Shows that the test above can fail: both see that it waits."""
    meet, by = threading.Barrier(2, timeout=10), on_the_stroke.placed_by

    def unlocked(*, pk):
        order = Order.objects.get(pk=pk)
        meet.wait()
        return order

    monkeypatch.setattr(Order.objects, "lock", unlocked)
    at_once(
        lambda: approval.approve(on_the_stroke.pk, by=by),
        lambda: cancellation.expire(on_the_stroke.pk),
    )
    assert (mails("approved"), mails("unanswered")) == (1, 1)
