"""The cart: add, change, remove, set aside. It is one person's, for one organization."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
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
    cart = _locked(membership)
    rows = {item.is_set_aside: item for item in cart.items.filter(product=product)}
    item = rows.get(False) or rows.get(True) or CartItem(cart=cart, product=product)
    before = item.quantity if item.pk else 0
    item.quantity, item.is_set_aside = checked(before + quantity), False
    item.fee_seen = product.fee
    item.save()
    return item


def change(membership: Membership, slug: str, *, quantity: int) -> None:
    """Set how many packs a line asks for, at today's fee. Raises ValidationError like `add`."""
    fee = Product.objects.filter(pk=OuterRef("product")).values("fee")
    line = _lines(membership).active().filter(product__slug=slug)
    line.update(quantity=checked(quantity), fee_seen=Subquery(fee))


@transaction.atomic
def split(membership: Membership, slug: str, *, keep: int) -> None:
    """Order so many packs of a line now, and set the rest aside for an order of its own."""
    cart = _locked(membership)
    rows = {item.is_set_aside: item for item in cart.items.filter(product__slug=slug)}
    item, aside = rows.get(False), rows.get(True)
    if item is None or item.quantity <= checked(keep):
        return
    rest = item.quantity - keep
    if aside is None:
        seen = {"product_id": item.product_id, "fee_seen": item.fee_seen}
        aside = CartItem(cart=cart, quantity=0, is_set_aside=True, **seen)
    aside.quantity = min(aside.quantity + rest, MAX_QUANTITY)
    aside.save()
    item.quantity = keep
    item.save(update_fields=["quantity"])


def checked(quantity: int) -> int:
    """A quantity that a cart may hold, or ValidationError."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise ValidationError(_("Enter a quantity from 1 to 9,999."), "quantity")
    return quantity


def remove(membership: Membership, slug: str, *, is_set_aside: bool = False) -> CartItem | None:
    """Take a line out; returns it, so that it can be put back, or None when it was not there."""
    lines = _lines(membership).filter(product__slug=slug, is_set_aside=is_set_aside)
    item = lines.select_related("product").first()
    if item:
        _lines(membership).filter(pk=item.pk).delete()
    return item


def set_aside(membership: Membership, slug: str) -> None:
    """Keep a line for a later order."""
    _move(membership, Q(product__slug=slug), is_aside=True)


def bring_back(membership: Membership, slug: str) -> None:
    """Order now what was set aside."""
    _move(membership, Q(product__slug=slug), is_aside=False)


def keep_only(membership: Membership, program: str) -> None:
    """Set aside the lines of all programs but one, for a program that is ordered alone."""
    _move(membership, ~Q(product__program__slug=program), is_aside=True)


def drop(membership: Membership, program: str) -> None:
    """Set aside the lines of one program."""
    _move(membership, Q(product__program__slug=program), is_aside=True)


@transaction.atomic
def _move(membership: Membership, which: Q, *, is_aside: bool) -> None:
    """From one list to the other, where a product that is there already stays one line."""
    cart = _locked(membership)
    there = {item.product_id: item for item in cart.items.filter(is_set_aside=is_aside)}
    for item in cart.items.filter(which, is_set_aside=not is_aside):
        if other := there.get(item.product_id):
            other.quantity = min(other.quantity + item.quantity, MAX_QUANTITY)
            other.save(update_fields=["quantity"])
            item.delete()
        else:
            item.is_set_aside = is_aside
            item.save(update_fields=["is_set_aside"])


def _locked(membership: Membership) -> Cart:
    """A member's cart, which no other tab changes meanwhile."""
    cart = Cart(membership=membership)
    # Made or only locked, in one statement; `attempt` is not read.
    Cart.objects.bulk_create(
        [cart], update_conflicts=True, update_fields=["membership"], unique_fields=["membership"]
    )
    return cart


def _lines(membership: Membership) -> CartItemQuerySet:
    return CartItem.objects.filter(cart__membership=membership)
