"""Replacing: another licence key for one that is wrong or dead; the old one stays in the trail."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import record
from orders import emails
from orders.models import LicenseKey, Order

SERVED = (Order.Status.PAID, Order.Status.FULFILLED, Order.Status.DELIVERED)


@transaction.atomic
def replace(pk: int, *, by: Any, reason: str) -> LicenseKey:
    """Give the line of a key another one from the pool, and tell its readers.

    Raises ValidationError without a reason, for a key that serves nobody, and when none is free.
    """
    if not reason.strip():
        raise ValidationError(_("Write the reason: it stays in the key’s history."), "no_reason")
    order_pk = LicenseKey.objects.values_list("line__order", flat=True).get(pk=pk)
    order = Order.objects.lock(pk=order_pk) if order_pk else None
    key = LicenseKey.objects.select_for_update(of=("self",)).get(pk=pk)
    if order is None or key.revoked_at or key.line is None or order.status not in SERVED:
        raise ValidationError(_("This key serves nobody: there is nothing to replace."), "unused")
    free = LicenseKey.objects.free().filter(product=key.product_id).order_by("pk")
    other = free.select_for_update(skip_locked=True).first()
    if other is None:
        text = _("No key of this product is free. Import keys first.")
        raise ValidationError(text, "none_free")
    now = timezone.now()
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    other.line, other.given_at = key.line, now
    other.save(update_fields=["line", "given_at"])
    record(key, "key.replaced", by=by, note=reason, other=other.pk)
    emails.key_replaced(order, key, other)
    return other
