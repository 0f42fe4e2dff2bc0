"""Joining: somebody asks an organization to be let in; its administrators answer, or nobody does.

The person who asks sees the same whether the organization exists or not.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs.emails import joining as emails
from orgs.granting import administrator, let_in, refuse_too_much
from orgs.models import JoinRequest, Membership, Organization, Role

Status = JoinRequest.Status
A_DAY = 5  # requests of one person
OVER = _("This request has been answered, taken back, or is too old.")
ASKED = _("You have asked this organization already: its administrators have your request.")


@transaction.atomic
def ask(organization: Organization | None, *, asked_for: str, words: str, by: User) -> JoinRequest:
    """Ask to be let in by a number (None is nobody's), or, without one, of one we led to.

    Raises ValidationError when the person is a member, has asked already, or too often today.
    """
    User.objects.select_for_update().get(pk=by.pk)  # counted one after the other
    since = timezone.now() - timedelta(days=1)
    if JoinRequest.objects.filter(user=by, asked_at__gt=since).count() >= A_DAY:
        text = _("You have asked %(most)s times in a day. Go on tomorrow.")
        raise ValidationError(text, "too_many", {"most": A_DAY})
    if organization and Membership.objects.of(by).filter(organization=organization).exists():
        text = _("You are a member of this organization already.")
        raise ValidationError(text, "member")
    _write_off(by)
    waiting = JoinRequest.objects.open().filter(user=by)
    if waiting.filter(organization=organization, asked_for=asked_for).exists():
        raise ValidationError(ASKED, "asked")
    if organization and waiting.filter(organization=organization).exists():
        # Asked by another of its numbers: that both are one organization's is not told.
        organization = None
    request = JoinRequest.objects.create(
        user=by, organization=organization, asked_for=asked_for, words=words
    )
    record(request, "joinrequest.asked", by=by)
    emails.asked(request)
    return request


@transaction.atomic
def accept(pk: int, *, organization: Organization, role: Role, by: User) -> Membership:
    """Let the person in. Raises JoinRequest.DoesNotExist, and ValidationError with why not."""
    organization, request = _locked(pk, organization, by=by)
    refuse_too_much(role, held=administrator(organization, by=by))
    membership = let_in(organization, request.user, role=role, by=by)
    move(request, Status.ACCEPTED, by=by, ended_at=timezone.now(), ended_by=by)
    emails.accepted(request)
    return membership


@transaction.atomic
def decline(pk: int, *, organization: Organization, by: User) -> JoinRequest:
    """Do not let the person in. Raises like `accept`."""
    _organization, request = _locked(pk, organization, by=by)
    move(request, Status.DECLINED, by=by, ended_at=timezone.now(), ended_by=by)
    emails.declined(request)
    return request


def _locked(pk: int, organization: Organization, *, by: User) -> tuple[Organization, JoinRequest]:
    organization = Organization.objects.lock(pk=organization.pk)
    administrator(organization, by=by)
    rows = JoinRequest.objects.of(organization).select_related("user", "organization")
    request = rows.select_for_update(of=("self",)).get(pk=pk)
    if not request.is_open:
        raise ValidationError(OVER, "over")
    return organization, request


@transaction.atomic
def withdraw(pk: int, *, by: User) -> JoinRequest:
    """The person takes it back; again is once. Raises JoinRequest.DoesNotExist."""
    request = JoinRequest.objects.select_for_update().get(pk=pk, user=by)
    if request.status == Status.OPEN:
        move(request, Status.WITHDRAWN, by=by, ended_at=timezone.now(), ended_by=by)
    return request


def expire_due() -> int:
    """Write off what nobody answered in fourteen days, and tell the person. Twice is once."""
    count = 0
    for pk in JoinRequest.objects.overdue().values_list("pk", flat=True):
        with transaction.atomic():
            request = JoinRequest.objects.lock(pk=pk)
            if request.status == Status.OPEN and not request.is_open:
                _expire(request)
                count += 1
    return count


def _write_off(user: User) -> None:
    """What ran out can be asked again before the sweep has come by."""
    for request in JoinRequest.objects.overdue().filter(user=user):
        _expire(request)


def _expire(request: JoinRequest) -> None:
    move(request, Status.EXPIRED, by=None, ended_at=timezone.now())
    emails.expired(request)
