"""Qualification: from a sent application to a decision, with a clock that both sides see."""

from collections.abc import Sequence
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
from orgs import clock, documents, facts, matches, registration
from orgs.attachments import attach
from orgs.contents import Contents
from orgs.days import today, written_moment
from orgs.emails import applications as emails
from orgs.holidays import holidays_of
from orgs.models import Application, Document, Inquiry, Membership, NewBudget, Organization

Status = Application.Status
REVIEW_DAYS = 10  # business days from sending to the decision
MONTHS = 24  # how long a qualification lasts


def begin(organization: Organization, kind: Application.Kind, *, by: User) -> Application:
    """A draft for an organization that its caller has locked, and that has nothing open."""
    application = Application.objects.create(organization=organization, kind=kind, started_by=by)
    record(application, "application.started", by=by, kind=kind)
    return application


@transaction.atomic
def submit(pk: int, *, by: User) -> Application:
    """Send a draft in; sending twice is sending once.

    Raises ValidationError with everything that a first application still lacks; who renews or
    appeals is known already.
    """
    application = Application.objects.lock(pk=pk)
    if not application.is_draft:
        return application
    # Nobody takes a paper away between this check and the commit, nor closes the organization.
    organization = Organization.objects.lock(pk=application.organization_id)
    if organization.closed_on:
        raise ValidationError(_("This organization is closed: nothing can be sent."), "closed")
    is_first = application.kind == Application.Kind.FIRST
    if lacking := registration.lacks(organization) if is_first else []:
        raise ValidationError([ValidationError(str(r.text), r.code) for r in lacking])
    move(
        application,
        Status.SUBMITTED,
        by=by,
        submitted_at=timezone.now(),
        submitted_by=by,
        due_on=due_date(application.organization, today()),
    )
    matches.look(application.organization)
    emails.received(application)
    return application


def due_date(organization: Organization, start: date) -> date:
    """Ten business days later, in the organization's province."""
    return clock.due(start, REVIEW_DAYS, _holidays(organization, start, start))


def _holidays(organization: Organization, first: date, last: date) -> frozenset[date]:
    """Of every year that a clock may pass which runs from `first`, or goes on from `last`."""
    return holidays_of(organization.province, range(first.year, last.year + 2))


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
def release(pk: int, *, by: User) -> Application:
    """Give back to all what one reviews; the clock runs on.

    Raises ValidationError when somebody else reviews it.
    """
    application = lock_open(pk)
    if application.claimed_by_id != by.pk:
        raise ValidationError(_("You do not review this application."), "not_yours")
    record(application, "application.released", by=by)
    Application.objects.filter(pk=pk).update(claimed_by=None)
    return application


@transaction.atomic
def assign(pk: int, *, to: User, by: User) -> Application:
    """Give an application to a colleague.

    Raises ValidationError when that person may not decide.
    """
    application = lock_open(pk)
    if not (to.is_active and to.is_staff and to.has_perm("orgs.change_application")):
        text = _("%(person)s does not work on applications.")
        raise ValidationError(text, "not_staff", {"person": to})
    if application.status == Status.SUBMITTED:
        move(application, Status.IN_REVIEW, by=by, note=str(to), claimed_by=to)
    elif application.claimed_by_id != to.pk:
        record(application, "application.assigned", by=by, note=str(to), to=to.pk)
        Application.objects.filter(pk=pk).update(claimed_by=to)
    return application


@transaction.atomic
def check(pk: int, *, by: User, done: list[str]) -> Application:
    """Keep which points of the checklist are ticked; what changed is written down."""
    application = lock_open(pk)
    if application.checklist.get("done", []) != done:
        application.checklist = {"done": done}
        application.save(update_fields=["checklist"])
        record(application, "application.checked", by=by, done=done)
    return application


@transaction.atomic
def note(pk: int, *, by: User, text: str) -> None:
    """Write a note for colleagues into the history; the applicant never reads it."""
    record(Application.objects.lock(pk=pk), "application.note", by=by, note=text)


@transaction.atomic
def ask(pk: int, *, by: User, question: str, version: int) -> Inquiry:
    """Ask the applicant; the clock stands still until the answer."""
    application = lock_open(pk, version=version)
    if application.status != Status.INFO_NEEDED:
        move(application, Status.INFO_NEEDED, by=by, note=question, waiting_since=today())
    inquiry = Inquiry.objects.create(application=application, question=question, asked_by=by)
    bump(application)
    emails.question(inquiry)
    return inquiry


@transaction.atomic
def answer(
    inquiry: Inquiry, *, by: User, text: str, files: Sequence[Contents] = (), kind: str = ""
) -> Application:
    """The applicant's answer, with the documents that belong to it (`kind` of `Document.Kind`).

    When no question is open any more, the clock goes on. Raises ValidationError when it is
    answered or the application decided, and with what is wrong with the documents.
    """
    application = Application.objects.lock(pk=inquiry.application_id)
    if application.is_decided:
        refusal = _("Our staff have decided on this application: an answer changes nothing now.")
        raise ValidationError(refusal, "decided")
    inquiry = Inquiry.objects.get(pk=inquiry.pk)  # as it is under the lock
    if inquiry.answered_at is not None:
        raise ValidationError(_("This question has been answered already."), "answered")
    # The last thing that can be refused: no file is kept for nothing.
    attach(inquiry, files, kind=kind or Document.Kind.OTHER, by=by)
    inquiry.answer, inquiry.answered_by, inquiry.answered_at = text, by, timezone.now()
    inquiry.save(update_fields=["answer", "answered_by", "answered_at"])
    is_last = not application.inquiries.filter(answered_at=None).exists()
    if is_last and application.status == Status.INFO_NEEDED:
        move(application, Status.IN_REVIEW, by=by, **_going_on(application))
    bump(application)
    return application


