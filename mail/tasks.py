"""Celery's front door to the outbox."""

from celery import shared_task

from mail import outbox


@shared_task
def send_due() -> None:
    """Send what is due. Beat runs it every ten seconds, and whoever queues a message wakes it."""
    outbox.send_due(seconds=30)  # well under the time in which a task is ended
