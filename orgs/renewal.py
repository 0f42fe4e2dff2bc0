"""Renewal: before its qualification ends, or after, an organization confirms its facts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs import qualification, statements, thread
from orgs.attachments import attach
from orgs.contents import Contents
from orgs.days import today
from orgs.models import Application, Document, NewBudget, Organization, Standing
from orgs.models.organization import RENEWAL_TIME
from orgs.registration import ChangedMeanwhile

RENEWABLE = {Standing.RENEWAL_DUE, Standing.LAPSED}


def is_open(organization: Organization, newest: Application | None, *, on: date) -> bool:
    """Whether a renewal can be begun: from 60 days before the end, and while nothing is open."""
    is_free = newest is None or newest.is_over
    return is_free and organization.standing(on) in RENEWABLE


def opens_on(organization: Organization) -> date | None:
    """The first day on which it can be renewed; None when it never was qualified."""
    until = organization.qualified_until
    return until - RENEWAL_TIME if until else None


@transaction.atomic
def save(
    organization: Organization,
    *,
    by: User,
    version: int,
    words: str = "",
    budget: Mapping[str, Any],
    files: Sequence[Contents] = (),
) -> Application:
    """Keep what was typed as the draft of a renewal, which is begun when there is none.

    `budget` has the fields of `NewBudget`. Raises ChangedMeanwhile when another tab saved or sent
    it before, and ValidationError while it is not time, or another application is under way.
    """
    draft = _draft(organization, by=by, version=version)
    Application.objects.filter(pk=draft.pk).update(
        words=words, version=F("version") + 1, saved_at=timezone.now()
    )
    NewBudget.objects.update_or_create(application=draft, defaults=dict(budget))
    record(draft, "application.saved", by=by)
    attach(draft, files, kind=Document.Kind.STATEMENTS, by=by)
    return Application.objects.get(pk=draft.pk)


def _draft(organization: Organization, *, by: User, version: int) -> Application:
    """The renewal that is being filled in, locked; version 0 has not been begun."""
    if version:
        draft = Application.objects.of(organization).filter(version=version)
        found = draft.filter(kind=Application.Kind.RENEWAL).select_for_update().first()
        if found is None or not found.is_draft:
            raise ChangedMeanwhile
        return found
    organization = Organization.objects.lock(pk=organization.pk)
    newest = Application.objects.of(organization).newest()
    if newest and newest.kind == Application.Kind.RENEWAL and not newest.is_over:
        raise ChangedMeanwhile
    if not is_open(organization, newest, on=today()):
        text = _("The qualification of this organization cannot be renewed now.")
        raise ValidationError(text, "not_now")
    return qualification.begin(organization, Application.Kind.RENEWAL, by=by)


@transaction.atomic
def send(draft: Application, *, by: User) -> Application:
    """Confirm the facts on file and send the renewal in; sending twice is sending once."""
    draft = Application.objects.lock(pk=draft.pk)
    if draft.is_draft:
        statement = {"statement": str(statements.RENEWAL), "version": statements.RENEWAL_VERSION}
        record(draft, "application.confirmed", by=by, note=thread.opening(draft), **statement)
    return qualification.submit(draft.pk, by=by)
