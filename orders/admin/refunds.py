"""Staff's refunds: what waits first; deciding, mailing cheques, and what PayPal would not do."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orders import refund_desk, refund_words, refunds
from orders.admin.payments import first
from orders.admin.readonly import Rows, WithHistory
from orders.models import Order, Refund, RefundLine

Status = Refund.Status


class WaitsFilter(admin.SimpleListFilter):
    title = _("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("For our staff"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.waiting_for_staff() if self.value() == "yes" else queryset  # type: ignore[attr-defined]  # Refund's own queryset


class RefundLineInline(Rows):
    model = RefundLine
    fields = readonly_fields = ("line", "fee", "policy")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundLine]:
        return super().get_queryset(request).select_related("line__program")

    @admin.display(description=_("fee"))
    def fee(self, row: RefundLine) -> Decimal:
        return row.line.paid

    @admin.display(description=_("the program’s rule"))
    def policy(self, row: RefundLine) -> str:
        return refund_words.policy(row.line.program)


class ProposeForm(forms.Form):
    """Which lines of an order, and why, in the buyer's place."""

    lines = forms.TypedMultipleChoiceField(
        label=_("What is given back"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea({"rows": 3}), max_length=1000)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = [  # type: ignore[attr-defined]  # it is the field above
            (line.pk, f"{line} – {line.paid} CAD – {refund_words.policy(line.program)}")
            for line in order.lines.filter(given_back_at=None, fee__gt=0).select_related("program")
        ]


@admin.register(Refund)
class RefundAdmin(WithHistory):
    change_form_template = "orders/admin/refund.html"
    list_display = ("__str__", "organization", "status", "amount", "means", "origin", "asked")
    list_filter = (WaitsFilter, "status", "means", "origin")
    search_fields = ("=order__number", "=paypal_refund_id", "=cheque_number")
    date_hierarchy = "requested_at"
    ordering = (first(Refund.FOR_STAFF, "status"), "requested_at")
    inlines = (RefundLineInline,)
    fields = (
        ("order_link", "status"),
        ("amount", "currency", "means"),
        ("origin", "requested_by", "requested_at"),
        "reason",
        ("is_unused", "is_exception", "goods_came_back"),
        ("approved_by", "second_by", "decided_at"),
        "answer",
        ("paypal_refund_id", "detail", "debug_id"),
        ("cheque_number", "completed_at", "needs_a_look"),
    )
    readonly_fields = ("order_link",)

    @admin.display(description=_("organization"))
    def organization(self, refund: Refund) -> str:
        return str(refund.order.organization)

    @admin.display(description=_("requested"), ordering="requested_at")
    def asked(self, refund: Refund) -> Any:
        return refund.requested_at

    @admin.display(description=_("order"))
    def order_link(self, refund: Refund) -> str:
        url = reverse("admin:orders_order_change", args=[refund.order_id])
        return format_html('<a href="{}">{}</a>', url, refund.order)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        return super().get_queryset(request).select_related("order__organization")

    def more(self, request: HttpRequest, refund: Refund) -> dict[str, Any]:
        return {
            "may_act": self.has_act_permission(request),
            "is_own": request.user.pk in {refund.requested_by_id, refund.approved_by_id},
            "limit": settings.REFUND_TWO_PEOPLE_ABOVE,
        }

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/act/", wrap(self.act), name="orders_refund_act"),
            path("propose/<int:order_pk>/", wrap(self.propose), name="orders_refund_propose"),
            *super().get_urls(),
        ]

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One press of a button on the refund's page."""
        if not self.has_act_permission(request) or request.method != "POST":
            raise PermissionDenied
        get_object_or_404(Refund, pk=pk)
        deed = DEEDS.get(request.POST.get("act", ""))
        if deed is None:
            raise PermissionDenied
        try:
            deed(pk, request.user, request.POST)  # type: ignore[arg-type]  # staff are signed in
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        else:
            self.message_user(request, _("Done."), messages.SUCCESS)
        return redirect("admin:orders_refund_change", pk)

    def propose(self, request: HttpRequest, order_pk: int) -> HttpResponse:
        """Ask for a refund in the buyer's place; a colleague decides."""
        if not request.user.has_perm("orders.add_refund"):
            raise PermissionDenied
        order = get_object_or_404(Order, pk=order_pk)
        form = ProposeForm(request.POST or None, order=order)
        if request.method == "POST" and form.is_valid():
            try:
                refund = refunds.propose(order.pk, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # staff are signed in
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                self.message_user(request, _("A colleague decides it now."), messages.SUCCESS)
                return redirect("admin:orders_refund_change", refund.pk)
        context = self.admin_site.each_context(request) | {
            "title": _("Ask for a refund"),
            "opts": self.opts,
            "form": form,
            "order": order,
        }
        return render(request, "orders/admin/propose.html", context)


Said = Any
"""The POST: texts by their names."""
DEEDS: dict[str, Callable[[int, User, Said], Any]] = {
    "approve": lambda pk, by, said: refunds.approve(
        pk, by=by, answer=said.get("answer", ""), goods_came_back="goods_came_back" in said
    ),
    "decline": lambda pk, by, said: refunds.decline(pk, by=by, answer=said.get("answer", "")),
    "again": lambda pk, by, said: refund_desk.try_again(pk, by=by),
    "cheque": lambda pk, by, said: refund_desk.to_cheque(pk, by=by),
    "mailed": lambda pk, by, said: refund_desk.mailed(pk, by=by, number=said.get("number", "")),
    "seen": lambda pk, by, said: refund_desk.seen(pk, by=by, note=said.get("answer", "")),
}
