"""Invented orders: with lines, quota, money, deliveries, stock taken and their trail."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from audit.models import Entry
from catalog.models import StockEntry
from orders.models import (
    Fulfilment,
    MoneyEntry,
    Order,
    OrderLine,
    Payment,
    QuotaEntry,
    Refund,
)
from portal.seeding.bulk import copy, next_keys, next_of
from portal.seeding.catalogue import Offered
from portal.seeding.organizations import Invented
from portal.seeding.spread import Spread
from portal.seeding.stories import at

Status = Order.Status
SHARES = {
    "delivered": 50,
    "fulfilled": 20,
    "paid": 5,
    "cancelled": 8,
    "expired": 8,
    "refunded": 4,
    "awaiting_payment": 2,
    "awaiting_partner": 2,
    "paid_unallocated": 1,
}
TAKEN = {Status.PAID, Status.FULFILLED, Status.DELIVERED, Status.REFUNDED, Status.PAID_UNALLOCATED}
SENT = {Status.FULFILLED, Status.DELIVERED}
OF_TODAY = {Status.AWAITING_PAYMENT, Status.AWAITING_PARTNER}
HOLD = timedelta(hours=3)
MODELS: tuple[Any, ...] = (
    *(Order, OrderLine, QuotaEntry, Payment, Refund, MoneyEntry, Fulfilment, StockEntry, Entry),
)
ELIGIBLE = {"eligible": True, "failing": [], "criteria": []}


@dataclass
class Pages:
    """Rows that wait to be written, by model: each table is written once."""

    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: {m: [] for m in MODELS})
    types: dict[Any, int] = field(default_factory=dict)

    def add(self, model: Any, **row: Any) -> None:
        self.rows[model].append(row)

    def tell(self, model: Any, pk: int, action: str, *, by: int | None, on: datetime) -> None:
        """An entry of the trail."""
        if model not in self.types:
            self.types[model] = ContentType.objects.get_for_model(model).pk
        kind = self.types[model]
        self.add(Entry, subject_type_id=kind, subject_id=pk, action=action, by_id=by, at=on)

    def write(self, *, now: datetime) -> None:
        for model in MODELS:
            rows = self.rows[model]
            keys = iter(next_keys(model, sum("id" not in row for row in rows)))
            copy(model, (r if "id" in r else {"id": next(keys)} | r for r in rows), now=now)


def seed(
    n: int, organizations: list[Invented], products: list[Offered], *, on: date, now: datetime
) -> None:
    """Write n orders of qualified organizations, spread over their qualified time."""
    spread, pages = Spread("orders"), Pages()
    buyers = [one for one in organizations if one.story.since and one.story.since < on]
    keys, numbers = next_keys(Order, n), next_of("orders_order_number", n)
    lines = iter(next_keys(OrderLine, 3 * n))  # at most three a order; what is left is a gap
    payments = iter(next_keys(Payment, n))
    for index, (pk, number) in enumerate(zip(keys, numbers, strict=True)):
        one = spread.one(buyers)
        chosen = _choose(spread, products)
        row = _order(spread, one, index, chosen, on=on, now=now) | {"id": pk, "number": number}
        pages.add(Order, **row)
        pages.tell(Order, pk, "order.placed", by=one.owner, on=row["placed_at"])
        for offered, quantity in chosen:
            _line(pages, next(lines), row, offered, quantity)
        if row["status"] in TAKEN:
            _money(pages, next(payments), row)
    _open_stock(pages, products, now=now)
    pages.write(now=now)


def _choose(spread: Spread, products: list[Offered]) -> list[tuple[Offered, int]]:
    chosen = {spread.whole(0, len(products) - 1) for _ in range(spread.whole(1, 3))}
    return [(products[place], spread.whole(1, 4)) for place in sorted(chosen)]


def _order(
    spread: Spread,
    one: Invented,
    index: int,
    chosen: list[tuple[Offered, int]],
    *,
    on: date,
    now: datetime,
) -> dict[str, Any]:
    status = Status(spread.weighted(SHARES))
    if status == Status.PAID and any(offered.delivery == "key" for offered, _n in chosen):
        status = Status.FULFILLED  # else a worker would look for keys again and again
    first, last = one.story.since or on, min(one.story.until or on, on)
    day = first + timedelta(days=spread.whole(0, max((last - first).days - 1, 0)))
    placed = now if status in OF_TODAY else at(day, index)
    is_back = status in Order.GIVEN_BACK
    return {
        "organization_id": one.pk,
        "placed_by_id": one.owner,
        "placed_at": placed,
        "status": status,
        "attempt": uuid.UUID(int=spread.random.getrandbits(128)),
        "total": sum((o.row["fee"] * n for o, n in chosen), start=Decimal(0)),
        "licence_email": one.row["email"],
        "language": one.row["language"],
        # From the real moment: an unpaid order whose hold is over would be ended at once.
        "hold_until": max(placed, timezone.now()) + HOLD if status in OF_TODAY else None,
        "paid_at": placed if status in TAKEN else None,
        "fulfilled_at": placed if status in SENT else None,
        "given_back_at": placed + timedelta(hours=4) if is_back else None,
    }


def _line(pages: Pages, pk: int, order: dict[str, Any], offered: Offered, quantity: int) -> None:
    product, placed, status = offered.row, order["placed_at"], order["status"]
    same = {"product_id": product["id"], "program_id": product["program_id"]}
    names = {"sku": product["sku"], "name_fr": product["name_fr"], "name_en": product["name_en"]}
    fee = product["fee"]
    pages.add(
        OrderLine,
        id=pk,
        order_id=order["id"],
        quantity=quantity,
        fee=fee,
        **{"eligibility": ELIGIBLE, **same, **names},
    )
    steps = [(QuotaEntry.Kind.HOLD, placed)]
    if status in TAKEN:
        steps.append((QuotaEntry.Kind.SETTLE, placed))
    if order["given_back_at"]:
        steps.append((QuotaEntry.Kind.GIVE_BACK, order["given_back_at"]))
    for kind, moment in steps:
        pages.add(
            QuotaEntry,
            **{"organization_id": order["organization_id"], "line_id": pk, "kind": kind, **same},
            units=quantity,
            fees=fee * quantity,
            at=moment,
        )
    if status in TAKEN - {Status.PAID_UNALLOCATED}:
        state = Fulfilment.Status.DONE if status in SENT else Fulfilment.Status.OWED
        state = Fulfilment.Status.CANCELLED if status == Status.REFUNDED else state
        done = placed if status in SENT else None
        pages.add(Fulfilment, line_id=pk, status=state, due_at=placed, done_at=done)
    if product["stock"] is not None:
        _stock(pages, order, product["id"], quantity)


def _stock(pages: Pages, order: dict[str, Any], product: int, quantity: int) -> None:
    """What the order took from stock, and gave back."""
    same = {"product_id": product, "reference": str(order["number"])}
    pages.add(
        StockEntry, **same, kind=StockEntry.Kind.TAKEN, change=-quantity, at=order["placed_at"]
    )
    if order["given_back_at"]:
        moment = order["given_back_at"]
        pages.add(StockEntry, **same, kind=StockEntry.Kind.RETURNED, change=quantity, at=moment)


def _money(pages: Pages, pk: int, order: dict[str, Any]) -> None:
    """A captured payment, its money, and what the trail says of it."""
    reference, moment = f"SEED{pk}", order["placed_at"]
    pages.add(
        Payment,
        id=pk,
        order_id=order["id"],
        seq=1,
        status=Payment.Status.CAPTURED,
        reference=uuid.UUID(int=order["attempt"].int ^ 1),
        amount=order["total"],
        language=order["language"],
        started_by_id=order["placed_by_id"],
        paypal_id=reference,
        capture_id=f"C-{reference}",
        capture_status="COMPLETED",
        capture_generation=1,
        created_at=moment,
        captured_at=moment,
    )
    pages.tell(Payment, pk, "payment.captured", by=None, on=moment)
    kinds = {MoneyEntry.Kind.CAPTURE: f"capture-{reference}"}
    if order["status"] == Status.REFUNDED:
        kinds[MoneyEntry.Kind.REFUND] = _refund(pages, order, payment=pk, on=moment)
    for kind, external_id in kinds.items():
        same = {"payment_id": pk, "kind": kind, "amount": order["total"], "currency": "CAD"}
        pages.add(MoneyEntry, **same, external_id=external_id, at=moment)


def _refund(pages: Pages, order: dict[str, Any], *, payment: int, on: datetime) -> str:
    """The whole order paid back by PayPal; returns PayPal's name for it."""
    name = f"refund-{order['number']}"
    pages.add(
        Refund,
        order_id=order["id"],
        payment_id=payment,
        reference=uuid.UUID(int=order["attempt"].int ^ 2),
        seq=1,
        status=Refund.Status.COMPLETED,
        origin=Refund.Origin.EXTERNAL,
        means=Refund.Means.PAYPAL,
        amount=order["total"],
        reason="Seed",
        requested_at=on,
        paypal_refund_id=name,
        completed_at=on,
    )
    return name


def _open_stock(pages: Pages, products: list[Offered], *, now: datetime) -> None:
    """The opening stock, so that what was taken leaves what the product says."""
    changes: dict[int, int] = {}
    for entry in pages.rows[StockEntry]:
        changes[entry["product_id"]] = changes.get(entry["product_id"], 0) + entry["change"]
    for row in _stocked(products):
        opening = row["stock"] - changes.get(row["id"], 0)
        kind = StockEntry.Kind.OPENING
        pages.add(StockEntry, product_id=row["id"], kind=kind, change=opening, at=now)


def _stocked(products: list[Offered]) -> Iterator[dict[str, Any]]:
    return (offered.row for offered in products if offered.row["stock"] is not None)
