"""Reminders: to applicants whose answer we wait for, after 5, 15 and 30 days."""

from orgs.days import day_of, today
from orgs.emails import applications as emails
from orgs.models import Application, Inquiry

DAYS = (30, 15, 5)


def send_due() -> int:
    """Queue the reminder of the stage each open question has reached; once a stage."""
    open_questions = Inquiry.objects.filter(
        answered_at=None, application__status=Application.Status.INFO_NEEDED
    ).select_related("application__organization")
    sent = 0
    for inquiry in open_questions:
        waited = (today() - day_of(inquiry.asked_at)).days
        for days in DAYS:
            if waited >= days:
                emails.reminder(inquiry, days=days)
                sent += 1
                break
    return sent
