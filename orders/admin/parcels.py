"""Staff's list of parcels: what should have arrived, and that it did."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from orders import shipping
from orders.admin.readonly import ReadOnly
from orders.models import Parcel


class LateFilter(admin.SimpleListFilter):
    title = _("lateness")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Should have arrived"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.late() if self.value() == "yes" else queryset


@admin.register(Parcel)
class ParcelAdmin(ReadOnly):
    list_display = ("line", "order", "quantity", "followed", "sent_at", "expected_on", "arrived_at")
    list_filter = (LateFilter, "carrier")
    list_select_related = ("fulfilment__line__order__organization",)
    search_fields = ("=tracking_number", "=fulfilment__line__order__number")
    fields = readonly_fields = (
        "line",
        "order",
        "quantity",
        "followed",
        "sent_at",
        "sent_by",
        "expected_on",
        "arrived_at",
    )
    actions = ("arrived",)

    @admin.display(description=_("line"))
    def line(self, row: Parcel) -> str:
        return str(row.fulfilment.line)

    @admin.display(description=_("order"))
    def order(self, row: Parcel) -> str:
        order = row.fulfilment.line.order
        return f"{order} – {order.organization}"

    @admin.display(description=_("tracking number"))
    def followed(self, row: Parcel) -> str:
        if not row.follow_url:
            return str(row)
        return format_html('<a href="{}" rel="noreferrer">{}</a>', row.follow_url, row)

    @admin.action(description=_("It arrived"), permissions=["act"])
    def arrived(self, request: HttpRequest, queryset: QuerySet[Parcel]) -> None:
        for pk in queryset.values_list("pk", flat=True):
            shipping.arrived(pk, by=request.user)  # type: ignore[arg-type]  # staff are signed in
        self.message_user(request, _("It is written down that it arrived."), messages.SUCCESS)
