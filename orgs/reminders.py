"""Reminders: of answers we wait for, of our own lateness, of qualifications that end."""

from datetime import timedelta

from orgs.days import day_of, today
from orgs.emails import applications, standing
from orgs.models import Application, Inquiry, Organization

ANSWER_DAYS = (30, 15, 5)  # without an answer
END_DAYS = (7, 30, 60)  # before a qualification ends
BATCH = 500

Status = Application.Status


def send_due() -> int:
    """Queue what each day asks for; every e-mail has a key, so that twice is once.

    Returns how many were due, queued now or before.
    """
    return remind_of_answers() + own_up() + remind_of_ends()


def remind_of_answers() -> int:
    """To applicants whose answer we wait for, after 5, 15 and 30 days; once a stage."""
    open_questions = Inquiry.objects.filter(
        answered_at=None, application__status=Status.INFO_NEEDED
    ).select_related("application__organization")
    sent = 0
    for inquiry in open_questions.iterator(BATCH):
        waited = (today() - day_of(inquiry.asked_at)).days
        if stage := next((days for days in ANSWER_DAYS if waited >= days), None):
            applications.reminder(inquiry, days=stage)
            sent += 1
    return sent


def own_up() -> int:
    """To applicants to whom we promised a decision by yesterday or before; once a promise."""
    late = Application.objects.waiting_for_staff().filter(due_on__lt=today())
    sent = 0
    for application in late.select_related("organization").iterator(BATCH):
        applications.late(application)
        sent += 1
    return sent


def remind_of_ends() -> int:
    """To organizations whose qualification ends within 60, 30 or 7 days, or has just ended."""
    day, sent = today(), 0
    month_ago = day - timedelta(days=30)
    soon = Organization.objects.filter(suspended_on=None, closed_on=None)
    soon = soon.filter(qualified_until__range=(month_ago, day + timedelta(days=END_DAYS[-1])))
    under_way = Application.objects.filter(status__in=Application.OPEN_SENT)
    for organization in soon.exclude(applications__in=under_way).iterator(BATCH):
        left = ((organization.qualified_until or day) - day).days
        if left < 0:
            standing.ended(organization)
        elif stage := next((days for days in END_DAYS if left <= days), None):
            standing.ends(organization, stage=stage, days=left)
        sent += 1
    return sent
