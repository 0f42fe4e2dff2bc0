"""The timeline of an order: done, now, next."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.models import Order

Status = Order.Status


@dataclass(frozen=True)
class Step:
    """One step as components/timeline.html shows it."""

    label: str
    state: str  # done, now, next or bad
    at: date | datetime | None = None
    note: str = ""


def steps(order: Order) -> list[Step]:
    """Where an order is, from placing to sending, or where it ended."""
    found = [Step(_("Order placed"), "done", order.placed_at)]
    if order.status in Order.GIVEN_BACK:
        return [*found, Step(str(order.get_status_display()), "bad", order.given_back_at)]
    if order.status == Status.AWAITING_PARTNER:
        text = _("The partner has it. Nothing to pay before it says yes.")
        return [*found, Step(_("The partner’s approval"), "now", note=text), *_ahead(0)]
    if order.status == Status.AWAITING_PAYMENT:
        return [*found, Step(_("Payment"), "now", note=_hold(order)), *_ahead(1)]
    found.append(Step(_("Paid"), "done", order.paid_at))
    if order.status == Status.PAID_UNALLOCATED:
        text = _("Your payment came after the order had ended. We write to you within one day.")
        return [*found, Step(_("Problem, we are on it"), "bad", note=text)]
    if order.status == Status.PAID:
        return [*found, Step(_("Being prepared"), "now", note=_promise(order)), *_ahead(2)]
    return [*found, Step(_("Sent"), "done", order.fulfilled_at)]


def _ahead(done: int) -> list[Step]:
    """What comes after so many of: payment, preparation, sending."""
    names = [_("Payment"), _("Being prepared"), _("Sent")]
    return [Step(name, "next") for name in names[done:]]


def _hold(order: Order) -> str:
    """Until when stock and quota are kept."""
    if order.hold_until is None:
        return ""
    until = date_format(timezone.localtime(order.hold_until), "DATETIME_FORMAT")
    return _("We keep it for you until %(moment)s.") % {"moment": until}


def _promise(order: Order) -> str:
    """The latest day that was promised for a line that is still owed."""
    days = [
        line.fulfilment.promised_on
        for line in order.lines.all()
        if hasattr(line, "fulfilment") and line.fulfilment.promised_on
    ]
    if not days:
        return ""
    return _("Expected by %(day)s.") % {"day": date_format(max(days), "DATE_FORMAT")}
