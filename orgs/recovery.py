"""Recovery: proof, ten business days in which all known contacts may object, two of our staff."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import clamd, clock, contents, links
from orgs.contents import Contents
from orgs.days import today
from orgs.emails import recovery as emails
from orgs.granting import let_in
from orgs.holidays import holidays_of
from orgs.models import (
    Membership,
    Organization,
    Recovery,
    RecoveryNotice,
    RecoveryPaper,
    Role,
    Tenure,
)
from orgs.models.membership import ADMINISTRATION

Status = Recovery.Status
DAYS = 10  # business days in which contacts may object
MOST_PAPERS = 5
A_MONTH = 3  # recoveries that one person may ask for
OVER = _("This request is over: nothing can be changed any more.")


def examine(files: Sequence[UploadedFile], *, by: User) -> list[Contents]:
    """Look at the papers, and ask the virus scanner where there is one; before any transaction.

    Raises ValidationError with everything that is wrong with them.
    """
    return contents.examine_all(files, by=by, most=MOST_PAPERS, check=_scan)


def _scan(paper: Contents) -> None:
    if not settings.CLAMD_URL:
        return
    try:
        virus = clamd.scan(paper.data, url=settings.CLAMD_URL)
    except (clamd.NoAnswer, OSError) as error:
        text = _("We cannot check this file for viruses just now. Try again in a few minutes.")
        raise ValidationError(text, "no_scanner") from error
    if virus:
        text = _("Our virus scanner found something in this file. Send another copy.")
        raise ValidationError(text, "virus")


@transaction.atomic
def ask(
    organization: Organization | None,
    *,
    asked_for: str,
    title: str,
    words: str,
    papers: Sequence[Contents],
    by: User,
) -> Recovery:
    """Ask for an account; everybody whom we know of it is told, and may object.

    Raises ValidationError for its administrator, for who asked already or too often.
    """
    User.objects.select_for_update().get(pk=by.pk)  # counted one after the other
    mine = Recovery.objects.filter(claimant=by)
    if mine.open().filter(asked_for=asked_for).exists():
        raise ValidationError(_("You have asked for this account already."), "asked")
    if mine.filter(asked_at__gt=timezone.now() - timedelta(days=30)).count() >= A_MONTH:
        text = _("You have asked for %(most)s accounts in a month. Write to us.")
        raise ValidationError(text, "too_many", {"most": A_MONTH})
    if organization and _administers(by, organization):
        raise ValidationError(_("You administer this organization already."), "administrator")
    recovery = Recovery.objects.create(
        organization=organization,
        asked_for=asked_for,
        claimant=by,
        title=title,
        words=words,
        not_before=_deadline(organization),
    )
    for paper in papers:
        RecoveryPaper.objects.create(
            recovery=recovery,
            file=ContentFile(paper.data, name="file"),
            name=paper.name,
            content_type=paper.content_type,
            size=len(paper.data),
            sha256=paper.sha256,
        )
    record(recovery, "recovery.asked", by=by, note=words)
    emails.asked(recovery)
    if organization is not None:
        _notify(recovery, organization)
    return recovery


def _administers(user: User, organization: Organization) -> bool:
    return Membership.objects.of(user).administrators().filter(organization=organization).exists()


def _deadline(organization: Organization | None) -> Any:
    province = (organization.province if organization else "") or "ON"
    start = today()
    return clock.due(start, DAYS, holidays_of(province, (start.year, start.year + 1)))


def contacts(organization: Organization, *, but: User) -> dict[str, str]:
    """Every address we know of an organization, with its language: {address: language}."""
    found = {}
    if organization.email:
        found[organization.email.lower()] = organization.language
    for tenure in Tenure.objects.former_administrators(organization):
        found[tenure.user.email.lower()] = tenure.user.language
    for membership in organization.memberships.select_related("user"):
        found[membership.user.email.lower()] = membership.user.language
    found.pop(but.email.lower(), None)
    return found


def _notify(recovery: Recovery, organization: Organization) -> None:
    for email, language in contacts(organization, but=recovery.claimant).items():
        secret = links.make()
        notice = RecoveryNotice.objects.create(
            recovery=recovery, email=email, language=language, digest=links.digest(secret)
        )
        emails.notice(notice, secret=secret)


def by_secret(secret: str) -> RecoveryNotice | None:
    """The notice whose link this is, in whatever state its recovery is."""
    rows = RecoveryNotice.objects.select_related("recovery__organization", "recovery__claimant")
    return rows.filter(digest=links.digest(secret)).first()


@transaction.atomic
def object_to(notice: RecoveryNotice, *, words: str) -> Recovery:
    """Stop it; again is once. Raises ValidationError when it is over."""
    recovery = _locked(notice.recovery_id)
    if recovery.status == Status.OBJECTED:
        return recovery
    if not recovery.is_open:
        raise ValidationError(OVER, "over")
    RecoveryNotice.objects.filter(pk=notice.pk).update(objected_at=timezone.now(), words=words)
    note = f"{notice.email}: {words}"
    move(recovery, Status.OBJECTED, by=None, note=note, ended_at=timezone.now())
    emails.objected(recovery)
    return recovery


@transaction.atomic
def approve(pk: int, *, by: User) -> Recovery:
    """One of our staff says yes; after the second, the claimant is an administrator.

    Raises ValidationError before the last day to object, when it is over, and for who is part of
    it or has approved already.
    """
    recovery = _locked(pk)
    if reasons := _against(recovery, by=by):
        raise ValidationError(reasons)
    now = timezone.now()
    if recovery.status == Status.NOTICE:
        move(recovery, Status.APPROVED_ONCE, by=by, first_by=by, first_at=now)
        return recovery
    organization = recovery.organization
    assert organization is not None  # noqa: S101  (asked by _against)
    _make_administrator(organization, recovery.claimant, by=by)
    move(recovery, Status.GRANTED, by=by, second_by=by, second_at=now, ended_at=now)
    emails.granted(recovery, contacts(organization, but=recovery.claimant))
    return recovery


def _against(recovery: Recovery, *, by: User) -> list[ValidationError]:
    reasons = []
    if not recovery.is_open:
        reasons.append(ValidationError(OVER, "over"))
    if recovery.organization is None:
        text = _("No organization has the number that was given: refuse, and say so.")
        reasons.append(ValidationError(text, "nobody"))
    if today() <= recovery.not_before:
        text = _("Those concerned may object until %(day)s. Approve after that day.")
        day = date_format(recovery.not_before, "DATE_FORMAT")
        reasons.append(ValidationError(text, "too_soon", {"day": day}))
    if recovery.first_by_id == by.pk:
        text = _("You have approved already: a colleague approves next.")
        reasons.append(ValidationError(text, "same"))
    is_member = Membership.objects.of(by).filter(organization=recovery.organization).exists()
    if recovery.claimant_id == by.pk or (recovery.organization and is_member):
        text = _("You are part of this: two colleagues have to decide.")
        reasons.append(ValidationError(text, "own"))
    return reasons


def _make_administrator(organization: Organization, user: User, *, by: User) -> None:
    role = Role.objects.get(code="owner", organization=None)
    membership = organization.memberships.select_related("role").filter(user=user).first()
    if membership is None:
        let_in(organization, user, role=role, by=by)
    elif ADMINISTRATION not in membership.role.grants:
        membership.role = role
        membership.save(update_fields=["role"])
        record(organization, "member.role_changed", by=by, note="recovery", person=user.pk)


@transaction.atomic
def refuse(pk: int, *, reason: str, by: User) -> Recovery:
    """Say no, with the reason that the claimant reads. Raises ValidationError when it is over."""
    recovery = _locked(pk)
    if not recovery.is_open:
        raise ValidationError(OVER, "over")
    now = timezone.now()
    move(recovery, Status.REFUSED, by=by, note=reason, reason=reason, ended_at=now)
    emails.refused(recovery)
    return recovery


@transaction.atomic
def withdraw(pk: int, *, by: User) -> Recovery:
    """The claimant takes it back; again is once. Raises Recovery.DoesNotExist."""
    recovery = _locked(Recovery.objects.get(pk=pk, claimant=by).pk)
    if recovery.is_open:
        move(recovery, Status.WITHDRAWN, by=by, ended_at=timezone.now())
    return recovery


def _locked(pk: int) -> Recovery:
    """Organization first, as everywhere."""
    organization_pk = Recovery.objects.values_list("organization", flat=True).get(pk=pk)
    organization = Organization.objects.lock(pk=organization_pk) if organization_pk else None
    recovery = Recovery.objects.lock(pk=pk)
    recovery.organization = organization
    return recovery
