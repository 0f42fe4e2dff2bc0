"""Cancellation: an order that is not paid gives back its quota and its stock, once."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.moves import move
from catalog import stock
from orders import emails, quota
from orders.models import Order, Payment

UNPAID = (Order.Status.AWAITING_PARTNER, Order.Status.AWAITING_PAYMENT)


@transaction.atomic
def cancel(order_pk: int, *, by: User, reason: str = "") -> Order:
    """Cancel an order that is not paid; cancelling twice is cancelling once.

    Raises ValidationError when it is paid, over, or being paid at this moment.
    """
    order = Order.objects.lock(pk=order_pk)
    if order.status == Order.Status.CANCELLED:
        return order
    if order.status not in UNPAID:
        text = _("Order %(number)s can no longer be cancelled.")
        raise ValidationError(text, "too_late", {"number": order.number})
    if is_being_paid(order):
        text = _("A payment for order %(number)s is under way, so it cannot be cancelled now.")
        raise ValidationError(text, "being_paid", {"number": order.number})
    end(order, Order.Status.CANCELLED, by=by, reason=reason, at=timezone.now())
    emails.ended(order, reason=reason)
    return order


@transaction.atomic
def expire(order_pk: int) -> bool:
    """End an order whose hold is over: not paid in time, or the partner did not answer in time.

    False when it was paid, is being paid, or was answered meanwhile.
    """
    order, now = Order.objects.lock(pk=order_pk), timezone.now()
    is_over = order.hold_until is not None and order.hold_until <= now
    if order.status not in UNPAID or not is_over or is_being_paid(order):
        return False
    is_unanswered = order.status == Order.Status.AWAITING_PARTNER
    end(order, Order.Status.EXPIRED, by=None, reason="", at=now)
    if is_unanswered:
        emails.unanswered(order)
    else:
        emails.ended(order, reason="")
    return True


def is_being_paid(order: Order) -> bool:
    """PayPal is taking, or has taken, the money; asked under the order's lock."""
    return order.payments.filter(status__in=Payment.TAKING).exists()


def end(order: Order, to: Order.Status, *, by: User | None, reason: str, at: datetime) -> None:
    """Move a locked order to one of the statuses that give everything back."""
    move(order, to, by=by, note=reason, given_back_at=at, hold_until=None)
    quota.give_back(order, at=at)
    lines = order.lines.filter(given_back_at=None)
    stock.put_back(order.number, dict(lines.values_list("product", "quantity")), by=by)
