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
from orders.models import Cheque, Order, Payment
from orders.models.cheque import ChequeQuerySet

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
    _await_no_cheque(order, by=by)
    emails.ended(order, reason=reason)
    return order


@transaction.atomic
def expire(order_pk: int) -> bool:
    """End an order whose hold is over: not paid in time, or the partner did not answer in time.

    False when it was paid, is being paid, was answered meanwhile, or is stopped by staff.
    """
    order, now = Order.objects.lock(pk=order_pk), timezone.now()
    is_over = order.hold_until is not None and order.hold_until <= now
    if order.status not in UNPAID or not is_over or order.is_held or is_being_paid(order):
        return False
    is_unanswered = order.status == Order.Status.AWAITING_PARTNER
    end(order, Order.Status.EXPIRED, by=None, reason="", at=now)
    _await_no_cheque(order, by=None)
    if is_unanswered:
        emails.unanswered(order)
    else:
        emails.ended(order, reason="")
    return True


def is_being_paid(order: Order) -> bool:
    """PayPal is taking, or has taken, the money, or its cheque is here; asked under the lock."""
    received = Cheque.objects.filter(order=order, status=Cheque.Status.RECEIVED)
    return order.payments.filter(status__in=Payment.TAKING).exists() or received.exists()


def _await_no_cheque(order: Order, *, by: User | None) -> None:
    """A cheque that was announced is not awaited any more."""
    for cheque in order_cheque(order).filter(status=Cheque.Status.ANNOUNCED):
        move(cheque, Cheque.Status.MISSED, by=by)


def order_cheque(order: Order) -> ChequeQuerySet:
    """The cheque of an order, if it is to be paid by one."""
    return Cheque.objects.filter(order=order).select_for_update()


def cheque_reference(order: Order) -> str:
    """Under which the ledger has the stock that an arrived cheque holds."""
    return f"{order.number}-cheque"


def wanted(order: Order) -> dict[int, int]:
    """{product: packs} of an order, without what was given back."""
    lines = order.lines.filter(given_back_at=None)
    return dict(lines.values_list("product", "quantity"))


def end(order: Order, to: Order.Status, *, by: User | None, reason: str, at: datetime) -> None:
    """Move a locked order to one of the statuses that give everything back."""
    move(order, to, by=by, note=reason, given_back_at=at, hold_until=None)
    quota.give_back(order, at=at)
    cheque = order_cheque(order).first()
    if cheque is None:
        stock.put_back(order.number, wanted(order), by=by)
    elif cheque.status == Cheque.Status.RECEIVED:  # before that, no stock is held
        stock.put_back(cheque_reference(order), wanted(order), by=by)
