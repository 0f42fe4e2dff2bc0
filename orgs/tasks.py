"""Celery's front door to organizations."""

from celery import shared_task

from orgs import invitations, joining, reminders


@shared_task
def remind() -> None:
    """Remind applicants whom we wait for. Beat runs it each morning; twice is once."""
    reminders.send_due()


@shared_task
def write_off() -> None:
    """End invitations and requests that nobody answered. Beat runs it each hour; twice is once."""
    invitations.expire_due()
    joining.expire_due()
