"""Celery's front door to organizations."""

from celery import shared_task

from orgs import licence_address, reminders


@shared_task
def remind() -> None:
    """Remind applicants whom we wait for. Beat runs it each morning; twice is once."""
    reminders.send_due()


@shared_task
def apply_addresses() -> None:
    """Write the licence addresses whose 48 hours have passed. Beat runs it each quarter hour."""
    licence_address.apply_due()
