"""Claims: from six facts about an organization on file to a membership, or a reason why not."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import clock, drafts
from orgs.days import today, written_moment
from orgs.emails import claims as emails
from orgs.holidays import holidays_of
from orgs.models import Application, Claim, Match, Membership, Organization, Role, Voice
from orgs.models.membership import ADMINISTRATION

Status = Claim.Status
ANSWER_DAYS = 3  # business days
FACTS = (
    "names",
    "former_names",
    "address",
    "former_addresses",
    "numbers",
    "email",
    "words",
)


@transaction.atomic
def file(draft: Organization, *, by: User, facts: Mapping[str, str]) -> Claim:
    """Ask staff for the organization that a draft looks like; its administrators are told at once.

    Filing twice is filing once. Raises ValidationError when nothing on file looks like it.
    """
    draft = Organization.objects.lock(pk=draft.pk)
    if there := Claim.objects.of(draft).open().first():
        return there
    match = Match.objects.of(draft).undecided().first()
    if match is None:
        text = _("Nothing on file looks like your organization: go on with your registration.")
        raise ValidationError(text, "no_match")
    claim = Claim.objects.create(
        draft=draft,
        organization=match.other(draft),
        filed_by=by,
        due_on=due_date(draft, today()),
        **{name: facts.get(name, "") for name in FACTS},
    )
    record(claim, "claim.filed", by=by)
    emails.filed(claim)
    emails.asked_for(claim)
    return claim


def due_date(draft: Organization, start: date) -> date:
    """Three business days later, in the province that the claimant gave."""
    holidays = holidays_of(draft.province, (start.year, start.year + 1))
    return clock.due(start, ANSWER_DAYS, holidays)


@transaction.atomic
def withdraw(pk: int, *, by: User) -> Claim:
    """The claimant takes the claim back; twice is once."""
    claim = Claim.objects.lock(pk=pk)
    if claim.is_open:
        move(claim, Status.WITHDRAWN, by=by, decided_by=by, decided_at=timezone.now())
    return claim


@transaction.atomic
def speak(claim: Claim, *, by: User, is_objection: bool, words: str) -> Voice:
    """What an administrator of the organization says; a second answer takes the first's place.

    Raises ValidationError when the claim was decided.
    """
    claim = lock_open(claim.pk)
    voice, _is_new = Voice.objects.update_or_create(
        claim=claim,
        by=by,
        defaults={"is_objection": is_objection, "words": words, "at": timezone.now()},
    )
    record(claim, "claim.objected" if is_objection else "claim.vouched", by=by, note=words)
    return voice


@transaction.atomic
def point(pk: int, *, to: Organization, by: User) -> Claim:
    """Staff find that a claim is about another organization, whose administrators are told now.

    Raises ValidationError when the claim was decided, or is the claimant's own draft.
    """
    claim = lock_open(pk)
    if to.pk == claim.draft_id:
        raise ValidationError(_("This is the claimant’s own draft."), "draft")
    if claim.organization_id != to.pk:
        was = claim.organization.number
        claim.organization = to
        claim.save(update_fields=["organization"])
        record(claim, "claim.pointed", by=by, was=was, now=to.number)
        emails.asked_for(claim)
    return claim


@transaction.atomic
def accept(pk: int, *, role: Role, by: User, reason: str = "") -> Claim:
    """Let the claimant in, with a role; their draft is put away.

    Raises ValidationError when somebody decided meanwhile, and when the reviewer is one of those
    concerned.
    """
    claim = Claim.objects.lock(pk=pk)
    pks = sorted({claim.draft_id, claim.organization_id})
    locked = {pk: Organization.objects.lock(pk=pk) for pk in pks}
    organization = locked[claim.organization_id]
    _refuse(claim, by=by)
    if organization.closed_on:
        text = _("This organization is closed: open it, or choose another.")
        raise ValidationError(text, "closed")
    if not organization.memberships.administrators().exists() and ADMINISTRATION not in role.grants:
        text = _("Nobody administers this organization: give the role of an administrator.")
        raise ValidationError(text, "administrator")
    Membership.objects.get_or_create(
        user=claim.filed_by, organization=organization, defaults={"role": role}
    )
    move(claim, Status.ACCEPTED, by=by, note=reason, role=role, **_decided(by, reason))
    _put_away(locked[claim.draft_id], by=by)
    emails.accepted(claim)
    emails.joined(claim)
    return claim


@transaction.atomic
def decline(pk: int, *, by: User, reason: str) -> Claim:
    """Do not let the claimant in, with the reason that they read."""
    claim = Claim.objects.lock(pk=pk)
    _refuse(claim, by=by)
    move(claim, Status.DECLINED, by=by, note=reason, **_decided(by, reason))
    emails.declined(claim)
    return claim


def _put_away(draft: Organization, *, by: User) -> None:
    """What the claimant began to register is not needed: it was another account all along."""
    rows = Application.objects.of(draft).filter(status=Application.Status.DRAFT)
    for pk in list(rows.values_list("pk", flat=True)):
        drafts.discard(pk, by=by)


def _decided(by: User, reason: str) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": timezone.now(), "reason": reason}


def _refuse(claim: Claim, *, by: User) -> None:
    """Whatever keeps this person from deciding this claim now."""
    lock_open(claim.pk)
    is_concerned = claim.filed_by_id == by.pk or (
        Membership.objects.filter(user=by, organization=claim.organization_id).exists()
    )
    if is_concerned:
        text = _("You are one of those concerned: a colleague has to decide.")
        raise ValidationError(text, "own")


def lock_open(pk: int) -> Claim:
    """A claim that waits, locked; raises ValidationError naming who decided, and when."""
    claim = Claim.objects.lock(pk=pk)
    if not claim.is_open:
        text = _("%(person)s answered this claim on %(at)s: %(decision)s.")
        params = {
            "person": claim.decided_by,
            "at": written_moment(claim.decided_at),
            "decision": claim.get_status_display(),
        }
        raise ValidationError(text, "decided", params)
    return claim
