"""Celery's front door to the outbox."""

from celery import shared_task

from mail import outbox
from mail.models import Message

BATCH = 200


@shared_task
def sweep() -> None:
    """Hand every due message to a worker. Beat runs it every ten seconds."""
    for pk in Message.objects.due().values_list("pk", flat=True)[:BATCH]:
        deliver.delay(pk)


@shared_task
def deliver(pk: int) -> None:
    """Send one message. Run twice, it is sent once."""
    if message := outbox.claim(pk):
        outbox.send(message)
