"""Cancellation: an unpaid order ends, and gives back what it held, once."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.moves import move
from catalog import stock
from orders import emails, quota
from orders.models import Order, Payment

Status = Order.Status
APPROVED_HOLD = timedelta(hours=72)  # the buyer has to come back to pay
CANCELLABLE = (Status.AWAITING_PARTNER, Status.AWAITING_PAYMENT)


@transaction.atomic
def cancel(pk: int, *, by: Any, reason: str = "") -> Order:
    """Cancel an order that nobody has paid. Raises ValidationError when money is under way."""
    order = Order.objects.lock(pk=pk)
    if order.status == Status.CANCELLED:
        return order
    if order.status not in CANCELLABLE or takes_money(order):
        text = _("This order is paid, or being paid: it can no longer be cancelled here.")
        raise ValidationError(text, "paid")
    return end(order, Status.CANCELLED, by=by, reason=reason)


@transaction.atomic
def expire(pk: int) -> Order | None:
    """End an unpaid order whose hold is over; None when there is no reason to any more."""
    order = Order.objects.lock(pk=pk)
    is_over = order.hold_until is not None and order.hold_until <= timezone.now()
    if order.status != Status.AWAITING_PAYMENT or not is_over or takes_money(order):
        return None
    return end(order, Status.EXPIRED, by=None, reason="Not paid in time")


@transaction.atomic
def approve(pk: int, *, by: Any, note: str = "") -> Order:
    """The partner says yes: now the order can be paid, within 72 hours."""
    order = Order.objects.lock(pk=pk)
    hold_until = timezone.now() + APPROVED_HOLD
    move(order, Status.AWAITING_PAYMENT, by=by, note=note, hold_until=hold_until)
    emails.approved(order)
    return order


@transaction.atomic
def refuse(pk: int, *, by: Any, reason: str) -> Order:
    """The partner says no; nothing was paid."""
    return end(Order.objects.lock(pk=pk), Status.REFUSED, by=by, reason=reason)


def end(order: Order, status: Order.Status, *, by: Any, reason: str) -> Order:
    """Move a locked order to an end, and give back its quota and stock."""
    now: datetime = timezone.now()
    move(order, status, by=by, note=reason, given_back_at=now, hold_until=None)
    quota.give_back(order, at=now)
    emails.ended(order, reason=reason)
    packs = {line.product_id: line.quantity for line in order.lines.all()}
    stock.put_back(order.number, packs, by=by)
    return order


def takes_money(order: Order) -> bool:
    """Whether a payment is being captured, pends, or was captured."""
    return order.payments.filter(status__in=Payment.TAKING).exists()
