"""The demo's wishes: who waits for a product, would need a program, or asks for an exception.

Made by the services that people's pages call, once: what is there already stays as it is.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from catalog import alerts, needs, overrides, queue
from catalog.models import Partner, Product, Program, QueuePlace
from orgs.days import today
from orgs.models import Membership, Organization

SCARCE: Final = "RC-DESK-MICRO"
WAITING: Final = ((100002, 4), (100001, 2), (100011, 6))  # who, and how many packs, in turn
TOLD: Final = ((100001, "CI-MX68-3Y"), (100004, "AU-AEC-1Y"), (100002, "AU-AEC-1Y"))
NEEDED: Final = (
    (100002, "cisco", 2, "One switch for each of our two branches."),
    (100002, "microsoft-cloud", 14, ""),
    (100003, "cisco", 1, "Le réseau de notre nouveau local."),
    (100004, "cisco", 1, "Box office and backstage on one network."),
    (100011, "adobe-donated", 4, "Our reading kits, in nine languages."),
    (100011, "zoom-access", 40, "Weekly circles of families far from any library."),
)
EXCEPTION: Final = (100011, "zoom-access")
WHY: Final = "The partner agrees by e-mail: its limit is meant for one place, and they have eleven."


@transaction.atomic
def tell(*, by: User) -> None:
    """What the demo's people wish for, and the exception that `by` asks for."""
    if QueuePlace.objects.exists():
        return
    for number, packs in WAITING:
        wanted = Product.objects.get(sku=SCARCE)
        queue.join(_organization(number), wanted, quantity=packs, by=_somebody(number))
    for number, sku in TOLD:
        alerts.subscribe(Product.objects.get(sku=sku), user=_somebody(number))
    alerts.subscribe(Partner.objects.get(slug="cisco"), user=_somebody(100011))
    for number, slug, quantity, use in NEEDED:
        program, who = Program.objects.get(slug=slug), _organization(number)
        needs.say(who, program, quantity=quantity, use=use, by=_somebody(number))
    number, slug = EXCEPTION
    overrides.ask(
        _organization(number),
        Program.objects.get(slug=slug),
        from_on=today(),
        until_on=today() + timedelta(days=150),
        reason=WHY,
        by=by,
    )


def _organization(number: int) -> Organization:
    return Organization.objects.get(number=number)


def _somebody(number: int) -> User:
    """Who may order for it."""
    members = Membership.objects.filter(organization__number=number).order_by("pk")
    return members.select_related("user").exclude(role__code="viewer")[0].user
