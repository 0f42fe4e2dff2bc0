"""Suggestions: other deals, for an organization that some programs refuse."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from catalog.models import Product

MOST = 6


def instead(*, of: Collection[int], among: Collection[int]) -> list[Product]:
    """Products of the programs `among`, in the categories of the programs `of`; one query."""
    if not of or not among:
        return []
    wanted = Product.objects.visible().filter(program__in=of, category=OuterRef("category"))
    rows = Product.objects.visible().in_stock().filter(program__in=among)
    return list(rows.filter(Exists(wanted)).for_cards().order_by("position", "slug")[:MOST])
