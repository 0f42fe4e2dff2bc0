"""Timeline: what happened to an order, what happens now, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.explaining import in_words
from orders.models import Fulfilment, Order
from orgs.days import day_of

Status = Order.Status
ENDS = {
    Status.CANCELLED: pgettext_lazy("order", "Cancelled"),
    Status.EXPIRED: _("Expired: not paid in time"),
    Status.REFUSED: _("Refused by the partner"),
    Status.REFUNDED: pgettext_lazy("order", "Refunded"),
}
SENT = (Status.FULFILLED, Status.DELIVERED)


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
    if needs_partner:
        found.append(_partner(order, moves))
    if order.status in Order.GIVEN_BACK:
        if order.paid_at:
            found.append(Step(_("Paid"), "done", order.paid_at))
        return [*found, Step(ENDS[Status(order.status)], "bad", order.given_back_at)]
    return [*found, _payment(order), _preparing(order), _sent(order)]


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
        note = _("Something went wrong after you paid. Our staff are on it and will write to you.")
        return Step(_("Problem, we are on it"), "bad", None, note)
    if order.status in SENT:
        return Step(_("Prepared"), "done")
    day = promised_on(order)
    promise = _("Promised for %(day)s.") % {"day": in_words(day)} if day else ""
    return Step(
        _("Being prepared"), "now" if order.status == Status.PAID else "next", None, promise
    )


def _sent(order: Order) -> Step:
    state = "done" if order.status in SENT else "next"
    return Step(_("Sent"), state, order.fulfilled_at)


def promised_on(order: Order) -> date | None:
    """The latest day that was promised for a line not sent yet."""
    days = [
        line.fulfilment.promised_on
        for line in order.lines.all()
        if hasattr(line, "fulfilment")
        and line.fulfilment.status == Fulfilment.Status.OWED
        and line.fulfilment.promised_on
    ]
    return max(days, default=None)


def last_day(until: datetime | None) -> date | None:
    """The last whole day in Toronto before a moment, which may be the midnight that ends it."""
    return day_of(until - timedelta(seconds=1)) if until else None
