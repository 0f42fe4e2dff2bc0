"""Delivery: whether a courier can find an address, whether we know it, and keeping it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from catalog.models import Program
from orders.demands import Refusal
from orders.models import CheckoutDraft, Delivery, Order
from orders.models.delivery import PLACE, TO
from orgs.likeness import folded
from orgs.models import Organization

BOX: Final = re.compile(
    r"""\bp\.?\s*o\.?\s*box\b | \bpost(?:al)?(?:\s+office)?\s+box\b | ^\s*box\s+\d
      | \bc\.?\s?p\.?\s*(?:n[o°]\s*)?\d | \bb\.?\s?p\.?\s*(?:n[o°]\s*)?\d
      | \bcase\s+postale\b | \bcasier\s+postal\b | \bbo[iî]te\s+postale\b
      | \bgeneral\s+delivery\b | \bposte\s+restante\b | \blivraison\s+g[eé]n[eé]rale\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""A box, or a counter of the post office, in either language."""
RURAL: Final = re.compile(r"\b(?:r\.?\s?r\.?|rural\s+route|route\s+rurale)\s*#?\d+", re.IGNORECASE)


def faults(street: str, unit: str = "") -> Iterator[ValidationError]:
    """Why a courier cannot deliver there. Pure."""
    if BOX.search(street) or BOX.search(unit):
        text = _(
            "A courier cannot deliver to a post office box. Give the street address of a place "
            "where somebody can sign."
        )
        yield ValidationError(text, "post_office_box")
    elif not re.search(r"\d", RURAL.sub("", street)):
        text = _("Give the building’s number too, such as 120 rue King Ouest.")
        yield ValidationError(text, "no_number")


def is_needed(programs: Iterable[Program]) -> bool:
    """Something of these is shipped."""
    return any(program.delivery == Program.Delivery.SHIPMENT for program in programs)


def place_of(address: Any) -> tuple[str, ...]:
    """Where an address is, so that two spellings of one door are the same."""
    return tuple(re.sub(r"\W", "", folded(getattr(address, column))) for column in PLACE)


def is_on_file(address: Any, organization: Organization) -> bool:
    """It is the organization's own address."""
    return place_of(address) == place_of(organization)


def is_known(address: Any, organization: Organization) -> bool:
    """Staff have seen what proves it: the address on file, or one that was verified before."""
    if is_on_file(address, organization):
        return True
    verified = Delivery.objects.of(organization).exclude(verified_at=None)
    return any(place_of(one) == place_of(address) for one in verified)


def is_whole(draft: CheckoutDraft | None) -> bool:
    """Everything a parcel needs was typed, or taken over, and saved."""
    must = ("recipient", "phone", "street", "city", "province", "postal_code")
    return draft is not None and all(getattr(draft, column) for column in must)


def refusals(
    programs: Iterable[Program], draft: CheckoutDraft | None, organization: Organization
) -> list[Refusal]:
    """Why an order cannot be placed with this address; none when nothing of it is shipped."""
    if not is_needed(programs):
        return []
    if draft is None or not is_whole(draft):
        return [Refusal(_("Say where the hardware goes."), "no_address")]
    found = [Refusal(fault.message, fault.code or "") for fault in faults(draft.street, draft.unit)]
    if draft.proof is None and not is_known(draft, organization):
        text = _("Send a document that shows your organization at the delivery address.")
        found.append(Refusal(text, "no_proof"))
    return found


def freeze(order: Order, draft: CheckoutDraft) -> Delivery:
    """Keep the address as it is now on an order, in the transaction that places it."""
    known = is_known(draft, order.organization)
    return Delivery.objects.create(
        order=order,
        is_on_file=is_on_file(draft, order.organization),
        proof=None if known else draft.proof,
        verified_at=order.placed_at if known else None,
        **{column: getattr(draft, column) for column in TO},
    )


@transaction.atomic
def verify(pk: int, *, by: User) -> Delivery:
    """Staff saw that a courier finds the organization there; verifying twice is verifying once."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("order").get(pk=pk)
    if delivery.verified_at is None:
        delivery.verified_at, delivery.verified_by = timezone.now(), by
        delivery.save(update_fields=["verified_at", "verified_by"])
        record(delivery.order, "order.address_verified", by=by)
    return delivery
