"""Staff's queue of what is owed: the latest first, sent by hand where no key pool delivers."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.moves import IllegalMove
from orders import fulfilment, letters, shipping
from orders.admin import batches, files
from orders.admin.payments import first
from orders.admin.readonly import WithHistory
from orders.delivery_forms import ParcelForm, SentForm
from orders.models import BY_KEY, Batch, BatchLine, Fulfilment
from orgs.days import today

FIELDS = (
    "line",
    "order",
    "status",
    "send",
    "hand_over_by",
    "handed_at",
    "send_by",
    "promised_on",
    "told_late_at",
    "done_at",
    "note",
    "written_to",
)


class PutOffForm(forms.Form):
    """A new day, and why; the buyer reads both."""

    until = forms.DateField(
        label=_("Now expected to be sent by"), widget=forms.DateInput({"type": "date"})
    )
    reason = forms.CharField(
        label=_("Why, as the buyer reads it"), widget=forms.Textarea({"rows": 3}), max_length=500
    )


class LateFilter(admin.SimpleListFilter):
    title = _("lateness")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Later than promised"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.late()
        return queryset


def deeds_of(row: Fulfilment) -> str:
    """Links to what staff can do now with a line; its line and program were read with it."""
    if row.status != Fulfilment.Status.OWED:
        return ""
    if row.line.program.delivery in BY_KEY:
        pool = reverse("admin:orders_keypool_change", args=[row.line.product_id])
        return format_html('<a href="{}">{}</a>', pool, _("Key pool"))
    page, label = ("ship", _("Enter a parcel")) if row.is_shipped else ("sent", _("Mark as sent"))
    return format_html(
        '<a href="{}">{}</a> · <a href="{}">{}</a>',
        reverse(f"admin:orders_fulfilment_{page}", args=[row.pk]),
        label,
        reverse("admin:orders_fulfilment_put_off", args=[row.pk]),
        _("Put off"),
    )


@admin.register(Fulfilment)
class FulfilmentAdmin(WithHistory):
    change_form_template = "orders/admin/fulfilment.html"
    list_display = ("line", "order", "organization", "status", "promised_on", "days_late", "send")
    list_filter = ("status", LateFilter, "line__program")
    list_select_related = ("line__order__organization", "line__program")
    search_fields = ("=line__order__number", "line__sku", "line__order__organization__legal_name")
    fields = readonly_fields = FIELDS
    actions = ("give_keys", "mark_sent", "resend")
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

    @admin.display(description=_("who was written to"))
    def written_to(self, row: Fulfilment) -> str:
        """The same that the member reads."""
        return render_to_string("orders/_letters.html", {"letters": letters.of(row.line.order)})

    @admin.display(description=_("days late"))
    def days_late(self, row: Fulfilment) -> str:
        """Since the first step of it that is late."""
        return str((today() - row.late_since).days) if row.late_since else ""

    @admin.display(description=_("to do"))
    def send(self, row: Fulfilment) -> str:
        return deeds_of(row)

    @admin.action(description=_("Give keys now"), permissions=["act"])
    def give_keys(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> HttpResponse:
        return batches.choose(request, queryset, deed=Batch.Deed.KEYS)

    @admin.action(description=_("Mark as sent"), permissions=["act"])
    def mark_sent(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> HttpResponse:
        return batches.choose(request, queryset, deed=Batch.Deed.SENT)

    def at_once(self, request: HttpRequest) -> HttpResponse:
        """All owed lines that the list's address shows, or what an earlier batch did not send."""
        pk = request.GET.get("batch", "")
        if batch := Batch.objects.filter(pk=pk).first() if pk.isdecimal() else None:
            refused = batch.lines.filter(result=BatchLine.Result.REFUSED)
            rows = Fulfilment.objects.filter(pk__in=refused.values("fulfilment"))
            return batches.choose(request, rows, deed=batch.deed)
        return batches.choose(request, self.get_changelist_instance(request).get_queryset(request))

    @admin.action(description=_("Send the “licences ready” e-mail again"), permissions=["act"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> None:
        for order in set(queryset.values_list("line__order", flat=True)):
            try:
                fulfilment.resend(order, by=request.user, is_staff=True)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.WARNING)
            else:
                self.message_user(request, _("The message is sent again."), messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("at-once/", view(self.at_once), name="orders_fulfilment_at_once"),
            path("at-once/start/", view(batches.start), name="orders_batch_start"),
            path("files/", view(files.page), name="orders_fulfilment_files"),
            path("files/<int:pk>/", view(files.export), name="orders_fulfilment_export"),
            path("<int:pk>/sent/", view(self.sent), name="orders_fulfilment_sent"),
            path("<int:pk>/ship/", view(self.ship), name="orders_fulfilment_ship"),
            path("<int:pk>/put-off/", view(self.put_off), name="orders_fulfilment_put_off"),
            *super().get_urls(),
        ]

    def sent(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the note, then mark the line as sent."""

        def deed(data: Mapping[str, Any]) -> str:
            fulfilment.send_by_hand(pk, by=request.user, note=data["note"])
            return gettext("The line is marked as sent.")

        return self._ask(request, pk, SentForm(request.POST or None), deed, _("Mark as sent"))

    def ship(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Enter one parcel; the page comes back until all packs have left."""

        def deed(data: Mapping[str, Any]) -> str:
            shipping.ship(pk, by=request.user, **data)
            return gettext("The parcel is entered, and the buyer is told how to follow it.")

        row = get_object_or_404(Fulfilment.objects.select_related("line"), pk=pk)
        initial = {"quantity": shipping.left_of(row)}
        form = ParcelForm(request.POST or None, initial=initial)
        return self._ask(request, pk, form, deed, _("Enter a parcel"))

    def put_off(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Promise another day, and tell the buyer."""

        def deed(data: Mapping[str, Any]) -> str:
            shipping.put_off(pk, by=request.user, **data)  # type: ignore[arg-type]  # staff are signed in
            return gettext("The buyer is told the new day.")

        form = PutOffForm(request.POST or None)
        return self._ask(request, pk, form, deed, _("Put off"))

    def _ask(
        self,
        request: HttpRequest,
        pk: int,
        form: forms.Form,
        deed: Callable[[Mapping[str, Any]], str],
        title: Any,
    ) -> HttpResponse:
        """A form about one line; what the deed refuses stands in it, with what was typed."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        rows = Fulfilment.objects.select_related(
            "line__order__organization", "line__order__delivery", "line__program"
        )
        row = get_object_or_404(rows.prefetch_related("parcels"), pk=pk)
        if request.method == "POST" and form.is_valid():
            try:
                said = deed(form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            except IllegalMove:
                form.add_error(None, _("This line is sent or cancelled already."))
            else:
                self.message_user(request, said, messages.SUCCESS)
                return redirect("admin:orders_fulfilment_changelist")
        context = self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "form": form,
            "row": row,
        }
        return render(request, "orders/admin/sent.html", context)
