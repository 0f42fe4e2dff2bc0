"""Celery's front door to organizations."""

from celery import shared_task

from orgs import reminders


@shared_task
def remind() -> None:
    """Remind applicants whom we wait for. Beat runs it each morning; twice is once."""
    reminders.send_due()
