"""Staff's queue of what is owed: the latest first, sent by hand where no key pool delivers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.moves import IllegalMove
from orders import fulfilment
from orders.admin.payments import first
from orders.admin.readonly import ReadOnly
from orders.models import BY_KEY, Fulfilment
from orgs.days import today

FIELDS = (
    "line",
    "order",
    "status",
    "promised_on",
    "told_late_at",
    "done_at",
    "note",
)


class SentForm(forms.Form):
    """How the buyer can follow what was sent."""

    note = forms.CharField(
        label=_("What was sent, and how to follow it"),
        help_text=_("The buyer reads this on the order’s page: carrier, tracking number, link."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class LateFilter(admin.SimpleListFilter):
    title = _("lateness")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Later than promised"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "yes":
            owed = queryset.filter(status=Fulfilment.Status.OWED)
            return owed.filter(promised_on__lt=today())
        return queryset


@admin.register(Fulfilment)
class FulfilmentAdmin(ReadOnly):
    list_display = ("line", "order", "organization", "status", "promised_on", "days_late", "send")
    list_filter = ("status", LateFilter, "line__program")
    list_select_related = ("line__order__organization", "line__program")
    search_fields = ("=line__order__number", "line__sku", "line__order__organization__legal_name")
    fields = readonly_fields = FIELDS
    actions = ("resend",)
    ordering = (
        first((Fulfilment.Status.OWED,), "status"),
        F("promised_on").asc(nulls_last=True),
        "pk",
    )

    @admin.display(description=_("order"), ordering="line__order__number")
    def order(self, row: Fulfilment) -> str:
        url = reverse("admin:orders_order_change", args=[row.line.order_id])
        return format_html('<a href="{}">{}</a>', url, row.line.order)

    @admin.display(description=_("organization"))
    def organization(self, row: Fulfilment) -> str:
        return str(row.line.order.organization)

    @admin.display(description=_("days late"))
    def days_late(self, row: Fulfilment) -> str:
        """Days after the promised one, of what is still owed."""
        if row.status != Fulfilment.Status.OWED or row.promised_on is None:
            return ""
        days = (today() - row.promised_on).days
        return str(days) if days > 0 else ""

    @admin.display(description=_("to do"))
    def send(self, row: Fulfilment) -> str:
        if row.status != Fulfilment.Status.OWED:
            return ""
        if row.line.program.delivery in BY_KEY:
            pool = reverse("admin:orders_keypool_change", args=[row.line.product_id])
            return format_html('<a href="{}">{}</a>', pool, _("Key pool"))
        url = reverse("admin:orders_fulfilment_sent", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Mark as sent"))

    @admin.action(description=_("Send the “licences ready” e-mail again"), permissions=["act"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> None:
        for order in set(queryset.values_list("line__order", flat=True)):
            try:
                fulfilment.resend(order, by=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            else:
                self.message_user(request, _("The message is sent again."), messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        sent = self.admin_site.admin_view(self.sent)
        return [path("<int:pk>/sent/", sent, name="orders_fulfilment_sent"), *super().get_urls()]

    def sent(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the note, then mark the line as sent."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        rows = Fulfilment.objects.select_related("line__order__organization")
        row = get_object_or_404(rows, pk=pk)
        form = SentForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                fulfilment.send_by_hand(pk, by=request.user, note=form.cleaned_data["note"])
            except (ValidationError, IllegalMove) as refusal:
                text = getattr(refusal, "messages", [_("This line is sent or cancelled already.")])
                self.message_user(request, " ".join(str(t) for t in text), messages.ERROR)
            else:
                self.message_user(request, _("The line is marked as sent."), messages.SUCCESS)
            return redirect("admin:orders_fulfilment_changelist")
        context = self.admin_site.each_context(request) | {
            "title": _("Mark as sent"),
            "opts": self.opts,
            "form": form,
            "row": row,
        }
        return render(request, "orders/admin/sent.html", context)
