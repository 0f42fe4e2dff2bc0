"""Loading: write the order history of a demo file, with its quota, as often as one likes.

Stock is left alone: the catalogue file says what is on hand after this history.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db import connection

from accounts.models import User
from audit.models import record
from catalog.models import Product
from catalog.verdicts import verdict
from orders import quota
from orders.models import Fulfilment, Order, OrderLine
from orders.models.order import FIRST_NUMBER
from orgs import demofile
from orgs.days import day_of
from orgs.models import Organization

Status = Order.Status
PAID = {Status.PAID, Status.FULFILLED, Status.DELIVERED, Status.REFUNDED}
SENT = {Status.FULFILLED, Status.DELIVERED}


def load(orders: Iterable[demofile.Order]) -> int:
    """Write the orders that are not there yet; returns how many. Call it in a transaction."""
    known = set(Order.objects.values_list("number", flat=True))
    products = {p.sku: p for p in Product.objects.select_related("program")}
    fresh = [order for order in orders if order.number not in known]
    for order in fresh:
        _write(order, products)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval('orders_order_number', (SELECT greatest(max(number), %s) "
            "FROM orders_order), true) WHERE EXISTS (SELECT 1 FROM orders_order)",
            [FIRST_NUMBER],
        )
    return len(fresh)


def _write(data: demofile.Order, products: dict[str, Product]) -> None:
    organization = Organization.objects.get(number=data.organization)
    fees = [line.fee if line.fee is not None else products[line.sku].fee for line in data.lines]
    amounts = (fee * line.quantity for fee, line in zip(fees, data.lines, strict=True))
    is_paid = data.status in PAID
    order = Order.objects.create(
        number=data.number,
        organization=organization,
        placed_by=User.objects.get(email=data.placed_by),
        placed_at=data.placed_at,
        status=data.status,
        method=data.method,
        total=sum(amounts, start=Decimal("0.00")),
        answers={products[data.lines[0].sku].program.slug: _plain(data.answers)},
        licence_email=organization.email,
        language=organization.language,
        paid_at=data.placed_at if is_paid else None,
        fulfilled_at=data.placed_at if data.status in SENT else None,
        given_back_at=data.given_back_at,
    )
    lines = [
        _line(order, line, products[line.sku], fee)
        for line, fee in zip(data.lines, fees, strict=True)
    ]
    _count(order, lines, is_paid=is_paid)
    if is_paid:
        for line in lines:
            _fulfil(line, data.status)
    record(order, f"order.{data.status}", by=None, note="Demo history")


def _line(order: Order, data: demofile.Line, product: Product, fee: Decimal) -> OrderLine:
    judged = verdict(product.program, order.organization, on=day_of(order.placed_at))
    return OrderLine.objects.create(
        order=order,
        product=product,
        program=product.program,
        sku=product.sku,
        name_fr=product.name_fr,
        name_en=product.name_en,
        quantity=data.quantity,
        fee=fee,
        # The facts of the file are today's; the history says that it was eligible then.
        eligibility=judged.to_data() | {"eligible": True},
        given_back_at=data.given_back_at,
    )


def _count(order: Order, lines: list[OrderLine], *, is_paid: bool) -> None:
    quota.hold(order, order.lines.select_related("product"), at=order.placed_at)
    if is_paid:
        quota.settle(order, at=order.placed_at)
    # Lines first: a step of a line is entered once, and the order's comes after it.
    for line in lines:
        if line.given_back_at:
            quota.give_back(order, at=line.given_back_at, lines=[line])
    if order.given_back_at:
        quota.give_back(order, at=order.given_back_at)


def _fulfil(line: OrderLine, status: str) -> None:
    order: Order = line.order
    is_done = status in SENT
    Fulfilment.objects.create(
        line=line,
        status=Fulfilment.Status.DONE
        if is_done
        else Fulfilment.Status.CANCELLED
        if status == Status.REFUNDED
        else Fulfilment.Status.OWED,
        due_at=order.placed_at,
        done_at=order.placed_at if is_done else None,
    )


def _plain(answers: Mapping[str, demofile.Answer]) -> dict[str, object]:
    """Answers as JSON: days as ISO text."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in answers.items()}
