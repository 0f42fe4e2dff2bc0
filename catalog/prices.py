"""Prices: what a product's fee and retail value were, and since when."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Window
from django.db.models.functions import Lag

from catalog.models import Product


@dataclass(frozen=True)
class Price:
    """A fee and a retail value, as they were from a moment on."""

    since: datetime
    fee: Decimal
    retail_value: Decimal | None


def history(product: Product) -> list[Price]:
    """Every price, the newest first, from the rows that the database keeps of each change."""
    events: Any = product.events.annotate(  # type: ignore[attr-defined]  # pghistory adds it
        fee_before=Window(Lag("fee"), order_by="pgh_id"),
        value_before=Window(Lag("retail_value"), order_by="pgh_id"),
    )
    is_new = Q(fee_before=None) | ~Q(fee=F("fee_before"))
    is_revalued = Q(retail_value__isnull=True, value_before__isnull=False) | Q(
        Q(value_before__isnull=True) | ~Q(retail_value=F("value_before")),
        retail_value__isnull=False,
    )
    rows = events.filter(is_new | is_revalued).order_by("-pgh_id")
    return [Price(row.pgh_created_at, row.fee, row.retail_value) for row in rows]
