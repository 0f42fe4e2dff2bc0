"""Queues of orders: what staff look at, the longest waiting first, how many, and what is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet, TextChoices, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import Fulfilment, Order, OrderLine, Refund
from orgs.days import day_of, today

Status = Order.Status


class View(TextChoices):
    """What one looks at; each is an address, `?view=late`."""

    PREPARE = "prepare", _("To prepare")
    LATE = "late", _("Late")
    PARTNER = "partner", _("Awaiting the partner")
    PROBLEM = "problem", _("Paid, and the goods are gone")
    HELD = "held", _("Stopped")
    CHEQUES = "cheques", _("Cheques awaited")
    REFUNDS = "refunds", _("Refunds to decide")


SINCE: Mapping[str, str] = {
    View.PREPARE: "paid_at",
    View.LATE: "placed_at",
    View.PARTNER: "placed_at",
    View.PROBLEM: "paid_at",
    View.HELD: "held_at",
    View.CHEQUES: "placed_at",
    View.REFUNDS: "paid_at",
}
"""The moment since when an order waits in a view."""


def condition(view: str) -> Q:
    """What is in a view now: lists and counts both ask here."""
    match View(view):
        case View.PREPARE:
            return Q(status=Status.PAID)
        case View.LATE:
            to_send = Fulfilment.objects.late().values("line__order")
            waiting = Order.objects.filter(status=Status.AWAITING_PARTNER)
            to_answer = waiting.filter(hold_until__lt=timezone.now()).order_by().values("pk")
            # A union, since an OR of both would read every order.
            return Q(pk__in=to_send.union(to_answer))
        case View.PARTNER:
            return Q(status=Status.AWAITING_PARTNER)
        case View.PROBLEM:
            return Q(status=Status.PAID_UNALLOCATED)
        case View.HELD:
            return Q(held_at__isnull=False, status__in=Order.OPEN)
        case View.CHEQUES:
            return Q(status=Status.AWAITING_PAYMENT, method=Order.Method.CHEQUE)
        case View.REFUNDS:
            return Q(pk__in=Refund.objects.waiting_for_staff().values("order"))


def counts() -> dict[str, int]:
    """How many each view has; one query."""
    first, *others = (_count(view) for view in View)
    found = dict(first.union(*others, all=True).values_list("view", "n"))
    return {view: found.get(view, 0) for view in View.values}


def _count(view: str) -> QuerySet[Any, Any]:
    rows = Order.objects.filter(condition(view)).order_by()
    code = Value(str(view), output_field=CharField())
    return rows.annotate(view=code).values("view").annotate(n=Count("pk"))


@dataclass(frozen=True)
class Late:
    """Which step of an order is late, since which day, and the day that is promised now."""

    step: str
    since: date
    now_for: date | None = None

    @property
    def days(self) -> int:
        return (today() - self.since).days

    @property
    def words(self) -> Any:
        """The step, for staff."""
        return STEPS[self.step]


STEPS = {
    "partner": _("the partner’s answer"),
    "hand_over": _("handing it to the partner"),
    "send": _("sending it"),
}


def late(order: Order, lines: Iterable[OrderLine]) -> Late | None:
    """What of an order has been late the longest; its lines have their fulfilments."""
    if order.status == Status.AWAITING_PARTNER:
        until = day_of(order.hold_until) if order.hold_until else today()
        return Late("partner", until) if until < today() else None
    rows = [line.fulfilment for line in lines if hasattr(line, "fulfilment")]
    found = [one for row in rows if (one := _late_line(row))]
    return min(found, key=lambda one: one.since, default=None)


def _late_line(row: Fulfilment) -> Late | None:
    since = row.late_since
    if since is None:
        return None
    is_handing = not row.handed_at and row.hand_over_by == since
    is_ahead = row.promised_on is not None and row.promised_on >= today()
    step = "hand_over" if is_handing else "send"
    return Late(step, since, row.promised_on if is_ahead else None)
