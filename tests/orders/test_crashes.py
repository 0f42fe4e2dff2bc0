"""Killed in the middle: an order, or a delivery, is there as a whole or not at all (kill -9)."""

import os
import signal
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from catalog import stock
from catalog.models import StockEntry
from mail.models import Message
from orders import checkout, fold, fulfilment, gateway, payments, quota, settlement, webhooks
from orders.models import (
    CartItem,
    Fulfilment,
    LicenseKey,
    MoneyEntry,
    Order,
    OrderLine,
    QuotaEntry,
    WebhookEvent,
)
from orders.paypal import PayPal
from orgs.models import Organization
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import (
    again,
    approve,
    begin,
    make_due,
    paid_once,
    receive,
    request_ids,
)
from tests.orders.test_fulfilment import pay, stock_keys

pytestmark = pytest.mark.races
LIMIT = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}


def killed(deed: Callable[[], object], *, in_: object, at: str, after: bool = False) -> None:
    """Do a deed in a process of its own, which is killed where it calls a function, or after."""
    child = os.fork()
    if child == 0:
        try:
            # The parent's connection is left alone: closing it would end it for both.
            ours, connection.connection = connection.connection, None
            real = getattr(in_, at)

            def call(*args: object, **kwargs: object) -> None:
                if after:
                    real(*args, **kwargs)
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(in_, at, call)
            deed()
        finally:
            os._exit(0 if ours else 1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the deed ended without coming there"
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.fixture
def basket(transactional_db):
    """The cart for two of three scarce packs."""
    product = ProductFactory(program=ProgramFactory(limits=[LIMIT]))
    stock.open_with(product, 3)
    return fill(MembershipFactory(), product, 2)


def of_orders() -> list[int]:
    return [rows.objects.count() for rows in (Order, OrderLine, QuotaEntry, Message, Entry)]


@pytest.mark.parametrize(
    ("in_", "at", "after"),
    [
        (checkout, "_write_lines", True),
        (quota, "hold", False),
        (quota, "hold", True),
        (checkout, "record", True),
        (checkout.emails, "placed", True),
        (stock, "take", False),
        (stock, "take", True),
    ],
)
def test_an_order_that_is_killed_while_it_is_placed_is_not_there(basket, in_, at, after):
    before, entries = of_orders(), StockEntry.objects.count()
    killed(lambda: place(basket), in_=in_, at=at, after=after)
    assert of_orders() == before
    assert StockEntry.objects.count() == entries
    assert CartItem.objects.get().quantity == 2
    attempt = basket.attempt
    order = place(basket, attempt=attempt)
    assert place(basket, attempt=attempt) == order
    assert (Order.objects.count(), order.lines.get().product.stock) == (1, 1)


@pytest.mark.parametrize(
    ("in_", "at", "after"),
    [
        (fulfilment, "finish", False),
        (fulfilment, "finish", True),
        (fulfilment.emails, "licences_ready", False),
        (fulfilment.emails, "licences_ready", True),
    ],
)
def test_a_delivery_that_is_killed_gives_no_key_and_comes_due_again(
    transactional_db, in_, at, after
):
    product = ProductFactory()
    stock_keys(product, 2)
    order = place(fill(MembershipFactory(), product, 2))
    pay(order)
    row = Fulfilment.objects.get()
    mails = Message.objects.count()
    killed(lambda: fulfilment.deliver(row.pk), in_=in_, at=at, after=after)
    assert LicenseKey.objects.free().count() == 2
    assert Message.objects.count() == mails
    assert not Fulfilment.objects.due()
    Fulfilment.objects.update(due_at=timezone.now())
    assert fulfilment.deliver(row.pk)
    assert LicenseKey.objects.filter(line__order=order).count() == 2


@pytest.fixture
def approved(transactional_db, paypal):
    """A payment that its payer has approved at PayPal, and that nobody has captured yet."""
    payment = begin(place(fill(MembershipFactory(), ProductFactory())))
    approve(paypal, payment)
    return payment


def settled_by_a_child(pk):
    """With a connection to PayPal of its own, since the parent's cannot be shared."""
    gateway.provider.cache_clear()
    return payments.settle(pk)


CAPTURING = [
    (fold, "claim", False),
    (fold, "claim", True),  # we said that we would
    (PayPal, "capture", True),  # PayPal has the money, and we do not know
    (settlement, "mark_paid", True),
    (fold.emails, "receipt", True),
    (fold, "apply", True),
]


@pytest.mark.parametrize(("in_", "at", "after"), CAPTURING)
def test_a_return_from_paypal_that_is_killed_is_taken_up_by_the_sweep(
    approved, paypal, in_, at, after
):
    killed(lambda: settled_by_a_child(approved.pk), in_=in_, at=at, after=after)
    is_done = (in_, at) == (fold, "apply")
    assert MoneyEntry.objects.exists() == is_done
    make_due(approved)
    payments.sweep()
    paid_once(paypal, approved.order)
    assert len(request_ids(paypal, "/capture")) <= 1


NOTICED = [
    (webhooks, "claim", True),
    (PayPal, "verify_webhook", True),
    (PayPal, "capture", True),
    (webhooks, "finish", False),
]


@pytest.mark.parametrize(("in_", "at", "after"), NOTICED)
def test_a_notice_that_is_killed_while_it_is_read_comes_due_again(approved, paypal, in_, at, after):
    event = receive(paypal, approved)

    def read():
        gateway.provider.cache_clear()
        webhooks.handle(event.pk)

    killed(read, in_=in_, at=at, after=after)
    assert again(event).handled_at is None
    WebhookEvent.objects.update(due_at=timezone.now())
    assert webhooks.sweep() == 1
    assert again(event).outcome == "handled"
    paid_once(paypal, approved.order)


def test_without_the_transaction_half_an_order_would_stay(basket, monkeypatch):
    """Shows that the tests above can fail: each statement is committed by itself."""
    monkeypatch.setattr(checkout, "place", checkout.place.__wrapped__)
    monkeypatch.setattr(Organization.objects, "lock", Organization.objects.get)
    killed(lambda: place(basket), in_=stock, at="take")
    assert Order.objects.count() == 1
    assert not StockEntry.objects.filter(change__lt=0).exists()
