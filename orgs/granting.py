"""Granting: who may let people in, and with which role. Nobody grants what they do not hold."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs import rights
from orgs.capabilities import within
from orgs.models import Membership, Organization, Role
from orgs.models.membership import ADMINISTRATION


def administrator(organization: Organization, *, by: User) -> Membership:
    """The rights of somebody who manages people, as they are now; the organization is locked.

    Raises PermissionDenied when they were taken away since the page was opened.
    """
    held = rights.held(by, organization)
    if held is None or not held.may(ADMINISTRATION):
        raise PermissionDenied
    return held


def grantable(held: Membership) -> list[Role]:
    """The roles that somebody may give: none holds more than they do."""
    roles = Role.objects.filter(organization=None)
    return [role for role in roles if within(role.grants, held.to_give)]


def refuse_too_much(role: Role, *, held: Membership) -> None:
    """Raises ValidationError for a role that holds more than the person who gives or takes it."""
    if not within(role.grants, held.to_give):
        text = _("The role “%(role)s” may do more than you: ask somebody who holds as much.")
        raise ValidationError(text, "too_much", {"role": role.name})


def let_in(organization: Organization, user: User, *, role: Role, by: User) -> Membership:
    """Make somebody a member; the caller has locked the organization and asked who may.

    Raises ValidationError for somebody who is one.
    """
    if organization.memberships.filter(user=user).exists():
        text = _("%(person)s is a member of this organization already.")
        raise ValidationError(text, "member", {"person": user})
    membership = Membership.objects.create(organization=organization, user=user, role=role)
    record(organization, "member.joined", by=by, person=user.pk, role=role.code)
    return membership
