"""The e-mails about a request to join, a function each."""

from collections.abc import Callable
from functools import partial

from django.utils.translation import gettext as _

from orgs.emails.letter import Letter, address, post
from orgs.models import JoinRequest


def asked(request: JoinRequest) -> None:
    """To the administrators: somebody asks to be let in."""
    organization = request.organization
    if organization is None:
        return
    for membership in organization.memberships.administrators().select_related("user"):
        post(
            "join_asked",
            partial(_asked, request),
            to=membership.user.email,
            language=membership.user.language,
            key=f"join-asked:{request.pk}",
        )


def _asked(request: JoinRequest) -> Letter:
    organization = request.organization
    assert organization is not None  # noqa: S101  (told to its administrators)
    names = {"person": request.user, "email": request.user.email, "organization": organization}
    paragraphs = [
        _("%(person)s (%(email)s) asks to act for %(organization)s on the portal.") % names
    ]
    if request.words:
        paragraphs.append(_("They write:") + f"\n{request.words}")
    paragraphs.append(
        _("Do you know this person? Let them in with a role, or decline. Do nothing if in doubt.")
    )
    return Letter(
        subject=_("Someone is asking for access to %(organization)s") % names,
        paragraphs=paragraphs,
        act=_("See the request"),
        url=address("orgs:join_request", organization.number, request.pk),
    )


def accepted(request: JoinRequest) -> None:
    """To the person: they are in."""
    _tell(request, "join_accepted", _accepted)


def _accepted(request: JoinRequest) -> Letter:
    organization = request.organization
    assert organization is not None  # noqa: S101  (only an organization accepts)
    text = _("You may now act for %(organization)s on the portal.")
    return Letter(
        subject=_("You have access to %(organization)s") % {"organization": organization},
        paragraphs=[text % {"organization": organization}],
        act=_("Open the organization"),
        url=address("dashboard", organization.number),
    )


def declined(request: JoinRequest) -> None:
    """To the person: somebody who may decide said no."""
    _tell(request, "join_declined", _declined)


def _declined(request: JoinRequest) -> Letter:
    text = _("Your request to join %(asked_for)s was declined.")
    return Letter(
        subject=_("Your request to join was declined"),
        paragraphs=[
            text % {"asked_for": _named(request)},
            _("If you think that this is a mistake, talk to the people of the organization."),
        ],
    )


def expired(request: JoinRequest) -> None:
    """To the person: nobody answered, and what to do next."""
    _tell(request, "join_expired", _expired)


def _expired(request: JoinRequest) -> Letter:
    text = _("Nobody answered your request to join %(asked_for)s within 14 days.")
    return Letter(
        subject=_("Your request to join was not answered"),
        paragraphs=[
            text % {"asked_for": _named(request)},
            _(
                "Compare the number with the organization’s papers, and ask again. If those who "
                "administered its account have left, you can ask for the account itself."
            ),
        ],
        act=_("See what you can do"),
        url=address("orgs:join"),
    )


def _named(request: JoinRequest) -> str:
    """As the person knows it, and no more."""
    if request.asked_for:
        return _("the organization with the number %(number)s") % {"number": request.asked_for}
    return _("the organization that our search found")


def _tell(request: JoinRequest, kind: str, write: Callable[[JoinRequest], Letter]) -> None:
    post(
        kind,
        partial(write, request),
        to=request.user.email,
        language=request.user.language,
        key=f"{kind}:{request.pk}",
    )
