"""Invitations: an administrator invites an address; whoever owns it accepts or declines."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import links, rights
from orgs.capabilities import within
from orgs.emails import invitations as emails
from orgs.granting import administrator, let_in, refuse_too_much
from orgs.models import Invitation, Membership, Organization, Role
from orgs.models.invitation import in_two_weeks
from orgs.models.membership import ADMINISTRATION

Status = Invitation.Status
A_DAY = 20  # invitations that an organization may send
AGAIN_AFTER = timedelta(hours=1)
INVITED = _("%(email)s is invited already: send that invitation again.")
MOST = _("Your organization has sent %(most)s invitations in a day. Go on tomorrow.")
OVER = _("This invitation is over: ask the organization for another one.")


@transaction.atomic
def invite(
    organization: Organization, *, email: str, role: Role, language: str, words: str, by: User
) -> Invitation:
    """Invite an address for fourteen days.

    Raises ValidationError with every reason against it: a role that holds more than the person
    who invites, an address that is a member's or invited, twenty invitations in a day.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    held = administrator(organization, by=by)
    if reasons := list(_against(organization, email=email, role=role, held=held)):
        raise ValidationError(reasons)
    _write_off(organization)
    secret = links.make()
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organization=organization,
                email=email,
                role=role,
                language=language,
                words=words,
                digest=links.digest(secret),
                invited_by=by,
            )
    except IntegrityError as error:
        raise ValidationError(INVITED, "invited", {"email": email}) from error
    record(organization, "invitation.sent", by=by, to=email, role=role.code)
    emails.invited(invitation, secret=secret)
    return invitation


def _against(
    organization: Organization, *, email: str, role: Role, held: Membership
) -> Iterator[ValidationError]:
    try:
        refuse_too_much(role, held=held)
    except ValidationError as refusal:
        yield refusal
    if organization.memberships.filter(user__email__iexact=email).exists():
        text = _("%(email)s belongs to a member of this organization.")
        yield ValidationError(text, "member", {"email": email})
    if Invitation.objects.of(organization).open().filter(email__iexact=email).exists():
        yield ValidationError(INVITED, "invited", {"email": email})
    if _sent_today(organization) >= A_DAY:
        yield ValidationError(MOST, "too_many", {"most": A_DAY})


def _sent_today(organization: Organization) -> int:
    since = timezone.now() - timedelta(days=1)
    return Invitation.objects.of(organization).filter(sent_at__gt=since).count()


@transaction.atomic
def send_again(pk: int, *, organization: Organization, by: User) -> Invitation:
    """A new link for another fourteen days; the one sent before opens nothing any more.

    Raises Invitation.DoesNotExist, and ValidationError when it was answered or sent just now.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    held = administrator(organization, by=by)
    invitation = _of(organization, pk)
    refuse_too_much(invitation.role, held=held)
    if invitation.status != Status.OPEN:
        raise ValidationError(OVER, "over")
    if invitation.sent_at > timezone.now() - AGAIN_AFTER:
        text = _("It was sent less than an hour ago. Look into the spam folder first.")
        raise ValidationError(text, "too_soon")
    if _sent_today(organization) >= A_DAY:
        raise ValidationError(MOST, "too_many", {"most": A_DAY})
    secret = links.make()
    invitation.digest = links.digest(secret)
    invitation.sent_at, invitation.expires_at = timezone.now(), in_two_weeks()
    invitation.sendings += 1
    invitation.save(update_fields=["digest", "sent_at", "expires_at", "sendings"])
    record(organization, "invitation.sent_again", by=by, to=invitation.email)
    emails.invited(invitation, secret=secret)
    return invitation


@transaction.atomic
def call_back(pk: int, *, organization: Organization, by: User) -> Invitation:
    """End an invitation that nobody answered; again is once. Raises Invitation.DoesNotExist."""
    organization = Organization.objects.lock(pk=organization.pk)
    administrator(organization, by=by)
    invitation = _of(organization, pk)
    if invitation.status == Status.OPEN:
        move(invitation, Status.REVOKED, by=by, ended_at=timezone.now())
    return invitation


def call_back_of(membership: Membership) -> None:
    """End what somebody could not grant any more; the caller has locked the organization."""
    organization = membership.organization
    still = rights.held(membership.user, organization)
    sent = Invitation.objects.of(organization).filter(status=Status.OPEN)
    for invitation in sent.filter(invited_by=membership.user_id).select_related("role"):
        may = still is not None and still.may(ADMINISTRATION)
        if not (may and still and within(invitation.role.grants, still.to_give)):
            move(invitation, Status.REVOKED, by=None, ended_at=timezone.now())


def _of(organization: Organization, pk: int) -> Invitation:
    rows = Invitation.objects.of(organization).select_related("role", "organization")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def by_secret(secret: str) -> Invitation | None:
    """The invitation that a link opens, in whatever state; None when it opens nothing."""
    rows = Invitation.objects.select_related("organization", "role", "invited_by")
    return rows.filter(digest=links.digest(secret)).first()


def addresses(user: User) -> set[str]:
    """A person's confirmed addresses, in small letters."""
    rows = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)  # type: ignore[attr-defined]
    return {email.lower() for email in rows}


