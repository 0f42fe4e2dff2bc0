"""Staff's view of orders: where each is, what is late, its history, and the partner's answer."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from orders import approval, refunds, settlement
from orders.admin.payments import first
from orders.admin.readonly import trail
from orders.models import Fulfilment, Order, OrderLine
from orgs.days import today

OWED = Q(lines__fulfilment__status=Fulfilment.Status.OWED)


class LateFilter(admin.SimpleListFilter):
    """What has taken longer than it was promised."""

    title = _("lateness")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("partner", _("The partner’s answer is late")), ("delivery", _("Delivery is late"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        match self.value():
            case "partner":
                waiting = Order.Status.AWAITING_PARTNER
                return queryset.filter(status=waiting, hold_until__lt=timezone.now())
            case "delivery":
                return queryset.filter(OWED, lines__fulfilment__promised_on__lt=today()).distinct()
        return queryset


class LineInline(admin.TabularInline):
    """What was ordered; nobody changes it afterwards."""

    model = OrderLine
    fields = ("sku", "name", "quantity", "fee", "program", "given_back_at")
    readonly_fields = fields
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        return super().get_queryset(request).select_related("program")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Read only: what changes an order is a deed with a name, such as the partner's answer."""

    change_form_template = "orders/admin/order.html"
    list_display = ("plain_number", "organization", "status", "placed_at", "total", "late")
    list_filter = (LateFilter, "status", "method")
    list_select_related = ("organization",)
    search_fields = ("=number", "organization__legal_name", "=organization__number")
    date_hierarchy = "placed_at"
    actions = ("allocate",)
    ordering = (first((Order.Status.PAID_UNALLOCATED,), "status"), "-number")
    inlines = (LineInline,)
    fields = (
        ("plain_number", "status"),
        ("organization", "placed_by", "placed_at"),
        ("total", "method", "language", "licence_email"),
        ("hold_until", "paid_at", "fulfilled_at", "given_back_at"),
        "what_was_answered",
        "what_was_attested",
    )

    @admin.display(description=_("number"), ordering="number")
    def plain_number(self, order: Order) -> str:
        """A name of figures, not an amount: 10001."""
        return str(order.number)

    @admin.display(description=_("answers"))
    def what_was_answered(self, order: Order) -> str:
        """Each program's questions with their answers, a line each."""
        return (
            format_html_join(
                "",
                "{}: {} – {}<br>",
                (
                    (program, key, value)
                    for program, given in order.answers.items()
                    for key, value in given.items()
                ),
            )
            or "–"
        )

    @admin.display(description=_("attestations"))
    def what_was_attested(self, order: Order) -> str:
        """Each with its text as the person read it."""
        texts = ((row["text"],) for row in order.attestations)
        return format_html_join("", "{}<br>", texts) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        promised = Min("lines__fulfilment__promised_on", filter=OWED)
        return super().get_queryset(request).annotate(promised_on=promised)

    @admin.action(description=_("Take stock and quota again, and deliver"), permissions=["act"])
    def allocate(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Orders whose money came late get what they paid for, where it is still to be had."""
        for pk in queryset.values_list("pk", flat=True):
            try:
                settlement.allocate(pk, by=request.user, note="")
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                self.message_user(request, _("The order is being prepared."), messages.SUCCESS)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return may_answer(request)

    @admin.display(description=_("late"), boolean=False)
    def late(self, order: Any) -> str:
        """Since when, in a day; empty when it is not."""
        if order.promised_on and order.promised_on < today():
            return str(order.promised_on)
        is_waiting = order.status == Order.Status.AWAITING_PARTNER
        if is_waiting and order.hold_until and order.hold_until < timezone.now():
            return str(timezone.localdate(order.hold_until))
        return ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With the order's history, and the partner's answer when it is awaited."""
        order = Order.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        context = {
            "entries": trail(order) if order else [],
            "may_answer": order is not None
            and order.status == Order.Status.AWAITING_PARTNER
            and may_answer(request),
            "may_propose": order is not None
            and order.status in refunds.PAID
            and order.total > 0
            and request.user.has_perm("orders.add_refund"),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        answer = self.admin_site.admin_view(self.answer)
        return [
            path("<int:pk>/answer/", answer, name="orders_order_answer"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The partner said yes or no; the reason goes into the trail, and a no to the buyer."""
        if not may_answer(request):
            raise PermissionDenied
        order = get_object_or_404(Order, pk=pk)
        decide = approval.approve if request.POST.get("answer") == "approve" else approval.refuse
        try:
            decide(order.pk, by=request.user, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]  # staff are signed in
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        else:
            self.message_user(request, _("The buyer was told."), messages.SUCCESS)
        return redirect(reverse("admin:orders_order_change", args=[pk]))


def may_answer(request: HttpRequest) -> bool:
    """Staff who may change orders enter what the partner decided."""
    return request.user.has_perm("orders.change_order")
