"""Overrides: one of the staff asks that a program be open to an organization, another grants it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from catalog import emails
from catalog.models import Override, Program
from orgs.days import today
from orgs.models import Organization

Status = Override.Status


@transaction.atomic
def ask(
    organization: Organization,
    program: Program,
    *,
    from_on: date,
    until_on: date,
    reason: str,
    by: User,
) -> Override:
    """The first of two people: it opens nothing yet. Raises ValidationError with every reason."""
    Organization.objects.lock(pk=organization.pk)
    override = Override(
        organization=organization,
        program=program,
        from_on=from_on,
        until_on=until_on,
        reason=reason.strip(),
        asked_by=by,
    )
    override.full_clean()
    if until_on < today():
        raise ValidationError({"until_on": _("This day is past: choose a later one.")})
    override.save()
    record(override, "override.asked", by=by, note=reason, program=program.slug)
    return override


@transaction.atomic
def grant(pk: int, *, by: User) -> Override:
    """The second of two people opens the program, and the organization is told.

    Raises ValidationError for who asked, and when it is decided or past.
    """
    override = _locked(pk)
    reasons = []
    if override.status != Status.ASKED:
        reasons.append(ValidationError(_("This is decided already."), "decided"))
    if override.asked_by_id == by.pk:
        text = _("You asked for this exception: a colleague grants it.")
        reasons.append(ValidationError(text, "same_person"))
    if override.until_on < today():
        text = _("Its last day is past: ask for a new one.")
        reasons.append(ValidationError(text, "past"))
    if reasons:
        raise ValidationError(reasons)
    move(override, Status.GRANTED, by=by, decided_by=by, decided_at=timezone.now())
    record(
        override.organization,
        "organization.exception_granted",
        by=by,
        program=override.program.slug,
        until=str(override.until_on),
    )
    emails.override_granted(override)
    return override


@transaction.atomic
def refuse(pk: int, *, by: User, reason: str) -> Override:
    """It opens nothing. Who asked may take it back so. Raises ValidationError when decided."""
    override = _locked(pk)
    if override.status != Status.ASKED:
        raise ValidationError(_("This is decided already."), "decided")
    changes = {"decided_by": by, "decided_at": timezone.now()}
    move(override, Status.REFUSED, by=by, note=reason, **changes)
    return override


@transaction.atomic
def end(pk: int, *, by: User, reason: str) -> Override:
    """End a granted one early; orders that were placed by it stay. Raises ValidationError."""
    override = _locked(pk)
    if override.status != Status.GRANTED:
        raise ValidationError(_("Only what is granted can be ended."), "not_granted")
    move(override, Status.ENDED, by=by, note=reason)
    record(
        override.organization,
        "organization.exception_ended",
        by=by,
        note=reason,
        program=override.program.slug,
    )
    emails.override_ended(override)
    return override


def _locked(pk: int) -> Override:
    # The organization first: no order is placed by it meanwhile.
    organization = Override.objects.values_list("organization_id", flat=True).get(pk=pk)
    Organization.objects.lock(pk=organization)
    return Override.objects.lock(pk=pk)
