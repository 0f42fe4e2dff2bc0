"""The e-mails about members: a role changed, somebody gone. To the person and to administrators."""

from collections.abc import Callable
from functools import partial

from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Entry
from orgs.emails.letter import Letter, address, post
from orgs.models import Membership, Role


def role_changed(membership: Membership, *, was: Role, by: User, entry: Entry) -> None:
    """What the person may do now, and who decided."""
    write = partial(_changed, membership, was, by)
    _tell("role_changed", membership, write, key=f"role-changed:{entry.pk}")


def gone(membership: Membership, *, by: User, entry: Entry) -> None:
    """Removed or left; call it while the membership still is."""
    _tell("member_gone", membership, partial(_gone, membership, by), key=f"gone:{entry.pk}")


def _tell(kind: str, membership: Membership, write: Callable[..., Letter], *, key: str) -> None:
    """To the person, then to the administrators."""
    rows = membership.organization.memberships.administrators().select_related("user")
    others = [m.user for m in rows if m.user_id != membership.user_id]
    for reader in [membership.user, *others]:
        is_own = reader == membership.user
        post(
            kind,
            partial(write, is_own=is_own),
            to=reader.email,
            language=reader.language,
            key=key,
        )


def _changed(membership: Membership, was: Role, by: User, *, is_own: bool) -> Letter:
    names = {
        "person": membership.user,
        "by": by,
        "organization": membership.organization,
        "was": was.name,
        "role": membership.role.name,
    }
    if is_own:
        subject = _("Your role at %(organization)s has changed")
        text = _(
            "%(by)s changed your role at %(organization)s from “%(was)s” to “%(role)s”. It "
            "holds from your next click."
        )
    else:
        subject = _("The role of %(person)s at %(organization)s has changed")
        text = _(
            "%(by)s changed the role of %(person)s at %(organization)s from “%(was)s” to "
            "“%(role)s”."
        )
    return Letter(
        subject=subject % names,
        paragraphs=[text % names],
        act=_("See what each role may do"),
        url=address("orgs:roles", membership.organization.number),
    )


def _gone(membership: Membership, by: User, *, is_own: bool) -> Letter:
    names = {"person": membership.user, "by": by, "organization": membership.organization}
    has_left = membership.user == by
    if is_own:
        subject = _("You no longer act for %(organization)s")
        text = (
            _("You have left %(organization)s on the portal.")
            if has_left
            else _("%(by)s removed you from %(organization)s on the portal.")
        )
        after = _(
            "Your cart for it is gone; the orders you placed and the applications you started "
            "stay with the organization. Your own account stays yours."
        )
    else:
        subject = _("%(person)s no longer acts for %(organization)s")
        text = (
            _("%(person)s has left %(organization)s on the portal.")
            if has_left
            else _("%(by)s removed %(person)s from %(organization)s on the portal.")
        )
        after = _(
            "Their cart is gone; the orders they placed and the applications they started stay "
            "with the organization. Change what they know besides, such as shared passwords."
        )
    return Letter(subject=subject % names, paragraphs=[text % names, after])
