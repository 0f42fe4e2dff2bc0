"""What staff may read: the stock ledger, and who waits for what."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.models import StockAlert, StockEntry
from orgs.admin.kept import KeptAdmin


class ReadAdmin(KeptAdmin):
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StockEntry)
class StockEntryAdmin(ReadAdmin):
    list_display = ("at", "product", "kind", "change", "reference", "by", "reason")
    list_filter = ("kind", "product__program__partner")
    list_select_related = ("product", "by")
    search_fields = ("product__sku", "product__name_fr", "product__name_en", "reference")


@admin.register(StockAlert)
class StockAlertAdmin(ReadAdmin):
    list_display = ("product", "user", "asked_at", "sent_at")
    list_filter = ("product__program__partner", ("sent_at", admin.EmptyFieldListFilter))
    list_select_related = ("product", "user")
    search_fields = ("product__sku", "user__email")
