"""Renewals: reminded 90, 60, 30 and 7 days before, once each."""

from datetime import date, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from orders import fulfilment, renewals
from orders.models import Order, Renewal
from orgs.days import TORONTO, today
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import mails
from tests.orders.test_fulfilment import pay, stock_keys

LIMIT = {"metric": "units", "scope": "program", "max": 9, "window": {"fiscal_year": "07-01"}}


def sent(owner, mode="reorder", **program):
    """A line that was sent, of a program that is renewed so."""
    program.setdefault("limits", [LIMIT])
    product = ProductFactory(program=ProgramFactory(renewal=mode, **program))
    stock_keys(product, 2)
    order = place(fill(owner, product, 2))
    pay(order)
    fulfilment.sweep()
    renewals.open_due()
    return Renewal.objects.filter(line__order=order).first()


def before(row, days):
    """A time machine to so many days before the end, at noon in Toronto."""
    day = row.ends_on - timedelta(days=days)
    noon = timezone.datetime(day.year, day.month, day.day, 12, tzinfo=TORONTO)
    return time_machine.travel(noon)


@pytest.mark.parametrize(
    ("left", "step"),
    [
        (91, None),
        (90, 90),
        (61, 90),
        (60, 60),
        (31, 60),
        (30, 30),
        (8, 30),
        (7, 7),
        (0, 7),
        (-1, None),
    ],
)
def test_the_reminder_of_a_day_is_the_last_that_has_come(left, step):
    day = date(2026, 6, 30)
    assert renewals.step(day + timedelta(days=left), on=day) == step


def test_what_was_sent_serves_for_a_year(owner):
    row = sent(owner)
    assert row.ends_on.replace(year=row.ends_on.year - 1) == today()
    assert renewals.open_due() == 0


def test_what_is_not_renewed_has_no_end(owner):
    assert sent(owner, "none") is None


def test_each_reminder_goes_out_once(owner):
    row = sent(owner)
    for days, told in ((91, 0), (90, 1), (89, 1), (60, 2), (30, 3), (7, 4), (1, 4)):
        with before(row, days):
            for _ in range(2):
                renewals.sweep()
            assert mails("ends") == told


def test_a_late_start_sends_one_reminder_and_not_all(owner):
    row = sent(owner)
    with before(row, 20):
        renewals.sweep()
    assert mails("ends") == 1
    row.refresh_from_db()
    assert row.told == [90, 60, 30]


def test_what_was_given_back_is_not_reminded(owner):
    row = sent(owner)
    Order.objects.update(status="refunded", given_back_at=timezone.now())
    with before(row, 7):
        assert renewals.sweep() == 0
    assert mails("ends") == 0


def test_who_is_chosen_is_reminded_while_they_are_members(owner):
    row = sent(owner)
    finance = MembershipFactory(organization=owner.organization, role_code="finance")
    renewals.choose(row, readers=[finance.user], partner_ends_on=None, by=owner.user)
    assert renewals.readers_of(row) == [finance.user]
    with before(row, 90):
        renewals.sweep()
    assert Message.objects.get(kind="orders/ends").to == [finance.user.email]
    finance.delete()
    assert renewals.readers_of(row) == [owner.user]


@pytest.mark.parametrize(
    ("mode", "text"),
    [("reorder", "counts in your quota"), ("partner", "renew it at the partner")],
)
def test_a_reminder_says_how_it_goes_on(owner, mode, text):
    row = sent(owner, mode)
    with before(row, 30):
        renewals.sweep()
    assert text in Message.objects.get(kind="orders/ends").text


def test_access_has_both_dates(as_member, owner):
    row = sent(owner, "yearly_fee", limits=[])
    args = [owner.organization.number, row.line.order.number]
    page = reverse("orders:reminders", args=[*args, row.pk])
    assert as_member.get(page).status_code == 200
    as_member.post(page, {"partner_ends_on": "2030-05-04", "readers": [owner.user.pk]})
    text = as_member.get(reverse("orders:detail", args=args)).text
    assert "May 4, 2030" in text
    assert "counts in no quota" in text


def test_only_members_are_chosen_and_strangers_find_nothing(as_member, owner, stranger, client):
    row = sent(owner)
    args = [owner.organization.number, row.line.order.number, row.pk]
    page = as_member.post(reverse("orders:reminders", args=args), {"readers": [stranger.pk]})
    assert page.status_code == 422
    assert page.text.count('class="error-summary"') == 1
    client.force_login(stranger)
    assert client.get(reverse("orders:reminders", args=args)).status_code == 404
    assert client.post(reverse("orders:again", args=args[:2])).status_code == 404


def test_the_orders_page_with_an_end_takes_at_most_twelve_queries(
    as_member, owner, django_assert_max_num_queries
):
    row = sent(owner)
    page = reverse("orders:detail", args=[owner.organization.number, row.line.order.number])
    as_member.get(page)
    with django_assert_max_num_queries(12):
        as_member.get(page)


@pytest.mark.races
def test_sweeps_at_once_remind_once(transactional_db):
    row = sent(MembershipFactory())
    Renewal.objects.update(ends_on=today() + timedelta(days=30))
    told = at_once(*[lambda: renewals.remind(row.pk)] * 4)
    assert sorted(told) == [False, False, False, True]
    assert mails("ends") == 1


@pytest.mark.races
def test_without_the_lock_both_sweeps_remind_and_the_letters_key_keeps_it_one(
    transactional_db, monkeypatch
):
    """Shows that the test above can fail: both see that it was not told yet."""
    row, meet = sent(MembershipFactory()), Barrier(2, timeout=10)
    Renewal.objects.update(ends_on=today() + timedelta(days=30))
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
    step = renewals.step

    def both_have_read(ends_on, *, on):
        meet.wait()
        return step(ends_on, on=on)

    monkeypatch.setattr(renewals, "step", both_have_read)
    assert at_once(*[lambda: renewals.remind(row.pk)] * 2) == [True, True]
    assert mails("ends") == 1
