"""One order of an organization: its page, and cancelling it."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.models import Entry
from catalog.models import Program
from orders import (
    cancellation,
    cheques,
    fulfilment,
    late_money,
    letters,
    queues,
    refunds,
    shipping,
    timeline,
)
from orders.forms import ReasonForm
from orders.models import Cheque, Order, OrderLine, Parcel, Payment, RefundLine
from orgs.access import OrgRequest, member
from orgs.days import today


@require_safe
@member("orders.view")
def detail(request: OrgRequest, number: int) -> HttpResponse:
    """Where one order is, what is in it, and what its buyer agreed to."""
    orders = Order.objects.of(request.org).select_related("placed_by", "organization", "delivery")
    lines = OrderLine.objects.select_related("program", "fulfilment", "renewal")
    found = orders.prefetch_related(
        Prefetch("lines", lines), "lines__fulfilment__parcels", "lines__license_keys"
    )
    order = get_object_or_404(found, number=number)
    is_unpaid = order.status in cancellation.UNPAID
    payment = order.payments.order_by("-seq").first() if is_unpaid else None
    programs = [line.program for line in order.lines.all()]
    needs_partner = any(p.approval == Program.Approval.PARTNER for p in programs)
    may_place = request.membership.may("orders.place")
    refunded = Prefetch("lines", RefundLine.objects.select_related("line"))
    found_refunds = order.refunds.prefetch_related(refunded).order_by("seq")
    asked_back = list(found_refunds) if order.paid_at else []
    told = letters.of(order) if order.paid_at else []
    resend_from = fulfilment.resend_from(order, told)
    moves = _moves(order)
    context = {
        "order": order,
        "letters": told,
        "resend_from": resend_from if resend_from and today() < resend_from else None,
        "payment": payment,
        "late": queues.late(order, order.lines.all()),
        "programs": list(dict.fromkeys(programs)),
        "refunds": asked_back,
        "is_asked_back": any(refund.is_undecided for refund in asked_back),
        "may_wait": "cancelled" not in moves,
        "refundable": late_money.refundable(order.lines.all()),
        "may_place": may_place,
        "may_refund": may_place and order.status in refunds.PAID and order.total > 0,
        "may_pay_by_cheque": order.is_open_to_pay and cheques.may_pay_by_cheque(request.org),
        "cheque": Cheque.objects.filter(order=order).first() if order.method == "cheque" else None,
        "may_pay": order.is_open_to_pay and request.membership.may("orders.pay"),
        "steps": timeline.steps(order, moves=moves, needs_partner=needs_partner),
        "may_cancel": is_unpaid
        and may_place
        and (payment is None or payment.status not in Payment.TAKING),
    }
    return render(request, "orders/detail.html", context)


def _moves(order: Order) -> dict[str, datetime]:
    """When the order moved to each status, by the trail."""
    entries = Entry.objects.about(order).values_list("action", "at")
    return {action.removeprefix("order."): at for action, at in entries}


@require_POST
@member("orders.place")
def arrived(request: OrgRequest, number: int, parcel: int) -> HttpResponse:
    """A parcel came, says somebody of the organization."""
    parcels = Parcel.objects.filter(fulfilment__line__order__organization=request.org)
    found = get_object_or_404(parcels, pk=parcel, fulfilment__line__order__number=number)
    shipping.arrived(found.pk, by=request.user)
    messages.success(request, _("Thank you. We have written down that it arrived."))
    return redirect("orders:detail", request.org.number, number)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def cancel(request: OrgRequest, number: int) -> HttpResponse:
    """Ask once more, then cancel an order that is not paid."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    back = redirect("orders:detail", request.org.number, order.number)
    form = ReasonForm(request.POST or None)
    if request.method != "POST":
        if order.status not in cancellation.UNPAID:
            return back
        return render(request, "orders/cancel.html", {"order": order, "form": ReasonForm()})
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        cancellation.cancel(order.pk, by=request.user, reason=reason)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _("Order %(number)s is cancelled. Nothing is owed, and your quota is given back.")
        messages.success(request, text % {"number": order.number})
    return back
