"""Paying by cheque, where staff have allowed it: choosing it, and the slip that goes with it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orders import cheques, statements
from orders.models import Order
from orgs import printing
from orgs.access import OrgRequest, member


@require_POST
@member("orders.pay")
def announce(request: OrgRequest, number: int) -> HttpResponse:
    """Pay this order by cheque instead; the slip says where to."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    try:
        cheques.announce(order.pk, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("orders:detail", request.org.number, number)
    return redirect("orders:slip", request.org.number, number)


def _announced(request: OrgRequest, number: int) -> Order:
    orders = Order.objects.of(request.org).select_related("cheque", "placed_by", "organization")
    return get_object_or_404(orders.prefetch_related("lines"), number=number, method="cheque")


@require_safe
@member("orders.view")
def slip(request: OrgRequest, number: int) -> HttpResponse:
    """To whom the cheque is made out, where it goes, and until when; to be printed."""
    order = _announced(request, number)
    paper = reverse("orders:slip_paper", args=[request.org.number, number])
    context = {"order": order, "said": statements.slip(order), "paper_url": paper}
    return render(request, "orders/statement.html", context)


@require_safe
@member("orders.view")
def slip_paper(request: OrgRequest, number: int) -> HttpResponse:
    """The same as a PDF."""
    order = _announced(request, number)
    name = _("cheque-%(number)s.pdf") % {"number": order.number}
    return printing.answer(printing.pdf("statement.typ", statements.slip(order)), name=name)
