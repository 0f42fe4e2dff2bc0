"""Drafts: kept for 90 days after they were last saved, then put away; nobody is surprised."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import Entry, record
from audit.moves import move
from orgs import documents, identity
from orgs.days import day_of, today
from orgs.emails import applications as emails
from orgs.models import Application, Organization
from orgs.models.application import DRAFT_KEPT
from orgs.registration import is_taken

BACK = timedelta(days=30)  # so long a draft that was put away can be taken up again
LAST_CALL = 85  # days without being saved
WAITS = (60, 7)
NUMBERS = ("bn", "neq", "corporation_number")
FREED = "application.numbers_freed"
Status = Application.Status


def ends_at(draft: Application) -> datetime:
    """When a draft is put away unless it is saved again; of one put away, when it is gone."""
    return draft.kept_until if draft.is_draft else draft.saved_at + BACK


def can_be_taken_up(application: Application | None) -> bool:
    """Whether this is a draft that was put away less than 30 days ago."""
    is_put_away = application is not None and application.status == Status.PUT_AWAY
    return bool(application and is_put_away and ends_at(application) > timezone.now())


@transaction.atomic
def discard(pk: int, *, by: Any) -> Application:
    """Put a draft away; `by` None when its time is over. Twice is once.

    An organization that never sent anything is closed with it, and its numbers are free for
    others. Raises ValidationError once the application was sent.
    """
    draft = Application.objects.lock(pk=pk)
    organization = Organization.objects.lock(pk=draft.organization_id)
    if draft.status == Status.PUT_AWAY:
        return draft
    if not draft.is_draft:
        text = _("This application has been sent: it cannot be thrown away.")
        raise ValidationError(text, "sent")
    move(draft, Status.PUT_AWAY, by=by, saved_at=timezone.now())
    if _is_first(draft):
        record(draft, FREED, by=by, **{name: getattr(organization, name) for name in NUMBERS})
        _close(organization, by=by)
    return draft


@transaction.atomic
def take_up(pk: int, *, by: User) -> Application:
    """Bring a draft back that was put away, with its papers, and the numbers that are still free.

    Raises ValidationError when it is gone, or another application is under way.
    """
    draft = Application.objects.lock(pk=pk)
    organization = Organization.objects.lock(pk=draft.organization_id)
    if draft.is_draft:
        return draft
    if not can_be_taken_up(draft):
        raise ValidationError(_("This draft is gone: begin a new one."), "gone")
    if Application.objects.of(organization).open().exists():
        text = _("Another application of this organization is under way.")
        raise ValidationError(text, "under_way")
    move(draft, Status.DRAFT, by=by, saved_at=timezone.now())
    if organization.closed_on and _is_first(draft):
        _open(organization, draft, by=by)
    return draft


def sweep() -> int:
    """What each night does with drafts: remind, put away, clear. Returns how many it dealt with."""
    return remind() + put_away() + clear()


def remind() -> int:
    """Of drafts that nobody saved for 7, 60 and 85 days; once a stage."""
    now, sent = timezone.now(), 0
    idle = Application.objects.filter(status=Status.DRAFT, saved_at__gt=now - DRAFT_KEPT)
    idle = idle.filter(saved_at__lte=now - timedelta(days=min(WAITS)))
    for draft in idle.select_related("organization").iterator(chunk_size=500):
        days = (today() - day_of(draft.saved_at)).days
        if days >= LAST_CALL:
            emails.draft_ends(draft, on=ends_at(draft))
        elif stage := next((stage for stage in WAITS if days >= stage), None):
            emails.draft_waits(draft, days=stage, until=ends_at(draft))
        sent += 1
    return sent


def put_away() -> int:
    """Drafts that were not saved for 90 days."""
    ended = Application.objects.filter(
        status=Status.DRAFT, saved_at__lte=timezone.now() - DRAFT_KEPT
    ).values_list("pk", flat=True)
    for pk in list(ended):
        with transaction.atomic():
            draft = Application.objects.lock(pk=pk)  # saved meanwhile, it stays
            if draft.is_draft and ends_at(draft) <= timezone.now():
                discard(pk, by=None)
    return len(ended)


def clear() -> int:
    """Destroy what nobody can take up again: papers and memberships of what was never sent."""
    gone = Application.objects.filter(
        status=Status.PUT_AWAY,
        saved_at__lte=timezone.now() - BACK,
        organization__memberships__isnull=False,
        organization__closed_on__isnull=False,
    )
    cleared = 0
    for pk in set(gone.values_list("pk", flat=True)):
        with transaction.atomic():
            draft = Application.objects.lock(pk=pk)
            organization = Organization.objects.lock(pk=draft.organization_id)
            is_kept = draft.status != Status.PUT_AWAY or not _is_first(draft)
            if is_kept or not organization.memberships.exists():
                continue
            for document in organization.documents.all():
                documents.destroy(document)
            organization.memberships.all().delete()
            record(draft, "application.cleared", by=None)
            cleared += 1
    return cleared


def _is_first(draft: Application) -> bool:
    """Whether the organization has nothing but this draft."""
    return not Application.objects.of(draft.organization).exclude(pk=draft.pk).exists()


def _close(organization: Organization, *, by: Any) -> None:
    for name in NUMBERS:
        setattr(organization, name, "")
    organization.closed_on = today()
    organization.save(update_fields=[*NUMBERS, "closed_on"])
    identity.index(organization)
    record(organization, "organization.closed", by=by, put_away=True)


def _open(organization: Organization, draft: Application, *, by: User) -> None:
    freed = Entry.objects.about(draft).filter(action=FREED).first()
    for name in NUMBERS:
        number = freed.data.get(name, "") if freed else ""
        if number and not is_taken(name, number, by=organization):
            setattr(organization, name, number)
    organization.closed_on = None
    try:
        with transaction.atomic():
            organization.save(update_fields=[*NUMBERS, "closed_on"])
    except IntegrityError:  # somebody took a number at this very moment
        organization.save(update_fields=["closed_on"])
        organization.refresh_from_db()
    identity.index(organization)
    record(organization, "organization.reopened", by=by)
