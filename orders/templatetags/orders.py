"""What pages of lower apps show of orders: the cart's count, what is left, the way to order."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from catalog.models import Product
from orders import meters as orders_meters
from orders.models import CartItem
from orgs.models import Membership

register = template.Library()


@register.simple_tag
def cart_count(membership: Membership | None) -> int:
    """How many lines are in a member's cart; one query."""
    if membership is None:
        return 0
    return CartItem.objects.filter(cart__membership=membership).count()


@register.inclusion_tag("orders/_order_panel.html", takes_context=True)
def order_panel(context: Context, product: Product) -> dict[str, Any]:
    """What is left of the product's quotas, and the form that puts it into the cart."""
    request = context["request"]
    found = orders_meters.meters(request.org, as_of=timezone.now(), program=product.program.slug)
    group, sku = product.title_group, product.sku
    ours = [m for m in found if m.subject in {"", group, sku}]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "product": product,
        "verdict": context.get("verdict"),
        "meters": ours,
        "may_order": request.membership.may("orders.place"),
    }


@register.simple_tag
def limit_sentences(program: Any) -> list[str]:
    """A program's limits in plain words."""
    return orders_meters.rule_in_words(program)
