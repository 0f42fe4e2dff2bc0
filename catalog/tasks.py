"""Celery's front door to the catalogue."""

from celery import shared_task

from catalog import alerts, announcing, editions, reevaluating, shelf, telling


@shared_task
def send_alerts() -> None:
    """Tell who waits for products that are back in stock or new. Each night; twice is once."""
    telling.send_due()
    alerts.forget_old()


@shared_task
def announce_rules() -> None:
    """Tell whom published rules concern. Beat runs it each minute, and publishing wakes it."""
    announcing.tell_due()


@shared_task
def reevaluate() -> None:
    """Tell organizations whose eligibility has changed. Each night; twice is once."""
    reevaluating.look()


@shared_task
def put_shelf_together() -> None:
    """Keep few rows to count from, and few editions. Each hour; twice is once."""
    shelf.put_together()
    editions.forget_old()
