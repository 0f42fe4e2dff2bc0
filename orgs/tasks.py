"""Celery's front door to organizations."""

from celery import shared_task

from orgs import drafts, reminders


@shared_task
def remind() -> None:
    """Remind those we wait for, and own up to what is late. Beat runs it each morning."""
    reminders.send_due()


@shared_task
def put_away_drafts() -> None:
    """Warn of drafts that end soon, and put away those that have ended; each night."""
    drafts.sweep()
