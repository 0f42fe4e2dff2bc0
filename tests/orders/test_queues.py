"""Queues of orders: each order in its views, the longest waiting first, and told to its buyer."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orders import holding, queues
from orders.models import Fulfilment, Order, Refund
from orgs.days import today
from tests.factories import OrderFactory, OrderLineFactory, UserFactory
from tests.orders.test_admin import change_page, desk  # noqa: F401  # a fixture

View, Status = queues.View, Order.Status
LIST = reverse("admin:orders_order_changelist")


def order(status, *, days=0, **fields):
    at = timezone.now() - timedelta(days=days)
    fields = {"placed_at": at, "paid_at": at} | fields
    return OrderLineFactory(order=OrderFactory(status=status, **fields)).order


@pytest.fixture
def one_of_each(db):
    """{view: the order that is only there}"""
    soon = timezone.now() + timedelta(days=3)
    found = {
        View.PREPARE: order(Status.PAID),
        View.PARTNER: order(Status.AWAITING_PARTNER, hold_until=soon),
        View.PROBLEM: order(Status.PAID_UNALLOCATED),
        View.HELD: order(Status.AWAITING_PAYMENT),
        View.CHEQUES: order(Status.AWAITING_PAYMENT, method="cheque"),
        View.REFUNDS: order(Status.FULFILLED),
    }
    holding.hold(found[View.HELD].pk, by=UserFactory(is_staff=True), reason="Looks invented")
    refunded = found[View.REFUNDS]
    Refund.objects.create(
        order=refunded,
        seq=1,
        amount=refunded.total or 1,
        requested_by=refunded.placed_by,
        means="cheque",
    )
    order(Status.FULFILLED)
    return found


def test_each_order_is_in_its_view_and_counted(desk, one_of_each):  # noqa: F811
    assert queues.counts() == dict.fromkeys(View, 1) | {View.LATE: 0}
    for view, its in one_of_each.items():
        page = desk.get(LIST, {"view": view}).text
        for other in one_of_each.values():
            assert (change_page(other) in page) == (other == its), view


def test_the_longest_waiting_is_first(desk):  # noqa: F811
    newer, older = order(Status.PAID, days=1), order(Status.PAID, days=9)
    page = desk.get(LIST, {"view": "prepare"}).text
    assert page.index(change_page(older)) < page.index(change_page(newer))


@pytest.mark.parametrize("view", ["", "late", "prepare", "refunds", "nonsense"])
def test_a_list_takes_few_queries(desk, view, django_assert_max_num_queries):  # noqa: F811
    for _ in range(4):
        late = order(Status.PAID)
        Fulfilment.objects.create(line=late.lines.get(), promised_on=today() - timedelta(days=1))
    desk.get(LIST)
    with django_assert_max_num_queries(12):
        assert desk.get(LIST, {"view": view} if view else {}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"promised_on": -2}, "It was to be sent by"),
        ({"hand_over_by": -2, "promised_on": 5}, "It was to be handed to the partner by"),
        ({"send_by": -2, "promised_on": 5}, "It is still expected by"),
        ({"send_by": -2, "promised_on": -1}, "as soon as there is a new day"),
    ],
)
def test_the_buyer_reads_which_step_is_late_and_the_new_day(as_member, owner, fields, words):
    late = order(Status.PAID, organization=owner.organization)
    days = {name: today() + timedelta(days=n) for name, n in fields.items()}
    row = Fulfilment.objects.create(line=late.lines.get(), **days)
    page = reverse("orders:detail", args=[owner.organization.number, late.number])
    assert words in as_member.get(page).text
    Fulfilment.objects.filter(pk=row.pk).update(
        hand_over_by=None, send_by=None, promised_on=today() + timedelta(days=1)
    )
    assert "It is late" not in as_member.get(page).text
