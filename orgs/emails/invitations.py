"""The e-mails about invitations, a function each."""

from functools import partial

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from orgs.days import TORONTO
from orgs.emails.letter import Letter, address, post
from orgs.models import Invitation


def invited(invitation: Invitation, *, secret: str) -> None:
    """To the address: who invites, to what, and the link that answers."""
    post(
        "invitation",
        partial(_invited, invitation, secret),
        to=invitation.email,
        language=invitation.language,
        key=f"invitation:{invitation.pk}:{invitation.sendings}",
    )


def _invited(invitation: Invitation, secret: str) -> Letter:
    names = {
        "name": invitation.invited_by,
        "organization": invitation.organization,
        "role": invitation.role.name,
        "day": date_format(localtime(invitation.expires_at, TORONTO), "DATE_FORMAT"),
    }
    paragraphs = [
        _(
            "%(name)s invites you to act for %(organization)s on the portal, in the role "
            "“%(role)s”. The invitation holds until %(day)s."
        )
        % names
    ]
    if invitation.words:
        paragraphs.append(_("They write:") + f"\n{invitation.words}")
    paragraphs.append(
        _(
            "You sign in with this address, or create an account for it; then you accept or "
            "decline. If you do not know why you got this, do nothing."
        )
    )
    return Letter(
        subject=_("%(name)s invites you to join %(organization)s") % names,
        paragraphs=paragraphs,
        act=_("See the invitation"),
        url=address("orgs:invitation", secret),
    )


def answered(invitation: Invitation) -> None:
    """To who invited: accepted or declined."""
    is_yes = invitation.status == Invitation.Status.ACCEPTED
    _tell(invitation, "invitation_accepted" if is_yes else "invitation_declined")


def expired(invitation: Invitation) -> None:
    """To who invited: nobody answered."""
    _tell(invitation, "invitation_expired")


def _tell(invitation: Invitation, kind: str) -> None:
    post(
        kind,
        partial(_outcome, invitation, kind),
        to=invitation.invited_by.email,
        language=invitation.invited_by.language,
        key=f"{kind}:{invitation.pk}",
    )


def _outcome(invitation: Invitation, kind: str) -> Letter:
    names = {
        "person": invitation.answered_by or invitation.email,
        "email": invitation.email,
        "organization": invitation.organization,
        "role": invitation.role.name,
    }
    match kind:
        case "invitation_accepted":
            subject = _("%(person)s joined %(organization)s")
            text = _("%(person)s (%(email)s) accepted your invitation, in the role “%(role)s”.")
        case "invitation_declined":
            subject = _("%(email)s declined your invitation")
            text = _("%(email)s declined your invitation to join %(organization)s.")
        case _other:
            subject = _("Your invitation to %(email)s has expired")
            text = _(
                "%(email)s did not answer your invitation to join %(organization)s within 14 "
                "days. You can invite them again."
            )
    return Letter(
        subject=subject % names,
        paragraphs=[text % names],
        act=_("See the people"),
        url=address("orgs:people", invitation.organization.number),
    )
