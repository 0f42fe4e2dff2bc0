"""Reordering: what was ordered before, into the cart once more, or why it cannot be."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog import naming
from catalog.models import Product
from orders import cart
from orders.models import CartItem, OrderLine
from orgs.models import Membership


@dataclass
class Reorder:
    """What came of it."""

    items: list[CartItem] = field(default_factory=list)
    replaced: list[tuple[OrderLine, Product]] = field(default_factory=list)
    """Lines whose product is gone, with what took its place in the cart."""
    refusals: list[ValidationError] = field(default_factory=list)


def again(lines: Iterable[OrderLine], membership: Membership) -> Reorder:
    """Put lines into a member's cart, as often as before; what replaced a product stands for it.

    Twice is once: what the cart holds already keeps its quantity. What cannot be ordered any more
    is left out and said; whether the rest may be ordered today is what the cart says.
    """
    done, wanted = Reorder(), Counter[Product]()
    for line in lines:
        renewal = getattr(line, "renewal", None)
        if renewal and not renewal.is_here:
            text = _("%(product)s is renewed at the partner, not here.")
            done.refusals.append(ValidationError(text, "at_partner", {"product": line.name}))
            continue
        product = naming.successor(line.product) or line.product
        wanted[product] += line.quantity
        if product != line.product:
            done.replaced.append((line, product))
    for product, quantity in wanted.items():
        try:
            done.items.append(_put(product, membership, quantity=quantity))
        except ValidationError as refusal:
            done.refusals.append(refusal)
    there = {item.product for item in done.items}
    done.replaced = [(line, product) for line, product in done.replaced if product in there]
    return done


def _put(product: Product, membership: Membership, *, quantity: int) -> CartItem:
    items = CartItem.objects.filter(cart__membership=membership, product=product)
    if items.active().exists():
        return items.active().get()
    if items.exists() and product.is_visible:
        cart.bring_back(membership, product.slug)
        return items.get()
    return cart.add(membership, product, quantity=quantity)
