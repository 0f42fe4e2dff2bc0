"""Alerts: who wants to know when a product can be had again, told once."""

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from catalog import emails
from catalog.models import Product, StockAlert

BATCH = 200
SALT = "catalog.alert"


def subscribe(product: Product, *, user: User) -> StockAlert:
    """Wait for a product; asking twice is asking once."""
    try:
        with transaction.atomic():
            return StockAlert.objects.create(product=product, user=user)
    except IntegrityError:
        return StockAlert.objects.waiting().get(product=product, user=user)


def is_waiting(product: Product, *, user: User) -> bool:
    """Whether the person has asked already."""
    return StockAlert.objects.waiting().filter(product=product, user=user).exists()


def send_due() -> int:
    """Tell everybody whose product is in stock again; returns how many were told now.

    In batches that each commit, so that a killed run goes on where it stopped; run twice at once,
    each alert is claimed by one.
    """
    told = 0
    while batch := list(StockAlert.objects.due().values_list("pk", flat=True)[:BATCH]):
        told += sum(_tell(pk) for pk in batch)
    return told


@transaction.atomic
def _tell(pk: int) -> bool:
    taken = StockAlert.objects.waiting().filter(pk=pk).order_by().update(sent_at=timezone.now())
    if not taken:
        return False
    emails.back_in_stock(StockAlert.objects.select_related("product", "user").get(pk=pk))
    return True


def stop_link_token(alert: StockAlert) -> str:
    """What the e-mail's link carries, so that no sign-in is needed to stop."""
    return signing.dumps(alert.user_id, salt=SALT)


def stop(token: str) -> int:
    """End every waiting alert of the person a link was made for; returns how many.

    Raises signing.BadSignature for a link that we did not make.
    """
    user_id = signing.loads(token, salt=SALT)
    return StockAlert.objects.waiting().filter(user=user_id).delete()[0]
