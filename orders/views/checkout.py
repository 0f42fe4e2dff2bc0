"""Checkout: questions, what is agreed to, check, place; then pay."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.languages import reader_language
from catalog.models import Program
from orders import cart as carts
from orders.checkout import place
from orders.forms import CheckoutForm
from orders.models import Order
from orders.views.payment import go_and_pay
from orgs.access import OrgRequest, member


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def checkout(request: OrgRequest) -> HttpResponse:
    """Everything on one page; the button says what happens and what it costs."""
    cart = carts.of(request.membership)
    if placed := placed_before(request):
        return after(request, placed)
    content = carts.look(cart)
    if not content.is_orderable:
        messages.warning(request, _("Before you can order, see what your cart says."))
        return redirect("orders:cart", request.org.number)
    slugs = [group.program.slug for group in content.groups]
    programs = Program.objects.filter(slug__in=slugs).prefetch_related("questions")
    form = CheckoutForm(request.POST or None, programs=programs, initial={"attempt": cart.attempt})
    if form.is_valid():
        try:
            order = place(
                cart,
                by=request.user,
                attempt=form.cleaned_data["attempt"],
                agreement=form.agreement(),
                language=reader_language(),
            )
        except ValidationError:
            messages.error(request, _("Something changed meanwhile: see what your cart says."))
            return redirect("orders:cart", request.org.number)
        return after(request, order)
    context = {
        "cart": content,
        "form": form,
        "awaits_partner": any(p.approval == Program.Approval.PARTNER for p in programs),
    }
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout.html", context, status=status)


def placed_before(request: OrgRequest) -> Order | None:
    """The order of a form that was sent twice."""
    try:
        attempt = UUID(request.POST.get("attempt", ""))
    except ValueError:
        return None
    return Order.objects.of(request.org).filter(attempt=attempt).first()


def after(request: OrgRequest, order: Order) -> HttpResponse:
    """Where the buyer goes from a placed order: to PayPal, or to the order's page."""
    if order.is_payable and request.membership.may("orders.pay"):
        return go_and_pay(request, order)
    return redirect("orders:detail", request.org.number, order.number)
