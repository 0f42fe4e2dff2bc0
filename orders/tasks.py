"""Celery's front door to orders. Each task may run twice and may be killed."""

from celery import shared_task

from orders import cancellation
from orders.models import Order


@shared_task(acks_late=True)
def expire_unpaid() -> int:
    """Give back what unpaid orders hold for too long; returns how many ended."""
    due = Order.objects.unpaid_too_long().values_list("pk", flat=True)
    return sum(cancellation.expire(pk) for pk in due)
