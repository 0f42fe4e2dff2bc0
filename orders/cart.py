"""The cart: add, change, remove, set aside. It is one person's, for one organization."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Program
from orders.models import Cart, CartItem
from orders.models.cart import MAX_QUANTITY, CartItemQuerySet
from orgs.models import Membership, Organization


def holding(program: Program, organizations: QuerySet[Organization]) -> dict[int, int]:
    """How many carts would order something of a program, by the key of these organizations."""
    lines = CartItem.objects.active().filter(
        product__program=program, cart__membership__organization__in=organizations.values("pk")
    )
    counted = lines.order_by().values_list("cart__membership__organization")
    return dict(counted.annotate(carts=Count("cart", distinct=True)))


def of(membership: Membership) -> Cart:
    """A member's cart, made when it is first asked for."""
    cart, _is_new = Cart.objects.get_or_create(membership=membership)
    cart.membership = membership
    return cart


@transaction.atomic
def add(membership: Membership, product: Product, *, quantity: int) -> CartItem:
    """Put packs of a product in, on top of those that are there; also one that was set aside.

    Whether it may be ordered is not asked yet: the cart says so, and is kept. Raises
    ValidationError for a product that is no longer offered and for a quantity that no cart holds.
    """
    if not product.is_visible:
        text = _("%(product)s can no longer be ordered.")
        raise ValidationError(text, "discontinued", {"product": product})
    cart = Cart.objects.select_for_update().get(pk=of(membership).pk)
    item = cart.items.filter(product=product).first() or CartItem(cart=cart, product=product)
    before = item.quantity if item.pk else 0
    item.quantity, item.is_set_aside = checked(before + quantity), False
    item.save()
    return item


def change(membership: Membership, slug: str, *, quantity: int) -> None:
    """Set how many packs a line asks for. Raises ValidationError like `add`."""
    _lines(membership).filter(product__slug=slug).update(quantity=checked(quantity))


def checked(quantity: int) -> int:
    """A quantity that a cart may hold, or ValidationError."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise ValidationError(_("Enter a quantity from 1 to 9,999."), "quantity")
    return quantity


def remove(membership: Membership, slug: str) -> CartItem | None:
    """Take a line out; returns it, so that it can be put back, or None when it was not there."""
    item = _lines(membership).filter(product__slug=slug).select_related("product").first()
    if item:
        _lines(membership).filter(pk=item.pk).delete()
    return item


def set_aside(membership: Membership, slug: str) -> None:
    """Keep a line for a later order."""
    _lines(membership).filter(product__slug=slug).update(is_set_aside=True)


def bring_back(membership: Membership, slug: str) -> None:
    """Order now what was set aside."""
    _lines(membership).filter(product__slug=slug).update(is_set_aside=False)


def keep_only(membership: Membership, program: str) -> None:
    """Set aside the lines of all programs but one, for a program that is ordered alone."""
    _lines(membership).exclude(product__program__slug=program).update(is_set_aside=True)


def drop(membership: Membership, program: str) -> None:
    """Set aside the lines of one program."""
    _lines(membership).filter(product__program__slug=program).update(is_set_aside=True)


def _lines(membership: Membership) -> CartItemQuerySet:
    return CartItem.objects.filter(cart__membership=membership)
