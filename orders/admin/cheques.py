"""Staff's cheques: who may pay by one, and what came, cleared or goes back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from orders import cheques
from orders.admin.payments import first
from orders.admin.readonly import ReadOnly, WithHistory
from orders.models import Cheque, ChequePermission
from orgs.admin.filters import FilledFilter
from orgs.days import today

OPEN = (Cheque.Status.RECEIVED, Cheque.Status.ANNOUNCED)


@admin.register(Cheque)
class ChequeAdmin(WithHistory):
    change_form_template = "orders/admin/cheque.html"
    list_display = ("order", "organization", "status", "number", "amount", "announced_at")
    list_filter = ("status",)
    list_select_related = ("order__organization",)
    search_fields = ("=order__number", "=number", "order__organization__legal_name")
    date_hierarchy = "announced_at"
    ordering = (first(OPEN, "status"), "announced_at")
    fields = readonly_fields = (
        "order_link",
        "status",
        "amount",
        "number",
        "announced_at",
        "received_at",
        "cleared_at",
        "returned_at",
        "why_returned",
        "told_gone_at",
    )

    @admin.display(description=_("organization"))
    def organization(self, cheque: Cheque) -> str:
        return str(cheque.order.organization)

    @admin.display(description=_("order"))
    def order_link(self, cheque: Cheque) -> str:
        url = reverse("admin:orders_order_change", args=[cheque.order_id])
        return format_html('<a href="{}">{}</a>', url, cheque.order)

    def more(self, request: HttpRequest, cheque: Cheque) -> dict[str, Any]:
        return {"may_act": cheque.status in OPEN and self.has_act_permission(request)}

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act)
        return [path("<int:pk>/act/", act, name="orders_cheque_act"), *super().get_urls()]

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It came, the bank has paid, or it goes back."""
        if not self.has_act_permission(request) or request.method != "POST":
            raise PermissionDenied
        get_object_or_404(Cheque, pk=pk)
        said, by = request.POST, request.user
        try:
            match said.get("act"):
                case "receive":
                    cheques.receive(pk, number=said.get("number", ""), by=by)  # type: ignore[arg-type]  # staff are signed in
                case "clear":
                    cheques.clear(pk, by=by)  # type: ignore[arg-type]  # as above
                case "return":
                    cheques.give_back(pk, why=said.get("why", ""), by=by)  # type: ignore[arg-type]  # as above
                case _unknown:
                    raise PermissionDenied
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        else:
            self.message_user(request, _("Done."), messages.SUCCESS)
        return redirect("admin:orders_cheque_change", pk)


class PermissionForm(forms.ModelForm):
    """Until when, and why."""

    class Meta:
        model = ChequePermission
        fields = ("organization", "until", "reason")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("until") and data["until"] < today():
            self.add_error("until", _("That day is over."))
        organization = data.get("organization")
        if organization and cheques.may_pay_by_cheque(organization):
            self.add_error("organization", _("It may pay by cheque already: end that first."))
        return data

    def validate_constraints(self) -> None:
        """One that has run out is ended by the service, and does not stand in the way."""


class EndFilter(FilledFilter):
    words = _("end"), _("Ended"), _("Not ended")


@admin.register(ChequePermission)
class ChequePermissionAdmin(ReadOnly):
    form = PermissionForm
    list_display = ("organization", "until", "granted_by", "granted_at", "ended_at")
    list_filter = (("ended_at", EndFilter),)
    list_select_related = ("organization", "granted_by")
    search_fields = ("organization__legal_name", "=organization__number")
    autocomplete_fields = ("organization",)
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.add_chequepermission"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service, which looks again and writes the trail."""
        data = form.cleaned_data
        made = cheques.allow(
            data["organization"],
            until=data["until"],
            reason=data["reason"],
            by=request.user,  # type: ignore[arg-type]  # staff are signed in
        )
        obj.pk = made.pk

    @admin.action(description=_("End the permission to pay by cheque"), permissions=["act"])
    def end(self, request: HttpRequest, queryset: Any) -> None:
        for pk in queryset.values_list("pk", flat=True):
            cheques.disallow(pk, by=request.user)  # type: ignore[arg-type]  # staff are signed in
        self.message_user(request, _("Done."), messages.SUCCESS)
