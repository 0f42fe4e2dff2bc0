"""The e-mails about orders, a function each; the buyer reads them in the order's language."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orders.models import Order


def placed(order: Order) -> None:
    """What was ordered, and what comes next: paying, the partner's answer, or nothing."""
    _tell(order, "placed")


def approved(order: Order) -> None:
    """The partner said yes: the order can be paid."""
    _tell(order, "approved")


def refused(order: Order, *, reason: str) -> None:
    """The partner said no, and why."""
    _tell(order, "refused", reason=reason)


def cancelled(order: Order) -> None:
    """The order is cancelled, and nothing is owed."""
    _tell(order, "cancelled")


def expired(order: Order) -> None:
    """The time to pay is over, and nothing is owed."""
    _tell(order, "expired")


def _tell(order: Order, what: str, **context: Any) -> None:
    organization = order.organization
    with translation.override(order.language):
        url = settings.SITE_URL + reverse("orders:detail", args=[organization.number, order.number])
    outbox.queue(
        f"orders/{what}",
        to=[order.placed_by.email],
        language=order.language,
        key=f"order-{what}:{order.pk}",
        context={
            "order": order,
            "lines": order.lines.all(),
            "organization": organization,
            "url": url,
        }
        | context,
    )
