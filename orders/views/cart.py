"""The cart: what is in it, what stands in its way, and every change to it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Product
from orders import cart, grouping
from orders.decision import decide
from orders.forms import QuantityForm
from orders.models import Order
from orgs.access import OrgRequest, member


@require_safe
@member("orders.place")
def show(request: OrgRequest) -> HttpResponse:
    """The lines by program, each with its problems and what takes them away."""
    decision = decide(request.membership, at=timezone.now())
    reasons = decision.reasons if decision.items else []
    context = {
        "decision": decision,
        "groups": grouping.groups(decision),
        "reasons": [r for r in reasons if r.product is None and not r.program],
        "may_go_on": not reasons,
        "removed": _removed(request),
        "unpaid": None if decision.items else _unpaid(request),
    }
    return render(request, "orders/cart.html", context)


def _unpaid(request: OrgRequest) -> Order | None:
    """What who comes back from PayPal's page looks for in an empty cart: the last order."""
    mine = Order.objects.of(request.org).filter(placed_by=request.user)
    return mine.filter(status=Order.Status.AWAITING_PAYMENT).order_by("-number").first()


def _removed(request: OrgRequest) -> dict[str, Any] | None:
    """What was just taken out, so that it can be put back: it travels in the address."""
    form = QuantityForm(request.GET)
    product = Product.objects.visible().filter(slug=request.GET.get("removed", "")).first()
    if product is None or not form.is_valid():
        return None
    return {"product": product, "quantity": form.cleaned_data["quantity"]}


@require_POST
@member("orders.place")
def add(request: OrgRequest, slug: str) -> HttpResponse:
    """From a product's page, or putting back what was removed."""
    product = get_object_or_404(Product.objects.select_related("program"), slug=slug)
    try:
        cart.add(request.membership, product, quantity=_quantity(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _("%(product)s is in your cart.")
        messages.success(request, text % {"product": product.name})
    return redirect("orders:cart", request.org.number)


def _quantity(request: OrgRequest) -> int:
    form = QuantityForm(request.POST)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data()["quantity"])
    return int(form.cleaned_data["quantity"])


@require_POST
@member("orders.place")
def line(request: OrgRequest, slug: str) -> HttpResponse:
    """Change one line: its quantity, or whether it is in the next order."""
    match request.POST.get("act"):
        case "remove":
            return _remove(request, slug)
        case "aside":
            cart.set_aside(request.membership, slug)
        case "back":
            cart.bring_back(request.membership, slug)
        case act:
            try:
                if act == "split":
                    cart.split(request.membership, slug, keep=_quantity(request))
                else:
                    cart.change(request.membership, slug, quantity=_quantity(request))
            except ValidationError as refusal:
                messages.error(request, " ".join(refusal.messages))
    return redirect("orders:cart", request.org.number)


def _remove(request: OrgRequest, slug: str) -> HttpResponse:
    is_set_aside = request.POST.get("list") == "aside"
    item = cart.remove(request.membership, slug, is_set_aside=is_set_aside)
    back = redirect("orders:cart", request.org.number)
    if item:
        back["Location"] += f"?removed={item.product.slug}&quantity={item.quantity}"
    return back


@require_POST
@member("orders.place")
def program(request: OrgRequest, slug: str) -> HttpResponse:
    """Order only one program's products now, or all but its."""
    change = cart.keep_only if request.POST.get("act") == "only" else cart.drop
    change(request.membership, slug)
    return redirect("orders:cart", request.org.number)
