"""Stock: the only place that changes it. Each change is one conditional UPDATE and a ledger row.

Called last in a transaction, so that a hot product's row is locked briefly. A product whose stock
is None cannot run out, and has no ledger.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from catalog.models import Product, StockEntry

Kind = StockEntry.Kind

CHANGE = """
WITH changed AS (
  UPDATE catalog_product SET stock = stock + %(change)s
   WHERE id = %(product)s AND stock >= -%(change)s + CASE WHEN %(behind_the_queue)s THEN (
     SELECT coalesce(sum(quantity), 0) FROM catalog_queueplace
      WHERE product_id = %(product)s AND status = 'waiting') ELSE 0 END RETURNING id
)
INSERT INTO catalog_stockentry (product_id, kind, change, reference, reason, by_id, at)
SELECT id, %(kind)s, %(change)s, %(reference)s, %(reason)s, %(by)s, %(at)s FROM changed
"""


def open_with(product: Product, quantity: int) -> None:
    """The opening stock of a product that was just created."""
    _change(product.pk, quantity, kind=Kind.OPENING, opening=True)


def take(
    order_number: int | str,
    wanted: Mapping[int, int],
    *,
    by: User | None,
    held: Mapping[int, int] | None = None,
) -> None:
    """Take {product pk: packs} for an order, all or nothing, products by key against deadlocks.

    What a queue waits for is not to be had, but for `held`: what `queue.use` has just released.
    Raises ValidationError `out_of_stock` for every product of which there is not enough.
    """
    # One product is one statement, all or nothing by itself.
    with transaction.atomic() if len(wanted) > 1 else nullcontext():
        short = []
        for pk, quantity in sorted(wanted.items()):
            enough = _change(
                pk,
                -quantity,
                kind=Kind.TAKEN,
                reference=order_number,
                by=by,
                behind_the_queue=quantity > (held or {}).get(pk, 0),
            )
            if not enough:
                short.append(_out_of_stock(Product.objects.get(pk=pk), quantity))
        if short:
            raise ValidationError(short)


@transaction.atomic
def put_back(order_number: int | str, quantities: Mapping[int, int], *, by: User | None) -> None:
    """Give {product pk: packs} of an order back; the ledger's key refuses a second time."""
    for pk, quantity in sorted(quantities.items()):
        _change(pk, quantity, kind=Kind.RETURNED, reference=order_number, by=by)


def hold(place: int, product: int, quantity: int) -> bool:
    """Hold packs for a place in the queue; False when there are not enough."""
    return _change(product, -quantity, kind=Kind.HELD, reference=f"place {place}")


def release(place: int, product: int, quantity: int, *, by: User | None) -> None:
    """End the hold of a place; the ledger's key refuses a second time."""
    _change(product, quantity, kind=Kind.RELEASED, reference=f"place {place}", by=by)


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
    behind_the_queue: bool = False,
) -> bool:
    """Whether there was enough; True without a change for a product that cannot run out.

    One statement changes and writes down, so that the row is locked for as long as that takes.
    """
    if opening:
        Product.objects.filter(pk=pk).update(stock=0)
    values: dict[str, Any] = {"product": pk, "kind": kind, "change": change, "reason": reason}
    values["behind_the_queue"] = behind_the_queue
    values |= {"reference": str(reference), "by": by.pk if by else None, "at": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, values)
        if cursor.rowcount:
            return True
    return Product.objects.filter(pk=pk, stock=None).exists()


def _out_of_stock(product: Product, wanted: int) -> ValidationError:
    text = _("%(product)s: you ask for %(wanted)s, and there is stock for %(left)s only.")
    params = {"product": product, "product_pk": product.pk, "wanted": wanted}
    return ValidationError(text, "out_of_stock", params | {"left": product.stock})
