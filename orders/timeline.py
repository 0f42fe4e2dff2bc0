"""Timeline: what happened to an order, what happens now, and what comes next, by when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.languages import reader_language
from catalog.explaining import in_words
from catalog.models import Program
from orders.models import Fulfilment, Order, OrderLine, Parcel
from orgs.days import day_of, today

Status = Order.Status
ENDS = {
    Status.CANCELLED: pgettext_lazy("order", "Cancelled"),
    Status.EXPIRED: _("Expired: not paid in time"),
    Status.REFUSED: _("Refused by the partner"),
    Status.REFUNDED: pgettext_lazy("order", "Refunded"),
}
SENT = (Status.FULFILLED, Status.DELIVERED)
LATE = _("Later than planned: our staff know, and write to you.")


@dataclass(frozen=True)
class Step:
    """One step, as `components/timeline.html` takes it."""

    label: object
    state: str
    at: datetime | date | None = None
    note: object = ""


def steps(order: Order, *, moves: Mapping[str, datetime], needs_partner: bool) -> list[Step]:
    """The steps of an order. `moves` are the trail's moments by status; lines have fulfilments."""
    found = [Step(_("Placed"), "done", order.placed_at)]
    is_unanswered = needs_partner and Status.AWAITING_PAYMENT not in moves
    if order.status == Status.EXPIRED and is_unanswered and not order.paid_at:
        return [*found, Step(_("No answer from the partner in time"), "bad", order.given_back_at)]
    if needs_partner:
        found.append(_partner(order, moves))
    if order.status in Order.GIVEN_BACK:
        if order.paid_at:
            found.append(Step(_("Paid"), "done", order.paid_at))
        return [*found, Step(ENDS[Status(order.status)], "bad", order.given_back_at)]
    found.append(_payment(order))
    shipped = [line for line in order.lines.all() if is_shipped(line)]
    if not shipped or order.status == Status.PAID_UNALLOCATED:
        return [*found, _preparing(order), _sent(order)]
    return [*found, *_shipment(order, shipped, arrived_at=moves.get(Status.DELIVERED))]


def is_shipped(line: OrderLine) -> bool:
    return line.program.delivery == Program.Delivery.SHIPMENT


def _partner(order: Order, moves: Mapping[str, datetime]) -> Step:
    if order.status == Status.AWAITING_PARTNER:
        day = last_day(order.hold_until)
        note = _("Answer expected by %(day)s.") % {"day": in_words(day)} if day else ""
        return Step(_("The partner is looking at it"), "now", None, note)
    if order.status in (Status.REFUSED, Status.CANCELLED) and not order.paid_at:
        return Step(_("Looked at by the partner"), "done")
    return Step(_("Approved by the partner"), "done", moves.get(Status.AWAITING_PAYMENT))


def _payment(order: Order) -> Step:
    if order.paid_at:
        return Step(_("Paid"), "done", order.paid_at)
    if order.status == Status.AWAITING_PAYMENT:
        return Step(_("Awaiting payment"), "now")
    return Step(_("Payment"), "next")


def _preparing(order: Order) -> Step:
    if order.status == Status.PAID_UNALLOCATED:
        note = _("What it held was gone when your payment came.")
        return Step(_("Problem, we are on it"), "bad", None, note)
    if order.status in SENT:
        return Step(_("Prepared"), "done")
    day = promised_on(order)
    state = "now" if order.status == Status.PAID else "next"
    return Step(_("Being prepared"), state, None, _promise(day))


def _sent(order: Order) -> Step:
    state = "done" if order.status in SENT else "next"
    return Step(_("Sent"), state, order.fulfilled_at)


def _shipment(
    order: Order, lines: Iterable[OrderLine], *, arrived_at: datetime | None
) -> list[Step]:
    """What a courier brings: handed to the partner, under way, arrived, and what comes after."""
    rows = [row for row in map(fulfilment_of, lines) if row]
    parcels = [parcel for row in rows for parcel in row.parcels.all()]
    handed = [row.handed_at or row.done_at for row in rows]
    sent = [row.done_at for row in rows]
    steps_ = [
        _step(_("Handed to the partner"), handed, [row.hand_over_by for row in rows]),
        _step(_("On its way"), sent, [row.send_by for row in rows], note=_so_far(rows, parcels)),
        _step(
            _("Delivered"),
            [arrived_at],
            [parcel.expected_on for parcel in parcels] or [row.promised_on for row in rows],
        ),
    ]
    is_paid = order.status in (Status.PAID, *SENT)
    first = next((n for n, step in enumerate(steps_) if step.state != "done"), None)
    if is_paid and first is not None:
        now = steps_[first]
        steps_[first] = Step(now.label, "now", now.at, now.note)
    return [*steps_, *_milestones(lines, rows, parcels, arrived_at=arrived_at)]


def _step(
    label: object,
    done: list[datetime | None],
    due: Iterable[date | None],
    note: object = "",
) -> Step:
    """Done when it is for every line, at the last one's moment; else by when it is promised."""
    moments = [moment for moment in done if moment]
    if done and len(moments) == len(done):
        return Step(label, "done", max(moments))
    days = [day for day in due if day]
    promise = _promise(max(days, default=None))
    return Step(label, "next", None, " ".join(str(text) for text in (note, promise) if text))


def _promise(day: date | None) -> object:
    """By when, and that it is late when it is."""
    if day is None:
        return ""
    promise = _("Promised for %(day)s.") % {"day": in_words(day)}
    return f"{promise} {LATE}" if day < today() else promise


def _so_far(rows: Iterable[Fulfilment], parcels: list[Parcel]) -> object:
    """How much of it has left, when it is not all."""
    sent = sum(parcel.quantity for parcel in parcels)
    wanted = sum(row.line.quantity for row in rows)
    if not sent or sent == wanted:
        return ""
    return _("%(sent)s of %(wanted)s packs have left.") % {"sent": sent, "wanted": wanted}


def _milestones(
    lines: Iterable[OrderLine],
    rows: list[Fulfilment],
    parcels: list[Parcel],
    *,
    arrived_at: datetime | None,
) -> list[Step]:
    """What comes so many weeks after everything arrived, such as a support contract."""
    promised = [p.expected_on for p in parcels] or [r.promised_on for r in rows if r.promised_on]
    arrival = day_of(arrived_at) if arrived_at else max(promised, default=None)
    if arrival is None:
        return []
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        for milestone in line.program.milestones:
            found[milestone["key"]] = milestone
    steps_ = []
    for milestone in sorted(found.values(), key=lambda m: m["after_delivery_weeks"]):
        day = arrival + timedelta(weeks=milestone["after_delivery_weeks"])
        is_over = arrived_at is not None and day <= today()
        note = _("About %(day)s.") % {"day": in_words(day)}
        name = milestone["name"][reader_language()]
        steps_.append(Step(name, "done" if is_over else "next", None, "" if is_over else note))
    return steps_


def fulfilment_of(line: OrderLine) -> Fulfilment | None:
    """What is owed for a line; None before it is paid."""
    row: Fulfilment | None = getattr(line, "fulfilment", None)
    return row


def promised_on(order: Order) -> date | None:
    """The latest day that was promised for a line not sent yet."""
    rows = [row for row in map(fulfilment_of, order.lines.all()) if row]
    owed = [row.promised_on for row in rows if row.status == Fulfilment.Status.OWED]
    return max((day for day in owed if day), default=None)


def last_day(until: datetime | None) -> date | None:
    """The last whole day in Toronto before a moment, which may be the midnight that ends it."""
    return day_of(until - timedelta(seconds=1)) if until else None
