"""The cart's page, and the small acts on it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Product, Program
from orders import cart
from orders.forms import QuantityForm
from orgs.access import OrgRequest, member


@require_safe
@member("orders.view")
def show(request: OrgRequest) -> HttpResponse:
    """What is in the cart, with every problem at the line it concerns."""
    context = {"cart": cart.look(cart.of(request.membership))}
    return render(request, "orders/cart.html", context)


@require_POST
@member("orders.place")
def add(request: OrgRequest, slug: str) -> HttpResponse:
    """Put packs of a product in, and show the cart."""
    product = get_object_or_404(Product, slug=slug)
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["quantity"])))
        return redirect("catalog:org_product", request.org.number, slug)
    try:
        cart.add(cart.of(request.membership), product, form.cleaned_data["quantity"])
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("catalog:org_product", request.org.number, slug)
    messages.success(request, _("%(product)s is in your cart.") % {"product": product})
    return redirect("orders:cart", request.org.number)


@require_POST
@member("orders.place")
def change(request: OrgRequest, slug: str) -> HttpResponse:
    """Set a quantity; 0 removes the line."""
    product = get_object_or_404(Product, slug=slug)
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["quantity"])))
        return redirect("orders:cart", request.org.number)
    quantity = form.cleaned_data["quantity"]
    try:
        cart.change(cart.of(request.membership), product, quantity)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if not quantity:
            messages.success(request, _("%(product)s was removed.") % {"product": product})
    return redirect("orders:cart", request.org.number)


@require_POST
@member("orders.place")
def keep(request: OrgRequest, slug: str) -> HttpResponse:
    """Keep one program's products, which want a cart of their own."""
    program = get_object_or_404(Program, slug=slug)
    cart.keep(cart.of(request.membership), program)
    messages.success(request, _("Only %(program)s is left in your cart.") % {"program": program})
    return redirect("orders:cart", request.org.number)
