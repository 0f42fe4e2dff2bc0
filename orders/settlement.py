"""Settlement: an order that owes nothing more is paid, and its lines are owed."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.moves import move
from catalog import stock
from orders import emails, fulfilment, holding, limits, quota
from orders.limits import Wanted
from orders.models import Order, OrderLine, QuotaEntry, RefundLine


def mark_paid(order: Order, *, by: Any, at: datetime, note: str) -> None:
    """Move a locked order to paid, settle its quota and write down what is to be delivered.

    Called in the transaction that locked the order, by whoever saw that nothing is left to pay.
    """
    paid_at = order.paid_at or at
    ended = {"hold_until": None, "given_back_at": None}
    move(order, Order.Status.PAID, by=by, note=note, paid_at=paid_at, **ended)
    quota.settle(order, at=at)
    fulfilment.owe(order, at=at)


def mark_unallocated(order: Order, *, at: datetime, note: str) -> None:
    """Money came for a locked order that had been given up: staff see it, nobody is silent."""
    move(order, Order.Status.PAID_UNALLOCATED, by=None, note=note, paid_at=at, hold_until=None)


def take_again(order: Order, *, at: datetime) -> bool:
    """Hold again what an expired order had given back, if all of it is still to be had.

    The caller has locked the organization and the order. A cancelled order is not revived: its
    buyer wants the money back.
    """
    return order.status == Order.Status.EXPIRED and _hold_again(order, at=at)


@transaction.atomic
def allocate(order_pk: int, *, by: Any, note: str) -> Order:
    """Deliver a paid order after all, and tell its buyer.

    Raises ValidationError when stock or quota is gone, and when the money is asked back.
    """
    order, now = Order.objects.lock_with_owner(pk=order_pk), timezone.now()
    if order.status != Order.Status.PAID_UNALLOCATED:
        raise ValidationError(_("This order does not wait to be allocated."), "not_waiting")
    holding.refuse_held(order)
    refuse_refunded(order)
    if not _hold_again(order, at=now):
        text = _("There is not enough stock or quota for order %(number)s.")
        raise ValidationError(text, "gone", {"number": order.number})
    mark_paid(order, by=by, at=now, note=note)
    emails.allocated(order)
    return order


def refuse_refunded(order: Order) -> None:
    """Raise ValidationError when the money of a locked order is asked back."""
    asked = RefundLine.objects.filter(line__order=order, line__given_back_at=None, is_open=True)
    if asked.exists():
        text = _("The money of order %(number)s was asked back; that request comes first.")
        raise ValidationError(text, "refunded", {"number": order.number})


def _hold_again(order: Order, *, at: datetime) -> bool:
    lines = list(order.lines.filter(given_back_at=None).select_related("product", "program"))
    if QuotaEntry.objects.filter(line__in=lines, kind=QuotaEntry.Kind.HOLD_AGAIN).exists():
        return False  # once only: the ledgers know each step of a line by its name
    if _over_quota(order, lines, at=at):
        return False
    try:
        # Another reference than the first time: the ledger refuses to take twice by one.
        wanted = {li.product_id: li.quantity for li in lines if li.product.stock is not None}
        stock.take(f"{order.number}-again", wanted, by=None)
    except ValidationError:
        return False
    quota.hold_again(order, lines, at=at)
    return True


def _over_quota(order: Order, lines: list[OrderLine], *, at: datetime) -> bool:
    """Whether a program's limits have no room for these lines now."""
    wanted: dict[int, list[Wanted]] = defaultdict(list)
    for line in lines:
        units = line.quantity * line.product.units_per_pack
        wanted[line.program_id].append(
            Wanted(line.sku, line.product.title_group, units, line.total)
        )
    uses = quota.uses(order.organization, as_of=at)
    programs = {line.program_id: line.program for line in lines}
    return any(
        limits.breaches(quota.limits_of(program), uses.get(pk, []), wanted[pk], as_of=at)
        for pk, program in programs.items()
    )
