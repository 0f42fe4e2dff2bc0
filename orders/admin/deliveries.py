"""Staff's queue of delivery addresses: what proves each, and saying that it is right."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.models import record
from orders import delivery
from orders.admin.readonly import ReadOnly
from orders.models import Delivery
from orgs import documents


class CheckedFilter(admin.SimpleListFilter):
    title = _("verified for delivery")
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("To be checked"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.to_check() if self.value() == "no" else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("order", "organization", "address", "is_on_file", "proven_by", "verified_at")
    list_filter = (CheckedFilter, "is_on_file")
    list_select_related = ("order__organization", "proof")
    search_fields = ("=order__number", "order__organization__legal_name", "postal_code", "street")
    fields = readonly_fields = (
        "order",
        "organization",
        "address",
        "phone",
        "directions",
        "is_on_file",
        "proven_by",
        "verified_at",
        "verified_by",
    )
    actions = ("verify",)

    @admin.display(description=_("organization"))
    def organization(self, row: Delivery) -> str:
        return str(row.order.organization)

    @admin.display(description=_("address"))
    def address(self, row: Delivery) -> str:
        return str(row)

    @admin.display(description=_("proof"))
    def proven_by(self, row: Delivery) -> str:
        if row.proof is None:
            return ""
        url = reverse("admin:orders_delivery_proof", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, row.proof.name)

    @admin.action(description=_("A courier finds them there: verified"), permissions=["act"])
    def verify(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        for pk in queryset.values_list("pk", flat=True):
            delivery.verify(pk, by=request.user)  # type: ignore[arg-type]  # staff are signed in
        self.message_user(request, _("The address is verified for delivery."), messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        proof = path("<int:pk>/proof/", view(self.proof), name="orders_delivery_proof")
        return [proof, *super().get_urls()]

    def proof(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The document that came with the address; opening it is written down."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        row = get_object_or_404(Delivery.objects.select_related("proof"), pk=pk)
        if row.proof is None:
            raise Http404
        record(row.proof, "document.read", by=request.user)
        return documents.download(row.proof)
