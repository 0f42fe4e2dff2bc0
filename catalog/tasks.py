"""Celery's front door to the catalogue."""

from celery import shared_task

from catalog import alerts


@shared_task
def send_alerts() -> None:
    """Tell who waits for products that are back in stock. Each night; twice is once."""
    alerts.send_due()
