"""Holding: staff stop an order, so that nothing of it leaves, and release it; their notes on it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orders import emails
from orders.models import Order


@transaction.atomic
def hold(order_pk: int, *, by: User, reason: str) -> Order:
    """Stop an order that is under way: it is not approved, given or sent, and does not expire.

    No payment of it is begun, but money that is under way is taken. Its buyer is told, without the
    reason. Raises ValidationError without one, and for an order that is stopped, sent or over.
    """
    reason = _written(reason)
    order = Order.objects.lock(pk=order_pk)
    if order.is_held:
        raise ValidationError(_("This order is stopped already."), "held")
    if order.status not in Order.OPEN:
        raise ValidationError(_("Nothing of this order is left to stop."), "over")
    order.held_at, order.held_because = timezone.now(), reason
    order.save(update_fields=["held_at", "held_because"])
    emails.held(order, record(order, "order.held", by=by, note=reason).pk)
    return order


@transaction.atomic
def release(order_pk: int, *, by: User, reason: str) -> Order:
    """Let an order go on; the time to pay or to answer is as long as it was when it was stopped.

    Its buyer is told, without the reason. Raises ValidationError without a reason, and for an
    order that is not stopped.
    """
    from orders import fulfilment  # which asks this module before it gives anything

    reason = _written(reason)
    order, now = Order.objects.lock(pk=order_pk), timezone.now()
    if not order.is_held or order.held_at is None:
        raise ValidationError(_("This order is not stopped."), "not_held")
    if order.hold_until:
        order.hold_until += now - order.held_at
    order.held_at, order.held_because = None, ""
    order.save(update_fields=["held_at", "held_because", "hold_until"])
    emails.released(order, record(order, "order.released", by=by, note=reason).pk)
    transaction.on_commit(lambda: fulfilment.wake(order.pk), robust=True)
    return order


@transaction.atomic
def note(order_pk: int, *, by: User, text: str) -> None:
    """Write something down for other staff; no member reads it."""
    if not text.strip():
        raise ValidationError(_("Write the note."), "empty")
    record(Order.objects.lock(pk=order_pk), "order.noted", by=by, note=text.strip())


def is_stopped(order: Order) -> ValidationError:
    """What staff read who want to go on with a stopped order."""
    text = _("Order %(number)s is stopped: %(reason)s Release it first.")
    params: dict[str, Any] = {"number": order.number, "reason": _sentence(order.held_because)}
    return ValidationError(text, "held", params)


def refuse_held(order: Order) -> None:
    """Raise ValidationError when a locked order is stopped."""
    if order.is_held:
        raise is_stopped(order)


def _written(reason: str) -> str:
    if not reason.strip():
        raise ValidationError(_("Write the reason: other staff read it."), "no_reason")
    return reason.strip()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
