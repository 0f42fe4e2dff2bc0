"""The list of orders, one order, its cancellation."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders import cancellation, timeline
from orders.cancellation import CANCELLABLE
from orders.models import Order, Payment
from orgs.access import OrgRequest, member

ON_A_PAGE = 20


@require_safe
@member("orders.view")
def listing(request: OrgRequest) -> HttpResponse:
    """Every order of the organization, newest first."""
    orders = Order.objects.of(request.org).recent().select_related("placed_by")
    page = Paginator(orders.prefetch_related("lines"), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "orders/list.html", {"page": page})


@require_safe
@member("orders.view")
def detail(request: OrgRequest, number: int) -> HttpResponse:
    """One order: where it is, what was ordered and paid, its licences."""
    orders = Order.objects.of(request.org).select_related("placed_by", "organization")
    order = get_object_or_404(
        orders.prefetch_related("lines__program", "lines__fulfilment", "lines__license_keys"),
        number=number,
    )
    payment = order.payments.order_by("-seq").first()
    context = {
        "order": order,
        "payment": payment,
        "steps": timeline.steps(order),
        "may_pay": order.is_payable and request.membership.may("orders.pay"),
        "may_cancel": order.status in CANCELLABLE
        and request.membership.may("orders.place")
        and (payment is None or payment.status not in Payment.TAKING),
    }
    return render(request, "orders/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def cancel(request: OrgRequest, number: int) -> HttpResponse:
    """Ask once more, then cancel an unpaid order."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    if request.method != "POST":
        return render(request, "orders/cancel.html", {"order": order})
    try:
        cancellation.cancel(order.pk, by=request.user, reason="Cancelled by the buyer")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Order %(number)s is cancelled.") % {"number": number})
    return redirect("orders:detail", request.org.number, number)
