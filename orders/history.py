"""History: an organization's orders, narrowed down by what an address asks for, and as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Order, OrderLine
from orders.models.order import OrderQuerySet
from orgs.days import TORONTO, day_of
from orgs.models import Organization

Status = Order.Status
STATES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "open": (
        gettext_lazy("To be paid or approved"),
        (Status.AWAITING_PAYMENT, Status.AWAITING_PARTNER),
    ),
    "prepared": (gettext_lazy("Being prepared"), (Status.PAID, Status.PAID_UNALLOCATED)),
    "sent": (gettext_lazy("Sent"), (Status.FULFILLED, Status.DELIVERED)),
    "ended": (
        gettext_lazy("Cancelled, expired or refunded"),
        tuple(Order.GIVEN_BACK),
    ),
}
MOST_LETTERS = 80


@dataclass(frozen=True)
class Asked:
    """What is looked for; what an address has wrong is left out."""

    words: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Asked":
        state = params.get("state", "")
        return cls(
            words=params.get("q", "").replace("\0", "").strip()[:MOST_LETTERS],
            state=state if state in STATES else "",
            since=_day(params.get("since", "")),
            until=_day(params.get("until", "")),
        )

    @property
    def is_narrow(self) -> bool:
        return self != Asked()


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # the thirty-first of February
        return None


def rows(organization: Organization, asked: Asked) -> OrderQuerySet:
    """The orders that are looked for, newest first; days are those of Toronto."""
    found = Order.objects.of(organization).recent()
    if asked.words:
        number = Q(number=int(asked.words)) if _is_number(asked.words) else Q()
        lines = OrderLine.objects.filter(
            Q(name_fr__icontains=asked.words)
            | Q(name_en__icontains=asked.words)
            | Q(sku__icontains=asked.words)
        )
        found = found.filter(number | Q(pk__in=lines.values("order")))
    if asked.state:
        found = found.filter(status__in=STATES[asked.state][1])
    if asked.since:
        found = found.filter(placed_at__gte=_midnight(asked.since))
    if asked.until:
        found = found.filter(placed_at__lt=_midnight(asked.until, after=1))
    return found


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) < 10


def _midnight(day: date, *, after: int = 0) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=after), time(), tzinfo=TORONTO)
    except OverflowError:  # the last day there is
        return datetime.combine(day, time.max, tzinfo=TORONTO)


def table(orders: OrderQuerySet) -> Iterator[list[Any]]:
    """A line of the table for each line of the orders, under a head in the reader's language."""
    yield [
        _("Order"),
        _("Placed on"),
        _("Placed by"),
        _("State"),
        _("Product"),
        _("SKU"),
        _("Quantity"),
        _("Fee for one (CAD)"),
        _("Fees (CAD)"),
        _("Paid on"),
        _("Given back on"),
    ]
    chosen = orders.select_related("placed_by").prefetch_related("lines")
    for order in chosen.iterator(chunk_size=500):
        for line in order.lines.all():
            back = line.given_back_at or order.given_back_at
            yield [
                order.number,
                day_of(order.placed_at),
                order.placed_by,
                order.get_status_display(),
                line.name,
                line.sku,
                line.quantity,
                line.fee,
                line.total,
                day_of(order.paid_at) if order.paid_at else "",
                day_of(back) if back else "",
            ]
