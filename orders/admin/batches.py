"""Staff's pages of batches: what is sent at once, how far it is, and what became of each line."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from orders import batches
from orders.admin.readonly import ReadOnly
from orders.models import BY_KEY, Batch, BatchLine, Fulfilment

MOST_SHOWN = 500  # lines of a batch on its page; those that were not sent come first
Deed, Result = Batch.Deed, BatchLine.Result
FIRST = Case(When(result=Result.REFUSED, then=Value(0)), default=Value(1))


class BatchForm(forms.Form):
    """Which lines, what is done with them, and why."""

    deed = forms.ChoiceField(
        label=_("What is done"), choices=Deed.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What was sent, and how to follow it"),
        help_text=_("For “Mark as sent”: the buyers of all these lines read it."),
        widget=forms.Textarea({"rows": 3}),
        max_length=2000,
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason, for staff only"), widget=forms.TextInput({"size": 60}), max_length=500
    )
    attempt = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    rows = forms.CharField(widget=forms.HiddenInput)

    def clean_rows(self) -> list[int]:
        """Keys of fulfilments that there are."""
        named = [int(pk) for pk in self.cleaned_data["rows"].split(",") if pk.isdecimal()]
        return list(Fulfilment.objects.filter(pk__in=named).values_list("pk", flat=True))


def refuse_others(request: HttpRequest) -> None:
    if not request.user.has_perm("orders.change_fulfilment"):
        raise PermissionDenied


def choose(request: HttpRequest, rows: QuerySet[Fulfilment], *, deed: str = "") -> HttpResponse:
    """Ask once more about the owed lines of a list, with what is wanted of them if it is known."""
    refuse_others(request)
    owed = rows.filter(status=Fulfilment.Status.OWED).order_by("pk")
    chosen = list(owed.values_list("pk", flat=True))
    if not 0 < len(chosen) <= batches.MOST:
        text = _("Choose from 1 to %(most)s lines that are not sent yet: these are %(count)s.")
        messages.warning(request, text % {"most": batches.MOST, "count": len(chosen)})
        return redirect("admin:orders_fulfilment_changelist")
    form = BatchForm(initial={"deed": deed, "rows": ",".join(map(str, chosen))})
    return _ask(request, form, chosen)


@require_http_methods(["POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Begin, and go to its page."""
    refuse_others(request)
    form = BatchForm(request.POST)
    if form.is_valid():
        try:
            batch = batches.start(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # staff are signed in
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("admin:orders_batch_change", batch.pk)
    if "rows" not in form.cleaned_data:
        messages.warning(request, _("Choose the lines in the list first."))
        return redirect("admin:orders_fulfilment_changelist")
    return _ask(request, form, form.cleaned_data["rows"])


def _ask(request: HttpRequest, form: BatchForm, rows: list[int]) -> HttpResponse:
    by_key = Q(line__program__delivery__in=BY_KEY)
    by_parcel = Q(line__program__delivery="shipment")
    counted = Fulfilment.objects.filter(pk__in=rows).aggregate(
        all=Count("pk"),
        by_key=Count("pk", filter=by_key),
        by_parcel=Count("pk", filter=by_parcel),
        by_hand=Count("pk", filter=~by_key & ~by_parcel),
        stopped=Count("pk", filter=Q(line__order__held_at__isnull=False)),
    )
    context = admin.site.each_context(request) | {
        "title": _("Send many lines at once"),
        "opts": Fulfilment._meta,
        "form": form,
        "counted": counted,
    }
    return render(request, "orders/admin/batch_ask.html", context)


@admin.register(Batch)
class BatchAdmin(ReadOnly):
    """What was sent at once; a batch's page looks again by itself until it is done."""

    list_display = ("__str__", "asked_by", "asked_at", "count", "sent", "refused", "done_at")
    list_filter = ("deed",)
    list_select_related = ("asked_by",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For those who may send; nobody else reads why."""
        return request.user.has_perm("orders.change_fulfilment")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        return super().get_queryset(request).counted()  # type: ignore[attr-defined]  # Batch's own

    @admin.display(description=_("lines"))
    def count(self, batch: Any) -> int:
        return int(batch.count)

    @admin.display(description=_("sent"))
    def sent(self, batch: Any) -> int:
        return int(batch.sent)

    @admin.display(description=_("not sent"))
    def refused(self, batch: Any) -> int:
        return int(batch.refused)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far it is, and what became of each line."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Any = self.get_queryset(request).select_related("asked_by")
        batch = get_object_or_404(found, pk=object_id if object_id.isdecimal() else None)
        lines = batch.lines.select_related("fulfilment__line__order__organization")
        context = self.admin_site.each_context(request) | {
            "title": batch.get_deed_display(),
            "opts": self.opts,
            "batch": batch,
            "done": batch.count - batch.waiting,
            "lines": lines.order_by(FIRST, "pk")[:MOST_SHOWN],
            "shown": MOST_SHOWN,
            "may_go_on": batch.done_at and batch.refused,
        }
        return render(request, "orders/admin/batch.html", context)
