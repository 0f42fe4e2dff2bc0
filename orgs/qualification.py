"""Qualification: from a sent application to a decision, with a clock that both sides see."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import clock, emails, registration
from orgs.days import today
from orgs.holidays import holidays_of
from orgs.models import Application, Inquiry, Membership, Organization

Status = Application.Status
REVIEW_DAYS = 10  # business days from sending to the decision
MONTHS = 24  # how long a qualification lasts
OPEN = (Status.SUBMITTED, Status.IN_REVIEW, Status.INFO_NEEDED)


@transaction.atomic
def submit(pk: int, *, by: User) -> Application:
    """Send a draft in; sending twice is sending once.

    Raises ValidationError with everything that is still missing.
    """
    application = Application.objects.lock(pk=pk)
    if application.status != Status.DRAFT:
        return application
    # Nobody takes a paper away between this check and the commit.
    if lacking := registration.lacks(Organization.objects.lock(pk=application.organization_id)):
        raise ValidationError([ValidationError(str(r.text), r.code) for r in lacking])
    move(
        application,
        Status.SUBMITTED,
        by=by,
        submitted_at=timezone.now(),
        submitted_by=by,
        due_on=due_date(application.organization, today()),
    )
    emails.received(application)
    return application


def due_date(organization: Organization, start: date) -> date:
    """Ten business days later, in the organization's province."""
    return clock.due(start, REVIEW_DAYS, _holidays(organization, start))


def _holidays(organization: Organization, day: date) -> frozenset[date]:
    return holidays_of(organization.province, [day.year, day.year + 1])


@transaction.atomic
def claim(pk: int, *, by: User) -> Application:
    """Take an application to review it; a colleague's claim is taken over, and both are written."""
    application = lock_open(pk)
    if application.status == Status.SUBMITTED:
        move(application, Status.IN_REVIEW, by=by, claimed_by=by)
    else:
        record(application, "application.claimed", by=by)
        Application.objects.filter(pk=pk).update(claimed_by=by)
    return application


@transaction.atomic
def ask(pk: int, *, by: User, question: str, version: int) -> Inquiry:
    """Ask the applicant; the clock stands still until the answer."""
    application = lock_open(pk, version=version)
    if application.status != Status.INFO_NEEDED:
        move(application, Status.INFO_NEEDED, by=by, note=question, waiting_since=today())
    inquiry = Inquiry.objects.create(application=application, question=question, asked_by=by)
    _bump(application)
    emails.question(inquiry)
    return inquiry


@transaction.atomic
def answer(inquiry: Inquiry, *, by: User, text: str) -> Application:
    """The applicant's answer; when no question is open any more, the clock goes on."""
    application = Application.objects.lock(pk=inquiry.application_id)
    now = timezone.now()
    written = Inquiry.objects.filter(pk=inquiry.pk, answered_at=None).update(
        answer=text, answered_by=by, answered_at=now
    )
    if not written:
        raise ValidationError(_("This question has been answered already."), "answered")
    is_last = not application.inquiries.filter(answered_at=None).exists()
    if is_last and application.status == Status.INFO_NEEDED:
        move(application, Status.IN_REVIEW, by=by, **_going_on(application))
    _bump(application)
    return application


def _going_on(application: Application) -> dict[str, Any]:
    """The due date put off by as long as the applicant was awaited."""
    changes: dict[str, Any] = {"waiting_since": None}
    if application.due_on and application.waiting_since:
        changes["due_on"] = clock.resumed(
            application.due_on,
            paused_on=application.waiting_since,
            resumed_on=today(),
            holidays=_holidays(application.organization, application.waiting_since),
        )
    return changes


@transaction.atomic
def qualify(pk: int, *, by: User, version: int, note: str = "") -> Application:
    """Qualify the applicant for 24 months from today, or from the end of an unbroken time."""
    application = lock_open(pk, version=version)
    if application.status == Status.INFO_NEEDED:
        text = _("The applicant has not answered yet: wait for the answer, or decline.")
        raise ValidationError(text, "waiting")
    _refuse_own(application, by=by)
    organization = Organization.objects.lock(pk=application.organization_id)
    now = timezone.now()
    move(application, Status.QUALIFIED, by=by, note=note, **_decided(by, now))
    start = today()
    is_unbroken = organization.is_qualified(start)
    begin = organization.qualified_until if is_unbroken else start
    organization.qualified_since = organization.qualified_since if is_unbroken else start
    organization.qualified_until = clock.add_months(begin or start, MONTHS)
    organization.suspended_on = None
    organization.save(update_fields=["qualified_since", "qualified_until", "suspended_on"])
    application.organization = organization
    emails.qualified(application)
    return application


@transaction.atomic
def decline(pk: int, *, by: User, version: int, reason: str) -> Application:
    """Do not qualify, with the reason that the applicant reads."""
    application = lock_open(pk, version=version)
    _refuse_own(application, by=by)
    changes = _decided(by, timezone.now()) | {"reason": reason}
    move(application, Status.DECLINED, by=by, note=reason, **changes)
    emails.declined(application)
    return application


def _decided(by: User, now: datetime) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": now, "waiting_since": None}


def _refuse_own(application: Application, *, by: User) -> None:
    """Nobody decides about an organization they belong to."""
    if Membership.objects.of(by).filter(organization=application.organization_id).exists():
        text = _("You are a member of this organization: a colleague has to decide.")
        raise ValidationError(text, "own")


def lock_open(pk: int, *, version: int | None = None) -> Application:
    """An undecided application, locked, as the reviewer saw it.

    Raises ValidationError naming who decided and when, or that it changed meanwhile.
    """
    application = Application.objects.lock(pk=pk)
    if application.is_decided:
        text = _("%(person)s decided this application on %(at)s: %(decision)s.")
        params = {
            "person": application.decided_by,
            "at": timezone.localtime(application.decided_at).strftime("%Y-%m-%d %H:%M"),
            "decision": application.get_status_display(),
        }
        raise ValidationError(text, "decided", params)
    if application.status not in OPEN:
        raise ValidationError(_("This application has not been sent yet."), "draft")
    if version is not None and application.version != version:
        text = _("The application has changed since you opened it. Look at it again, then decide.")
        raise ValidationError(text, "changed")
    return application


def _bump(application: Application) -> None:
    """What a reviewer has on the screen is out of date now."""
    Application.objects.filter(pk=application.pk).update(version=F("version") + 1)
