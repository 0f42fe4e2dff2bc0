"""People: who changes role, is removed or leaves. An organization keeps an administrator."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs import invitations
from orgs.emails import people as emails
from orgs.granting import administrator, refuse_too_much
from orgs.models import Membership, Organization, Role
from orgs.models.membership import ADMINISTRATION

LAST = _(
    "You are the only administrator. Make somebody else an administrator first: without one, "
    "nobody could let people in, sign or answer."
)
LAST_OTHER = _(
    "%(person)s is the only administrator of this organization. Make somebody else one first."
)


@transaction.atomic
def change_role(pk: int, *, organization: Organization, role: Role, by: User) -> Membership:
    """Give a member another role; the same role again changes nothing.

    Raises Membership.DoesNotExist, and ValidationError when either role holds more than the
    person who changes it, or when nobody would administer the organization.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    held = administrator(organization, by=by)
    membership = organization.memberships.select_related("user", "role").get(pk=pk)
    if membership.role == role:
        return membership
    refuse_too_much(membership.role, held=held)
    refuse_too_much(role, held=held)
    if ADMINISTRATION not in role.grants:
        _refuse_last(membership, by=by)
    was = membership.role
    membership.role = role
    membership.save(update_fields=["role"])
    invitations.call_back_of(membership)
    note = f"{was.code} → {role.code}"
    person = membership.user_id
    entry = record(organization, "member.role_changed", by=by, note=note, person=person)
    emails.role_changed(membership, was=was, by=by, entry=entry)
    return membership


@transaction.atomic
def remove(pk: int, *, organization: Organization, by: User) -> Membership:
    """Take a member out: they lose the organization at their next click.

    Their cart goes with them; orders, applications and the rest stay with the organization.
    Raises like `change_role`.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    held = administrator(organization, by=by)
    membership = organization.memberships.select_related("user", "role").get(pk=pk)
    refuse_too_much(membership.role, held=held)
    return _end(membership, "member.removed", by=by)


@transaction.atomic
def leave(organization: Organization, *, by: User) -> Membership:
    """Go by oneself. Raises Membership.DoesNotExist, and ValidationError for the last one."""
    organization = Organization.objects.lock(pk=organization.pk)
    membership = organization.memberships.select_related("user", "role").get(user=by)
    return _end(membership, "member.left", by=by)


def _end(membership: Membership, action: str, *, by: User) -> Membership:
    _refuse_last(membership, by=by)
    organization, gone = membership.organization, membership.pk
    role, person = membership.role.code, membership.user_id
    entry = record(organization, action, by=by, person=person, role=role)
    emails.gone(membership, by=by, entry=entry)
    membership.delete()
    membership.pk = gone
    invitations.call_back_of(membership)
    return membership


def _refuse_last(membership: Membership, *, by: User) -> None:
    """The organization is locked, so that two administrators do not leave at once."""
    others = membership.organization.memberships.administrators().exclude(pk=membership.pk)
    if membership.is_administrator and not others.exists():
        if membership.user_id == by.pk:
            raise ValidationError(LAST, "last")
        raise ValidationError(LAST_OTHER, "last", {"person": membership.user})
