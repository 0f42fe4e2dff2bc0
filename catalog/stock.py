"""Stock: the only place that changes it. Each change is one conditional UPDATE and a ledger row.

Called last in a transaction, so that a hot product's row is locked briefly. A product whose stock
is None cannot run out, and has no ledger.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from catalog.models import Product, StockEntry

Kind = StockEntry.Kind


def open_with(product: Product, quantity: int) -> None:
    """The opening stock of a product that was just created."""
    _change(product.pk, quantity, kind=Kind.OPENING, opening=True)


@transaction.atomic
def take(order_number: int | str, wanted: Mapping[int, int], *, by: User | None) -> None:
    """Take {product pk: packs} for an order, all or nothing, products by key against deadlocks.

    Raises ValidationError `out_of_stock` for every product of which there is not enough.
    """
    short = []
    for pk, quantity in sorted(wanted.items()):
        enough = _change(pk, -quantity, kind=Kind.TAKEN, reference=order_number, by=by)
        if not enough:
            short.append(_out_of_stock(Product.objects.get(pk=pk), quantity))
    if short:
        raise ValidationError(short)


@transaction.atomic
def put_back(order_number: int | str, quantities: Mapping[int, int], *, by: User | None) -> None:
    """Give {product pk: packs} of an order back; the ledger's key refuses a second time."""
    for pk, quantity in sorted(quantities.items()):
        _change(pk, quantity, kind=Kind.RETURNED, reference=order_number, by=by)


@transaction.atomic
def restock(product: Product, quantity: int, *, by: User, reason: str) -> None:
    """Packs that a partner gave. Raises ValidationError when the product cannot run out."""
    _by_hand(product, quantity, kind=Kind.RECEIVED, by=by, reason=reason)


@transaction.atomic
def correct(product: Product, change: int, *, by: User, reason: str) -> None:
    """A correction after counting. Raises ValidationError when less than nothing would be left."""
    _by_hand(product, change, kind=Kind.CORRECTED, by=by, reason=reason)


def _by_hand(product: Product, change: int, *, kind: str, by: User, reason: str) -> None:
    if product.stock is None:
        text = _("%(product)s cannot run out: it has no stock to change.")
        raise ValidationError(text, "no_stock", {"product": product})
    if not _change(product.pk, change, kind=kind, by=by, reason=reason):
        raise ValidationError(_out_of_stock(product, -change))
    record(product, f"stock.{kind}", by=by, note=reason, change=change)


def _change(
    pk: int,
    change: int,
    *,
    kind: str,
    reference: int | str = "",
    by: User | None = None,
    reason: str = "",
    opening: bool = False,
) -> bool:
    """Whether there was enough; True without a change for a product that cannot run out."""
    product = Product.objects.filter(pk=pk)
    if opening:
        product.update(stock=change)
    elif product.filter(stock=None).exists():
        return True
    elif not product.filter(stock__gte=-change).update(stock=F("stock") + change):
        return False
    StockEntry.objects.create(
        product_id=pk, kind=kind, change=change, reference=str(reference), by=by, reason=reason
    )
    return True


def _out_of_stock(product: Product, wanted: int) -> ValidationError:
    text = _("%(product)s: you ask for %(wanted)s and only %(left)s are left.")
    params = {"product": product, "product_pk": product.pk, "wanted": wanted}
    return ValidationError(text, "out_of_stock", params | {"left": product.stock})
