"""Paying: to PayPal and back. Every page here can be reloaded without charging anybody twice."""

import logging
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.languages import reader_language
from orders import gateway, payments
from orders.gateway import GatewayError, Rejected
from orders.models import Order, Payment
from orders.templatetags.orders import moment_text
from orgs.access import OrgRequest, member

log = logging.getLogger(__name__)
PATIENCE = 10  # seconds that a page waits for PayPal
LOOK_AGAIN = 5  # seconds until the confirming page asks again, the first time

Status = Payment.Status
PAID = (
    Order.Status.PAID,
    Order.Status.PAID_UNALLOCATED,
    Order.Status.FULFILLED,
    Order.Status.DELIVERED,
)
CONFIRMING = (Status.CREATING, Status.CAPTURING)
REFUSED = (Status.DECLINED, Status.DENIED)


@require_POST
@member("orders.pay")
def pay(request: OrgRequest, number: int) -> HttpResponse:
    """Start paying an order, or take up a payment that was begun."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    return go_and_pay(request, order)


def go_and_pay(request: OrgRequest, order: Order) -> HttpResponse:
    """Send the payer to PayPal; when PayPal does not answer, the order stays and says so."""
    try:
        with gateway.within(2 * PATIENCE):
            url = payments.start(order, by=request.user, language=reader_language())
    except payments.NotPayable:
        order.refresh_from_db()
        stopped = _("Our staff have stopped this order for a check: it cannot be paid meanwhile.")
        settled = _("This order needs no payment now.")
        messages.info(request, stopped if order.is_held else settled)
    except GatewayError as error:
        log.warning("order %s: payment not started: %s", order.number, error)
        messages.error(request, apology(order, error))
    else:
        return HttpResponseRedirect(url)
    return redirect("orders:detail", request.org.number, order.number)


def apology(order: Order, error: GatewayError) -> str:
    """Why the payer is not at PayPal now, and how long the order waits."""
    params = {"moment": moment_text(order.hold_until)}
    if isinstance(error, Rejected):
        return _("PayPal did not accept our request, and our staff were told. Nothing was charged.")
    if order.hold_until is None:
        return _("PayPal does not answer. Your order is kept: try to pay again in a few minutes.")
    text = _(
        "PayPal does not answer. Your order is kept until %(moment)s: try to pay again in a few "
        "minutes."
    )
    return text % params


@never_cache
@require_safe
@member("orders.view")
def back(request: OrgRequest, number: int, reference: UUID) -> HttpResponse:
    """Where PayPal sends the payer: settle what can be settled, and say how it stands."""
    payment = payment_of(request, number, reference)
    if request.GET.get("token") != payment.paypal_id:
        raise Http404
    if payment.status != Status.PENDING:  # PayPal takes days for these, and the sweep asks
        payment = settled(payment)
    if payment.order.status in PAID:
        return redirect("orders:thanks", request.org.number, number)
    situation = situation_of(payment)
    context = {
        "payment": payment,
        "order": payment.order,
        "situation": situation,
        "may_pay": payment.order.is_open_to_pay and request.membership.may("orders.pay"),
    }
    response = render(request, "orders/payment_back.html", context)
    if situation == "confirming":
        response["Refresh"] = str(LOOK_AGAIN * 2 ** min(payment.checks, 4))
    return response


def settled(payment: Payment) -> Payment:
    """The payment after asking PayPal; as it was when PayPal does not answer in time."""
    try:
        with gateway.within(PATIENCE):
            return payments.settle(payment.pk)
    except GatewayError as error:
        log.warning("payment %s: not settled yet: %s", payment, error)
    return Payment.objects.select_related("order__organization").get(pk=payment.pk)


def situation_of(payment: Payment) -> str:
    """What the page says: one word for a payment and its order together."""
    if payment.status in CONFIRMING:
        return "confirming"
    if payment.status in {Status.PENDING, Status.REVIEW}:
        return payment.status
    if not payment.order.is_payable:
        return "ended"
    if payment.order.is_held:
        return "stopped"
    if payment.status in REFUSED or (payment.detail and payment.status == Status.AWAITING_PAYER):
        return "declined"
    return "open"


@require_safe
@member("orders.view")
def cancelled(request: OrgRequest, number: int, reference: UUID) -> HttpResponse:
    """The payer turned back at PayPal: nothing was charged, and the order waits."""
    order = payment_of(request, number, reference).order
    if order.status in PAID:  # approved in another tab
        return redirect("orders:thanks", request.org.number, number)
    may_pay = order.is_open_to_pay and request.membership.may("orders.pay")
    return render(request, "orders/payment_cancelled.html", {"order": order, "may_pay": may_pay})


@require_safe
@member("orders.view")
def thanks(request: OrgRequest, number: int) -> HttpResponse:
    """The order is paid: its number, and what comes next."""
    orders = Order.objects.of(request.org).prefetch_related("lines__fulfilment", "lines__program")
    order = get_object_or_404(orders, number=number)
    if order.status not in PAID:
        return redirect("orders:detail", request.org.number, number)
    return render(request, "orders/thanks.html", {"order": order})


def payment_of(request: OrgRequest, number: int, reference: UUID) -> Payment:
    """Found by our own reference in the address, never by the session."""
    payments_here = Payment.objects.of(request.org).select_related("order__organization")
    return get_object_or_404(payments_here, order__number=number, reference=reference)
