"""Moving: the orders and carts of an organization that is merged into another, and back.

Payments, licences and the quota ledger hang on the order and go with it: the ledger is read through
the order (docs/adr/0013), so that nothing is counted twice or lost.
"""

from django.db.models import QuerySet

from orders.models import Cart, CartItem, Order
from orgs import merging
from orgs.models import Membership, Merge, MovedRow


def move_rows(merge: Merge) -> None:
    """Every order; and from the carts of people who are in both, what the other does not hold.

    Everybody else's cart goes with the membership.
    """
    merging.give(merge, Order.objects.all())
    both = Membership.objects.filter(organization=merge.gone_id, cart__items__isnull=False)
    for membership in both.distinct():
        stays = Membership.objects.filter(organization=merge.kept_id, user=membership.user_id)
        if to := stays.first():
            _move_items(merge, membership, to)


def take_rows_back(merge: Merge) -> None:
    """What `move_rows` moved and is still there; orders placed since stay."""
    merging.take_back(merge, Order.objects.all())
    for row in merge.rows.filter(model=CartItem._meta.label_lower):
        there = CartItem.objects.filter(pk=row.row, cart=row.was["to"])
        product = there.values_list("product", flat=True).first()
        if product and not CartItem.objects.filter(cart=row.was["cart"], product=product).exists():
            there.update(cart=row.was["cart"])


def _move_items(merge: Merge, gone: Membership, stays: Membership) -> None:
    cart, _is_new = Cart.objects.get_or_create(membership=stays)
    there = cart.items.values("product")
    for item in CartItem.objects.filter(cart__membership=gone).exclude(product__in=there):
        MovedRow.objects.create(
            merge=merge,
            model=CartItem._meta.label_lower,
            row=item.pk,
            was={"cart": item.cart_id, "to": cart.pk},
        )
        item.cart = cart
        item.save(update_fields=["cart"])


def moving(merge: Merge) -> dict[str, QuerySet]:
    """What would move: {orders, items in carts}."""
    return {
        "orders": Order.objects.filter(organization=merge.gone_id),
        "cart_items": CartItem.objects.filter(cart__membership__organization=merge.gone_id),
    }
