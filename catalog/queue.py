"""The fair queue for scarce products: join, leave, and be offered packs in turn.

What is free is offered first come, first served, by one offerer a product (an advisory lock), and
then held for 72 hours; meanwhile nobody else takes what the queue waits for (`stock.take`). Whether
an organization may have the packs is asked when they are offered: orders, which know quotas, hand
in the question. Locks: the place, then the product.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from catalog import queue_emails, stock
from catalog.models import Product, QueuePlace
from catalog.models.queue import MOST
from orgs.models import Organization

HOLD = timedelta(hours=72)
LOCK_CLASS: Final = 0x51  # of our advisory locks: offering a product
Status = QueuePlace.Status
WhyNot = Callable[[QueuePlace], Collection[str]]
"""The reasons against an organization's having the packs, in the reader's language."""


@transaction.atomic
def join(organization: Organization, product: Product, *, quantity: int, by: User) -> QueuePlace:
    """Take the last place; who is in the queue already keeps theirs.

    Raises ValidationError for a product that cannot run out and for too many packs.
    """
    if product.stock is None or not product.is_visible:
        text = _("There is no queue for %(product)s.")
        raise ValidationError(text, "no_queue", {"product": product})
    if not 1 <= quantity <= MOST:
        raise ValidationError(_("Wait for 1 to 100 packs."), "quantity")
    try:
        with transaction.atomic():
            place = QueuePlace.objects.create(
                organization=organization, product=product, quantity=quantity, by=by
            )
    except IntegrityError:
        return QueuePlace.objects.of(organization).open().get(product=product)
    record(place, "queueplace.waiting", by=by, quantity=quantity)
    return place


@transaction.atomic
def leave(organization: Organization, product: Product, *, by: User) -> bool:
    """Give the place up, and what is held with it; False when there was none."""
    places = QueuePlace.objects.of(organization).open().select_for_update(of=("self",))
    place = places.filter(product=product).first()
    if place is None:
        return False
    move(place, Status.LEFT, by=by)
    _release(place, by=by)
    return True


def place_of(organization: Organization, product: Product) -> QueuePlace | None:
    """An organization's open place in a product's queue."""
    return QueuePlace.objects.of(organization).open().filter(product=product).first()


def position(place: QueuePlace) -> int:
    """Which in turn a waiting place is; 1 is the next."""
    before = QueuePlace.objects.waiting().filter(product=place.product_id, pk__lt=place.pk)
    return before.count() + 1


def shares(organization: Organization, products: Collection[int]) -> dict[int, tuple[int, int]]:
    """{product: (packs held for it, packs that others wait for)}; one query."""
    found = dict.fromkeys(products, (0, 0))
    for place in QueuePlace.objects.open().filter(product__in=products):
        held, waiting = found[place.product_id]
        if place.organization_id == organization.pk and place.is_held:
            held += place.held
        elif not place.is_held:
            waiting += place.quantity
        found[place.product_id] = (held, waiting)
    return found


def to_offer() -> list[int]:
    """The products of which something is free, and somebody waits for it."""
    rows = QueuePlace.objects.waiting().filter(product__stock__gt=0)
    return list(rows.order_by("product").values_list("product", flat=True).distinct())


def offer(product: int, *, why_not: WhyNot) -> int:
    """Offer what is free to those who wait, in turn; returns how many were offered some."""
    offered = 0
    while (is_offered := offer_next(product, why_not=why_not)) is not None:
        offered += is_offered
    return offered


@transaction.atomic
def offer_next(product: int, *, why_not: WhyNot) -> bool | None:
    """Offer to the first who waits: held, or passed over with the reasons; None when all is done.

    Fewer packs than asked for are offered when fewer are free.
    """
    _one_at_a_time(product)
    place = QueuePlace.objects.waiting().filter(product=product).select_for_update().first()
    if place is None:
        return None
    free = Product.objects.values_list("stock", flat=True).get(pk=product) or 0
    if not free:
        return None
    if reasons := list(why_not(place)):
        move(place, Status.REFUSED, by=None, note="\n".join(map(str, reasons)))
        queue_emails.passed_over(place, reasons)
        return False
    held = min(free, place.quantity)
    move(place, Status.OFFERED, by=None, held=held, hold_until=timezone.now() + HOLD)
    queue_emails.offered(place)
    if not stock.hold(place.pk, product, held):
        transaction.set_rollback(True)  # ordered meanwhile
        return None
    return True


def _one_at_a_time(product: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, product])


def expire_due() -> int:
    """End the holds that are over; what was held goes to the next."""
    return sum(expire(pk) for pk in list(QueuePlace.objects.over().values_list("pk", flat=True)))


@transaction.atomic
def expire(pk: int) -> bool:
    """End one hold, unless it was used, left or ended meanwhile."""
    place = QueuePlace.objects.over().select_for_update(of=("self",)).filter(pk=pk).first()
    if place is None:
        return False
    move(place, Status.EXPIRED, by=None)
    queue_emails.expired(place)
    _release(place, by=None)
    return True


@transaction.atomic
def use(organization: Organization, products: Collection[int], *, by: User) -> Mapping[int, int]:
    """End this organization's holds of products that it orders now; returns what was held.

    The caller takes the packs in the same transaction, with `held` to `stock.take`.
    """
    places = QueuePlace.objects.of(organization).held().filter(product__in=products)
    held = {}
    for place in places.select_for_update(of=("self",)).order_by("product"):
        move(place, Status.USED, by=by)
        _release(place, by=by)
        held[place.product_id] = place.held
    return held


def _release(place: QueuePlace, *, by: User | None) -> None:
    if place.held:
        stock.release(place.pk, place.product_id, place.held, by=by)
