"""Staff's view of orders: where each is, what is late, its history, and the partner's answer."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from orders import approval, queues, settlement
from orders.admin import order_deeds, order_page
from orders.admin.readonly import ReadOnly
from orders.models import Order


class ViewFilter(admin.SimpleListFilter):
    """The views, shown as links over the list and not in the margin."""

    title = _("view")
    parameter_name = "view"
    template = "admin/orgs/application/_no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return queues.View.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        view = self.value()
        return queryset.filter(queues.condition(view)) if view in queues.View.values else queryset


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Read only: what changes an order is a deed with a name, such as the partner's answer."""

    list_display = ("plain_number", "organization", "status", "placed_at", "total", "late")
    list_filter = (ViewFilter, "status", "method")
    show_full_result_count = False
    list_select_related = ("organization",)
    search_fields = ("=number", "organization__legal_name", "=organization__number")
    actions = ("allocate",)

    @admin.display(description=_("number"), ordering="number")
    def plain_number(self, order: Order) -> str:
        """A name of figures, not an amount: 10001."""
        return str(order.number)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).prefetch_related("lines__fulfilment")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """In a view the longest waiting first, otherwise the newest."""
        view = request.GET.get("view", "")
        return (queues.SINCE[view], "pk") if view in queues.SINCE else ("-number",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the views over the list."""
        tabs = {"tabs": _tabs(request.GET.get("view", ""))}
        return super().changelist_view(request, tabs | (extra_context or {}))

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

    @admin.display(description=_("days late"))
    def late(self, order: Order) -> str:
        """How many, and with what; empty when nothing is late."""
        if not (found := queues.late(order, order.lines.all())):
            return ""
        days = ngettext("%(days)s day: %(step)s", "%(days)s days: %(step)s", found.days)
        return days % {"days": found.days, "step": found.words}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A page of our own, with everything about one order."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        order = order_page.find(int(object_id)) if object_id.isdecimal() else None
        if order is None:
            raise Http404
        title = gettext("Order %(number)s") % {"number": order.number}
        context = self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return render(
            request, "orders/admin/order.html", context | order_page.context(order, request)
        )

    def get_urls(self) -> list[URLPattern]:
        answer = self.admin_site.admin_view(self.answer)
        return [
            path("<int:pk>/answer/", answer, name="orders_order_answer"),
            path(
                "<int:pk>/do/<slug:deed>/",
                self.admin_site.admin_view(order_deeds.act),
                name="orders_order_act",
            ),
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


def _tabs(here: str) -> list[dict[str, Any]]:
    """Every order, and each view with how many it has."""
    base, counts = reverse("admin:orders_order_changelist"), queues.counts()
    everything = {"label": _("All orders"), "url": base, "count": None, "is_here": not here}
    views = [
        {
            "label": label,
            "url": f"{base}?view={view}",
            "count": counts[view],
            "is_here": view == here,
        }
        for view, label in queues.View.choices
    ]
    return [*views, everything]
