"""Offers: what is free of scarce products, to the queue, when the organization may order it."""

from django.utils import timezone, translation

from catalog import queue
from catalog.models import QueuePlace
from orders.decision import reasons_against


def offer_due() -> int:
    """End holds that are over, then offer what is free; returns how many were offered some."""
    queue.expire_due()
    return sum(queue.offer(product, why_not=why_not) for product in queue.to_offer())


def why_not(place: QueuePlace) -> list[str]:
    """Every reason against an order of these packs now: qualification, rules, quota."""
    with translation.override(place.by.language):
        refusals = reasons_against(
            place.organization,
            place.product,
            quantity=place.quantity,
            since=place.asked_at,
            at=timezone.now(),
        )
        return [line for refusal in refusals for line in refusal.messages]
