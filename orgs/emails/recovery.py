"""The e-mails about the recovery of an account, a function each."""

from collections.abc import Callable, Mapping
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orgs.emails.letter import Letter, address, post
from orgs.models import Recovery, RecoveryNotice


def asked(recovery: Recovery) -> None:
    """To the claimant: we have it, and what happens by when."""
    _tell(recovery, "recovery_asked", partial(_asked, recovery))


def _asked(recovery: Recovery) -> Letter:
    names = {"reference": recovery, "number": recovery.asked_for, "day": _day(recovery)}
    return Letter(
        subject=_("We have your request for an account – %(reference)s") % names,
        paragraphs=[
            _(
                "You ask for the account of the organization with the number %(number)s. Everybody "
                "whom we know of it is told now, and may object until %(day)s."
            )
            % names,
            _(
                "After that day two of our staff look at your papers, one after the other. Only "
                "when both agree do you administer the account."
            ),
        ],
        act=_("See where it is"),
        url=address("orgs:recovery", recovery.pk),
    )


def notice(one: RecoveryNotice, *, secret: str) -> None:
    """To a contact: who asks for the account, until when to object, and how."""
    post(
        "recovery_notice",
        partial(_notice, one.recovery, secret),
        to=one.email,
        language=one.language,
        key=f"recovery-notice:{one.pk}",
    )


def _notice(recovery: Recovery, secret: str) -> Letter:
    names = {
        "person": recovery.claimant,
        "title": recovery.title,
        "organization": recovery.organization,
        "day": _day(recovery),
    }
    return Letter(
        subject=_("%(person)s asks for the account of %(organization)s") % names,
        paragraphs=[
            _(
                "%(person)s (%(title)s) says that nobody who administers %(organization)s on the "
                "portal can be reached, and asks to administer its account."
            )
            % names,
            _(
                "Is that wrong? Object until %(day)s: one objection stops it. If it is right, you "
                "need do nothing."
            )
            % names,
        ],
        act=_("Read more, or object"),
        url=address("orgs:object", secret),
    )


def objected(recovery: Recovery) -> None:
    """To the claimant: somebody objected; it is stopped."""
    _tell(recovery, "recovery_objected", partial(_objected, recovery))


def _objected(recovery: Recovery) -> Letter:
    names = {"reference": recovery, "number": recovery.asked_for}
    return Letter(
        subject=_("Your request for an account is stopped – %(reference)s") % names,
        paragraphs=[
            _(
                "Somebody whom we know of the organization with the number %(number)s objected to "
                "your request, so that it is stopped. We do not say who."
            )
            % names,
            _("Talk to the people of the organization. If that leads nowhere, write to us."),
        ],
        act=_("See where it is"),
        url=address("orgs:recovery", recovery.pk),
    )


def refused(recovery: Recovery) -> None:
    """To the claimant: no, and why."""
    _tell(recovery, "recovery_refused", partial(_refused, recovery))


def _refused(recovery: Recovery) -> Letter:
    names = {"reference": recovery, "number": recovery.asked_for}
    return Letter(
        subject=_("Your request for an account is refused – %(reference)s") % names,
        paragraphs=[
            _("We do not give you the account of the organization with the number %(number)s.")
            % names,
            recovery.reason,
        ],
        act=_("See where it is"),
        url=address("orgs:recovery", recovery.pk),
    )


def granted(recovery: Recovery, contacts: Mapping[str, str]) -> None:
    """To the claimant, and to everybody who was told before."""
    _tell(recovery, "recovery_granted", partial(_granted, recovery))
    for email, language in contacts.items():
        post(
            "recovery_given",
            partial(_given, recovery),
            to=email,
            language=language,
            key=f"recovery-given:{recovery.pk}",
        )


def _granted(recovery: Recovery) -> Letter:
    organization = recovery.organization
    assert organization is not None  # noqa: S101  (nothing is granted of nobody)
    text = _("You now administer %(organization)s on the portal: its people, papers and orders.")
    return Letter(
        subject=_("You administer %(organization)s") % {"organization": organization},
        paragraphs=[
            text % {"organization": organization},
            _("Make a second person administrator, so that this does not happen again."),
        ],
        act=_("Open the organization"),
        url=address("dashboard", organization.number),
    )


def _given(recovery: Recovery) -> Letter:
    names = {"person": recovery.claimant, "organization": recovery.organization}
    return Letter(
        subject=_("%(person)s now administers %(organization)s") % names,
        paragraphs=[
            _(
                "Nobody objected, and two of our staff agreed: %(person)s now administers "
                "%(organization)s on the portal. If that is wrong, write to us at once."
            )
            % names
        ],
    )


def _tell(recovery: Recovery, kind: str, write: Callable[[], Letter]) -> None:
    post(
        kind,
        write,
        to=recovery.claimant.email,
        language=recovery.claimant.language,
        key=f"{kind}:{recovery.pk}",
    )


def _day(recovery: Recovery) -> str:
    return date_format(recovery.not_before, "DATE_FORMAT")
