"""Deciding on a change: staff take a request, ask, approve what the file shall say, or decline."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import facts, identity
from orgs.changes import NUMBERS, Status, bump, current, lock_open, note
from orgs.days import today
from orgs.emails import changes as emails
from orgs.fieldclasses import LABELS
from orgs.models import (
    Activity,
    ChangeMessage,
    ChangeRequest,
    Document,
    Membership,
    Organization,
)
from orgs.models.organization import BN_ROOT, RENEWAL_TIME

STALE = _(
    "What is on file has changed since this request was sent, so it cannot be approved as it is. "
    "Ask, or decline and say what the file says now."
)


@transaction.atomic
def claim(pk: int, *, by: User) -> ChangeRequest:
    """Take a request to look at it; a colleague's claim is taken over, and both are written."""
    change = lock_open(pk)
    if change.claimed_by_id != by.pk:
        ChangeRequest.objects.filter(pk=pk).update(claimed_by=by)
        record(change, "changerequest.claimed", by=by)
    return change


@transaction.atomic
def ask(pk: int, *, by: User, question: str, version: int) -> ChangeRequest:
    """Ask the member; the clock stands still until the answer."""
    change = lock_open(pk, version=version)
    ChangeMessage.objects.create(request=change, by=by, is_staffs=True, text=question)
    if change.status == Status.INFO_NEEDED:
        record(change, "changerequest.info_needed", by=by, note=question)
    else:
        move(change, Status.INFO_NEEDED, by=by, note=question, waiting_since=today())
    bump(change)
    emails.asked(change, question=question, version=change.version)
    return change


@transaction.atomic
def approve(pk: int, *, by: User, version: int, renew: bool = False) -> ChangeRequest:
    """Write the new values into the file, with their history.

    `renew`: what the organization is has changed, so that its qualification ends in 60 days unless
    it is renewed. Raises ValidationError when the file changed meanwhile, or a number was taken.
    """
    change = lock_open(pk, version=version)
    if change.status == Status.INFO_NEEDED:
        text = _("The member has not answered yet: wait for the answer, or decline.")
        raise ValidationError(text, "waiting")
    _refuse_judge(change, by=by)
    if change.documents.filter(status=Document.Status.PENDING).exists():
        raise ValidationError(_("A paper is still being checked for viruses."), "unsettled")
    organization = change.organization
    if current(organization, change.about) != change.old:
        raise ValidationError(STALE, "stale")
    try:
        with transaction.atomic():
            write(organization, change)
    except IntegrityError as error:
        raise ValidationError(_taken_by(organization, change), "registered") from error
    _source(organization, change, by=by)
    if renew:
        _end_soon(organization)
    move(change, Status.APPROVED, by=by, **_decided(by))
    note(organization, change.old, change.new, by=by, request=change.pk)
    emails.approved(change, renew=renew)
    return change


def write(organization: Organization, change: ChangeRequest) -> None:
    """The new values; a name that is given up stays findable."""
    names = change.differing
    if "activities" in names:
        wanted = Activity.objects.filter(code__in=change.new["activities"])
        organization.activities.set(wanted)
    was = organization.legal_name
    columns = [name for name in names if name != "activities"]
    for name in columns:
        value = change.new[name]
        is_amount = name == "annual_budget" and value is not None
        setattr(organization, name, Decimal(value) if is_amount else value)
    if "legal_name" in columns and was and was not in organization.former_names:
        organization.former_names = [*organization.former_names, was]
        columns.append("former_names")
    if columns:
        organization.save(update_fields=columns)
        identity.index(organization)


def _source(organization: Organization, change: ChangeRequest, *, by: User) -> None:
    """The file now says this because of a paper, or of the member's word that staff believe."""
    names = facts.of_fields(change.differing)
    paper = Document.objects.served().filter(evidence__request=change).first()
    if paper is not None:
        facts.from_document(organization, names, document=paper, by=by)
    else:
        facts.declare(organization, names, by=change.sent_by)


def _taken_by(organization: Organization, change: ChangeRequest) -> str:
    """For staff, who may know: whose number it is."""
    names = [name for name in NUMBERS if change.new.get(name)]
    for name in names:
        start = change.new[name][:BN_ROOT] if name == "bn" else change.new[name]
        others = Organization.objects.exclude(pk=organization.pk)
        if other := others.filter(**{f"{name}__startswith": start}).first():
            text = _("%(label)s: organization %(number)s has it. Compare the two files first.")
            return str(text) % {"label": LABELS[name], "number": other.number}
    return str(_("Another organization has this number."))


def soonest_end(organization: Organization) -> date | None:
    """The last day of its qualification, when it has to be renewed within 60 days."""
    until = organization.qualified_until
    return min(until, today() + RENEWAL_TIME) if until else None


def _end_soon(organization: Organization) -> None:
    """It is due for renewal from today; what is not qualified has nothing that could end."""
    if organization.is_qualified(today()):
        organization.qualified_until = soonest_end(organization)
        organization.save(update_fields=["qualified_until"])


@transaction.atomic
def decline(pk: int, *, by: User, version: int, reason: str) -> ChangeRequest:
    """Leave the file as it is, with the reason that the member reads."""
    change = lock_open(pk, version=version)
    _refuse_judge(change, by=by)
    changes = _decided(by) | {"reason": reason, "waiting_since": None}
    move(change, Status.DECLINED, by=by, note=reason, **changes)
    emails.declined(change)
    return change


def _decided(by: User) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": timezone.now()}


def _refuse_judge(change: ChangeRequest, *, by: User) -> None:
    if Membership.objects.of(by).filter(organization=change.organization_id).exists():
        text = _("You are a member of this organization: a colleague has to decide.")
        raise ValidationError(text, "own")