def waiting_for(user: User) -> list[Invitation]:
    """Open invitations to the person's confirmed addresses: the e-mail may have gone astray."""
    rows = Invitation.objects.open().select_related("organization", "role", "invited_by")
    lowered = rows.annotate(lowered=Lower("email"))
    return list(lowered.filter(lowered__in=addresses(user)))


@transaction.atomic
def accept(pk: int, *, by: User) -> Membership:
    """Join with the role of the invitation; accepting twice is joining once.

    Raises ValidationError when it is over, or was sent to an address that is not this person's.
    """
    invitation = _locked(pk)
    if invitation.status == Status.ACCEPTED and invitation.answered_by_id == by.pk:
        mine = Membership.objects.of(by).filter(organization=invitation.organization).first()
        if mine is not None:
            return mine
    _refuse(invitation, by=by)
    membership = let_in(invitation.organization, by, role=invitation.role, by=by)
    move(invitation, Status.ACCEPTED, by=by, ended_at=timezone.now(), answered_by=by)
    emails.answered(invitation)
    return membership


@transaction.atomic
def decline(pk: int, *, by: User) -> Invitation:
    """Say no; again is once. Raises ValidationError like `accept`."""
    invitation = _locked(pk)
    if invitation.status == Status.DECLINED and invitation.answered_by_id == by.pk:
        return invitation
    _refuse(invitation, by=by)
    move(invitation, Status.DECLINED, by=by, ended_at=timezone.now(), answered_by=by)
    emails.answered(invitation)
    return invitation


def _locked(pk: int) -> Invitation:
    """Organization first, as everywhere."""
    organization = Invitation.objects.get(pk=pk).organization_id
    locked = Organization.objects.lock(pk=organization)
    invitation = _of(locked, pk)
    invitation.organization = locked
    return invitation


def _refuse(invitation: Invitation, *, by: User) -> None:
    if not invitation.is_open or invitation.organization.closed_on:
        raise ValidationError(OVER, "over")
    if invitation.email.lower() not in addresses(by):
        raise PermissionDenied


def expire_due() -> int:
    """Write off what nobody answered in fourteen days, and tell who invited. Twice is once."""
    count = 0
    for pk in Invitation.objects.overdue().values_list("pk", flat=True):
        with transaction.atomic():
            invitation = _locked(pk)
            if invitation.status == Status.OPEN and not invitation.is_open:
                _expire(invitation)
                count += 1
    return count


def _write_off(organization: Organization) -> None:
    """An address whose invitation ran out can be invited again before the sweep has come by."""
    for invitation in Invitation.objects.of(organization).overdue():
        _expire(invitation)


def _expire(invitation: Invitation) -> None:
    move(invitation, Status.EXPIRED, by=None, ended_at=timezone.now())
    emails.expired(invitation)