def _going_on(application: Application) -> dict[str, Any]:
    """The due date put off by as long as the applicant was awaited."""
    return {"waiting_since": None, "due_on": due_if_answered(application)}


def due_if_answered(application: Application) -> date | None:
    """When it would be due if the clock went on today; as it is while the clock runs."""
    if application.due_on is None or application.waiting_since is None:
        return application.due_on
    return clock.resumed(
        application.due_on,
        paused_on=application.waiting_since,
        resumed_on=today(),
        holidays=_holidays(application.organization, application.waiting_since, today()),
    )


@transaction.atomic
def qualify(pk: int, *, by: User, version: int) -> Application:
    """Qualify the applicant for 24 months from today, or from the end of an unbroken time."""
    application = lock_open(pk, version=version)
    if application.status == Status.INFO_NEEDED:
        text = _("The applicant has not answered yet: wait for the answer, or decline.")
        raise ValidationError(text, "waiting")
    _refuse_judge(application, by=by)
    organization = Organization.objects.lock(pk=application.organization_id)
    _refuse_unchecked(organization)
    now = timezone.now()
    move(application, Status.QUALIFIED, by=by, **_decided(by, now))
    organization.qualified_since, organization.qualified_until = term(organization, today())
    organization.suspended_on = None
    organization.save(update_fields=["qualified_since", "qualified_until", "suspended_on"])
    _put_in_force(application, organization, by=by)
    application.organization = organization
    emails.qualified(application)
    return application


def _put_in_force(application: Application, organization: Organization, *, by: User) -> None:
    """The budget that a renewal declared, if it declared another one."""
    declared = NewBudget.objects.filter(application=application).first()
    if declared is None:
        return
    new = {name: getattr(declared, name) for name in NewBudget.DECLARED}
    changed = [name for name in NewBudget.DECLARED if getattr(organization, name) != new[name]]
    for name in changed:
        setattr(organization, name, new[name])
    if changed:
        organization.save(update_fields=changed)
        facts.declare(organization, ["budget"], by=application.submitted_by or by)
        record(organization, "organization.changed", by=by, fields=changed, renewal=application.pk)


def term(organization: Organization, start: date) -> tuple[date, date]:
    """First and last day once qualified on `start`; an unbroken qualification goes on from its end.

    It is unbroken when its last day is the eve of `start`: no day is missing between the two.
    """
    since, until = organization.qualified_since, organization.qualified_until
    is_unbroken = any(organization.is_qualified(day) for day in (start, start - clock.DAY))
    if is_unbroken and since and until:
        return since, clock.add_months(until, MONTHS)
    return start, clock.add_months(start, MONTHS)


@transaction.atomic
def decline(pk: int, *, by: User, version: int, reason: str) -> Application:
    """Do not qualify, with the reason that the applicant reads."""
    application = lock_open(pk, version=version)
    _refuse_judge(application, by=by)
    changes = _decided(by, timezone.now()) | {"reason": reason}
    move(application, Status.DECLINED, by=by, note=reason, **changes)
    emails.declined(application)
    return application


def _decided(by: User, now: datetime) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": now, "waiting_since": None}


def _refuse_judge(application: Application, *, by: User) -> None:
    """Nobody decides about an organization they belong to, nor twice about the same."""
    appealed = application.previous
    if appealed is not None and appealed.decided_by_id == by.pk:
        text = _("You decided what is appealed here: a colleague has to look at it.")
        raise ValidationError(text, "same")
    if Membership.objects.of(by).filter(organization=application.organization_id).exists():
        text = _("You are a member of this organization: a colleague has to decide.")
        raise ValidationError(text, "own")


def _refuse_unchecked(organization: Organization) -> None:
    """Nobody is qualified on a paper that the scanner has not seen, or that it refused."""
    if papers := documents.unsettled(organization):
        text = _(
            "These documents are not checked for viruses, or have to be sent again: %(names)s."
        )
        names = ", ".join(paper.name for paper in papers)
        raise ValidationError(text, "unchecked", {"names": names})


def lock_open(pk: int, *, version: int | None = None) -> Application:
    """An undecided application, locked, as the reviewer saw it.

    Raises ValidationError naming who decided and when, or that it changed meanwhile.
    """
    application = Application.objects.lock(pk=pk)
    if application.is_decided:
        text = _("%(person)s decided this application on %(at)s: %(decision)s.")
        params = {
            "person": application.decided_by,
            "at": written_moment(application.decided_at),
            "decision": application.get_status_display(),
        }
        raise ValidationError(text, "decided", params)
    if application.status not in Application.OPEN_SENT:
        raise ValidationError(
            _("The applicant has not sent this application yet, or has taken it back."), "draft"
        )
    if version is not None and application.version != version:
        text = _("The application has changed since you opened it. Look at it again, then decide.")
        raise ValidationError(text, "changed")
    return application


def bump(application: Application) -> None:
    """What a reviewer has on the screen is out of date now."""
    Application.objects.filter(pk=application.pk).update(version=F("version") + 1)
