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
from orders import payments
from orders.gateway import GatewayError
from orders.models import Order, Payment
from orgs.access import OrgRequest, member

log = logging.getLogger(__name__)
LOOK_AGAIN = 5  # seconds until the confirming page asks again


@require_POST
@member("orders.pay")
def pay(request: OrgRequest, number: int) -> HttpResponse:
    """Start paying an order, or take up a payment that was begun."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    return go_and_pay(request, order)


def go_and_pay(request: OrgRequest, order: Order) -> HttpResponse:
    """Send the payer to PayPal; when PayPal does not answer, the order stays and says so."""
    try:
        url = payments.start(order, by=request.user, language=reader_language())
    except payments.NotPayable:
        messages.info(request, _("This order needs no payment now."))
    except GatewayError as error:
        log.warning("order %s: payment not started: %s", order.number, error)
        messages.error(
            request,
            _("PayPal does not answer. Your order is kept: try to pay again in a few minutes."),
        )
    else:
        return HttpResponseRedirect(url)
    return redirect("orders:detail", request.org.number, order.number)


@never_cache
@require_safe
@member("orders.view")
def back(request: OrgRequest, number: int, reference: UUID) -> HttpResponse:
    """Where PayPal sends the payer: settle what can be settled, and say how it stands."""
    payment = payment_of(request, number, reference)
    if request.GET.get("token", payment.paypal_id) != payment.paypal_id:
        raise Http404
    try:
        payment = payments.settle(payment.pk)
    except GatewayError as error:
        log.warning("order %s: payment not settled yet: %s", number, error)
    payment.order.refresh_from_db()
    if payment.order.status not in {Order.Status.AWAITING_PAYMENT, Order.Status.EXPIRED}:
        return redirect("orders:thanks", request.org.number, number)
    waits = payment.status in {Payment.Status.CAPTURING, Payment.Status.CREATING}
    context = {"payment": payment, "order": payment.order, "waits": waits}
    response = render(request, "orders/payment_back.html", context)
    if waits:
        response["Refresh"] = str(LOOK_AGAIN)
    return response


@require_safe
@member("orders.view")
def cancelled(request: OrgRequest, number: int, reference: UUID) -> HttpResponse:
    """The payer turned back at PayPal: nothing was charged, and the order waits."""
    payment = payment_of(request, number, reference)
    return render(request, "orders/payment_cancelled.html", {"order": payment.order})


@require_safe
@member("orders.view")
def thanks(request: OrgRequest, number: int) -> HttpResponse:
    """The order is paid: its number, and what comes next."""
    orders = Order.objects.of(request.org).prefetch_related("lines__fulfilment", "lines__program")
    order = get_object_or_404(orders, number=number)
    if order.status == Order.Status.AWAITING_PAYMENT:
        return redirect("orders:detail", request.org.number, number)
    return render(request, "orders/thanks.html", {"order": order})


def payment_of(request: OrgRequest, number: int, reference: UUID) -> Payment:
    """Found by our own reference in the address, never by the session."""
    payments_here = Payment.objects.of(request.org).select_related("order__organization")
    return get_object_or_404(payments_here, order__number=number, reference=reference)
