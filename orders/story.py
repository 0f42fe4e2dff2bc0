"""The demo's orders under way: what staff and donor partners find to do, and a buyer waits for.

Made by the services that people's pages call, once: what is there already stays as it is. The
file of the demo says what was ordered before.
"""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from catalog.models import Product
from orders import cart, checkout, cheques, decision, fulfilment, holding, refunds, shipping, steps
from orders.models import Cheque, Fulfilment, Order, Parcel
from orders.models.delivery import TO
from orgs import queues_story
from orgs.contents import examine
from orgs.days import today
from orgs.models import Membership

BUYER: Final = "odile@alpha-rural.example"
ANSWERS: Final = {"refurbished-computers": {"dock": "dock"}}
WAREHOUSE: Final = {"street": "38 Lockmaster Lane", "unit": "", "postal_code": "K2P 9Z8"}
STOPPED: Final = "The buyer’s telephone number belongs to another organization."
TOO_MANY: Final = "Nos postes ont été remplacés avant l’installation : ces licences sont de trop."
LATE: Final = timedelta(days=40)


@transaction.atomic
def tell(*, by: User) -> None:
    """Orders of one federation that pays by cheque, `by` the staff who enter what comes."""
    odile = Membership.objects.select_related("user", "organization").filter(user__email=BUYER)
    if (buyer := odile.first()) is None or Order.objects.of(buyer.organization).exists():
        return
    until = today() + timedelta(days=90)
    reason = "Its head office pays by cheque only."
    cheques.allow(buyer.organization, until=until, reason=reason, by=by)
    _order(buyer, {"MS-PROJ24-STD": 2})
    cheques.receive(_cheque(_order(buyer, {"MS-OFF-LTSC24-MAC": 1})), number="1185", by=by)
    stopped = _order(buyer, {"MS-WIN11-PRO-UPG": 6})
    holding.hold(stopped.pk, by=by, reason=STOPPED)
    _send_one_of_two(_paid(buyer, {"RC-LAP14-I5": 3, "RC-MON24": 3}, by=by), by=by)
    _grow_late(_paid(buyer, {"RC-DESK-SFF": 2}, at=WAREHOUSE, by=by))
    _ask_for_money_back(_paid(buyer, {"MS-OFF-LTSC24-STD": 4}, by=by), by=by)


def _order(buyer: Membership, packs: Mapping[str, int], *, at: Any = None) -> Order:
    """Placed to be paid by cheque; sent to the organization, or `at` another address."""
    basket = cart.of(buyer)
    for sku, quantity in packs.items():
        cart.add(buyer, Product.objects.get(sku=sku), quantity=quantity)
    draft = steps.of(basket)
    draft.recipient = ""  # the organization's own address again
    steps.suggest_address(draft)
    there = {column: getattr(draft, column) for column in TO} | (at or {})
    proof = examine(queues_story.pdf("bail-entrepot")) if at else None
    draft = steps.save_delivery(basket, there, proof=proof, by=buyer.user)
    attested = [one.name for one in decision.decide(buyer, at=timezone.now()).attestations]
    return checkout.place(
        basket,
        by=buyer.user,
        attempt=uuid.uuid4(),
        answers=ANSWERS,
        attested=attested,
        language=buyer.user.language,
        method=Order.Method.CHEQUE,
        draft=draft,
    )


def _cheque(order: Order) -> int:
    return Cheque.objects.get(order=order).pk


def _paid(buyer: Membership, packs: Mapping[str, int], *, by: User, at: Any = None) -> Order:
    order = _order(buyer, packs, at=at)
    cheques.receive(_cheque(order), number=str(order.number), by=by)
    cheques.clear(_cheque(order), by=by)
    return order


def _send_one_of_two(order: Order, *, by: User) -> None:
    """Two laptops of three are on their way, the screens are still to be sent."""
    laptops = Fulfilment.objects.get(line__order=order, line__sku="RC-LAP14-I5")
    number = "1Z9999W99999999999"  # UPS's own example
    shipping.ship(laptops.pk, by=by, carrier=Parcel.Carrier.UPS, tracking_number=number, quantity=2)


def _grow_late(order: Order) -> None:
    """As if it had been placed and paid long ago."""
    Order.objects.filter(pk=order.pk).update(
        placed_at=F("placed_at") - LATE, paid_at=F("paid_at") - LATE
    )
    Cheque.objects.filter(order=order).update(
        announced_at=F("announced_at") - LATE,
        received_at=F("received_at") - LATE,
        cleared_at=F("cleared_at") - LATE,
    )
    Membership.objects.filter(user=order.placed_by_id).update(joined_at=F("joined_at") - LATE)
    rows = Fulfilment.objects.filter(line__order=order)
    rows.update(promised_on=F("promised_on") - LATE, hand_over_by=F("hand_over_by") - LATE)


def _ask_for_money_back(order: Order, *, by: User) -> None:
    """Delivered, not installed, and too many."""
    for row in Fulfilment.objects.filter(line__order=order):
        fulfilment.give_now(row.pk, by=by)
    lines = order.lines.values_list("pk", flat=True)
    refunds.request(order.pk, lines=set(lines), reason=TOO_MANY, is_unused=True, by=order.placed_by)
