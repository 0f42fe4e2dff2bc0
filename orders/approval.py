"""Approval: what the partner decided about an order, entered by staff."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.moves import move
from orders import cancellation, emails, holding, settlement
from orders.models import Order

APPROVED_HOLD = timedelta(hours=72)
"""How long an approved order waits for its payment: nobody sat waiting for the partner."""


@transaction.atomic
def approve(order_pk: int, *, by: User, reason: str = "") -> Order:
    """Let the order be paid: the partner said yes.

    Raises IllegalMove when it does not wait, and ValidationError while it is stopped.
    """
    order, now = Order.objects.lock(pk=order_pk), timezone.now()
    holding.refuse_held(order)
    until = now + APPROVED_HOLD
    move(order, Order.Status.AWAITING_PAYMENT, by=by, note=reason, hold_until=until)
    if not order.total:
        settlement.mark_paid(order, by=by, at=now, note="Nothing to pay")
    emails.approved(order)
    return order


@transaction.atomic
def refuse(order_pk: int, *, by: User, reason: str) -> Order:
    """End the order and give back what it held: the partner said no, and why.

    Raises ValidationError without a reason, and IllegalMove when the order does not wait.
    """
    if not reason.strip():
        raise ValidationError(_("Write the reason: the buyer reads it."), "no_reason")
    order = Order.objects.lock(pk=order_pk)
    cancellation.end(order, Order.Status.REFUSED, by=by, reason=reason, at=timezone.now())
    emails.ended(order, reason=reason)
    return order
