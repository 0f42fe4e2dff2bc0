"""What staff may read: the stock ledger, and who waits for what."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.models import AlertRun, QueuePlace, StockAlert, StockEntry
from orgs.admin.filters import FilledFilter
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


class ToldFilter(FilledFilter):
    words = _("telling"), _("Told"), _("Not told")


@admin.register(StockAlert)
class StockAlertAdmin(ReadAdmin):
    list_display = ("about", "reader", "asked_at", "confirmed_at", "sent_at", "stopped_at")
    list_filter = ("product__program__partner", ("sent_at", ToldFilter))
    list_select_related = ("product", "partner", "user")
    search_fields = ("product__sku", "user__email", "email")

    @admin.display(description=_("alert about"))
    def about(self, alert: StockAlert) -> str:
        return alert.topic

    @admin.display(description=_("e-mail address"))
    def reader(self, alert: StockAlert) -> str:
        return alert.address


@admin.register(AlertRun)
class AlertRunAdmin(ReadAdmin):
    """How far the nightly job is: a run without an end moves on, or died and the next goes on."""

    list_display = ("started_at", "told", "due", "progressed_at", "finished_at")


@admin.register(QueuePlace)
class QueuePlaceAdmin(ReadAdmin):
    """Who waits for what, in turn, and for whom packs are held until when."""

    list_display = (
        "product",
        "organization",
        "quantity",
        "status",
        "held",
        "hold_until",
        "asked_at",
    )
    list_filter = ("status", "product__program__partner")
    list_select_related = ("product", "organization")
    search_fields = ("product__sku", "organization__legal_name")
