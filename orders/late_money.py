"""Late money: an order paid after its goods were gone. Its buyer waits, or has the money back."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import Entry, record
from orders import refunds, settlement
from orders.models import Order, OrderLine, Refund

BATCH: Final = 200  # orders that get something in a pass


@transaction.atomic
def wait(order_pk: int, *, by: User) -> Order:
    """Keep the order's place until its goods are there again; twice is once.

    Raises ValidationError for an order that has no such choice, for one that had been cancelled,
    and once the money is asked back.
    """
    order = _lock(order_pk)
    if not may_wait(order):
        text = _("This order had been cancelled before its payment came: you can have it back.")
        raise ValidationError(text, "cancelled")
    if order.waits_since is None:
        order.waits_since = timezone.now()
        order.save(update_fields=["waits_since"])
        record(order, "order.waits", by=by)
    return order


@transaction.atomic
def give_back(order_pk: int, *, by: User) -> Refund:
    """Ask for all of the money: no policy is against it, for nothing was delivered.

    Whoever waited and withdraws the request has the place they had.
    """
    order = _lock(order_pk)
    return refunds.request(
        order.pk,
        lines=list(order.lines.filter(given_back_at=None).values_list("pk", flat=True)),
        reason=gettext("The goods were gone when the payment came."),
        is_unused=True,
        by=by,
    )


def may_wait(order: Order) -> bool:
    """Not for an order that had been cancelled: nobody wants its goods."""
    return not Entry.objects.about(order).filter(action="order.cancelled").exists()


def refundable(lines: Iterable[OrderLine]) -> Decimal:
    """What can still go back of an order's lines, with taxes."""
    return sum((line.paid for line in lines if line.given_back_at is None), start=Decimal(0))


def _lock(order_pk: int) -> Order:
    order = Order.objects.lock_with_owner(pk=order_pk)
    if order.status != Order.Status.PAID_UNALLOCATED:
        text = _("There is nothing to choose for this order any more.")
        raise ValidationError(text, "not_waiting")
    settlement.refuse_refunded(order)
    return order


def allocate_waiting() -> int:
    """Give orders that wait what they paid for, first come, first served; how many got it.

    What an older order lacks is not given to a younger one. Run twice, an order gets it once.
    """
    given = 0
    kept: set[int] = set()  # products that an older order waits for
    for order in Order.objects.waiting_for_goods().prefetch_related("lines__product"):
        lines = [line for line in order.lines.all() if line.given_back_at is None]
        short = {
            line.product_id
            for line in lines
            if line.product.stock is not None and line.product.stock < line.quantity
        }
        wanted = {line.product_id for line in lines}
        if short or wanted & kept:
            kept |= short
            continue
        try:
            settlement.allocate(order.pk, by=None, note="Goods are there again")
        except ValidationError:
            continue  # over its quota by now: that holds up nobody else
        given += 1
        if given == BATCH:
            break
    return given
