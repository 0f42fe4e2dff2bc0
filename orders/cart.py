"""The cart: add, change, remove; what is in it, and what speaks against ordering it."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Program
from orders import rules
from orders.decision import wish_of
from orders.models import Cart, CartItem
from orders.models.cart import MAX_QUANTITY
from orgs.models import Membership


@dataclass(frozen=True)
class Row:
    """A line of the cart with what speaks against it."""

    item: CartItem
    problems: list[rules.Problem]


@dataclass(frozen=True)
class Group:
    """The lines of one program."""

    program: Program
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Content:
    """A cart as its page shows it."""

    cart: Cart
    groups: list[Group]
    problems: list[rules.Problem]
    """Those that concern no line."""
    wish: rules.Wish

    @property
    def items(self) -> list[CartItem]:
        return [row.item for group in self.groups for row in group.rows]

    @property
    def total(self) -> Decimal:
        """Administration fees, in CAD."""
        return sum((item.total for item in self.items), start=Decimal("0.00"))

    @property
    def is_orderable(self) -> bool:
        return not self.problems and not any(r.problems for g in self.groups for r in g.rows)


def of(membership: Membership) -> Cart:
    """The cart of a person for an organization; made when there is none."""
    return Cart.objects.get_or_create(membership=membership)[0]


def items_of(cart: Cart) -> list[CartItem]:
    """Its lines with their products and programs, in one query."""
    return list(cart.items.select_related("product__program__partner"))


def look(cart: Cart) -> Content:
    """What is in the cart now, and every reason why it cannot be ordered."""
    items = items_of(cart)
    wish = wish_of(cart, items, organization=cart.membership.organization, as_of=timezone.now())
    found = rules.problems(wish)
    groups: dict[int, Group] = {}
    for item in items:
        program = item.product.program
        mine = [p for p in found if p.product == item.product_id]
        groups.setdefault(program.pk, Group(program)).rows.append(Row(item, mine))
    general = [p for p in found if p.product is None]
    return Content(cart=cart, groups=list(groups.values()), problems=general, wish=wish)


@transaction.atomic
def add(cart: Cart, product: Product, quantity: int) -> CartItem:
    """Add packs of a product to those that are there.

    Raises ValidationError for a quantity outside 1 to 9,999 and for a discontinued product. Other
    problems are shown in the cart, where they can be mended.
    """
    if product.status != Product.Status.LIVE:
        text = _("%(product)s can no longer be ordered.")
        raise ValidationError(text, "discontinued", {"product": product})
    Cart.objects.select_for_update().get(pk=cart.pk)
    item = cart.items.filter(product=product).first() or CartItem(
        cart=cart, product=product, quantity=0
    )
    item.quantity += quantity
    _check(item.quantity if quantity > 0 else quantity)
    item.save()
    return item


@transaction.atomic
def change(cart: Cart, product: Product, quantity: int) -> None:
    """Set how many packs of a product are in the cart; 0 removes it. Raises as `add`."""
    if quantity == 0:
        cart.items.filter(product=product).delete()
        return
    _check(quantity)
    cart.items.filter(product=product).update(quantity=quantity)


@transaction.atomic
def keep(cart: Cart, program: Program) -> int:
    """Remove everything but one program's products; returns how many lines went."""
    return cart.items.exclude(product__program=program).delete()[0]


def _check(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise ValidationError(_("Enter a quantity from 1 to 9,999."), "quantity")
