"""The e-mails about branch letters, a function each."""

from collections.abc import Callable
from functools import partial

from django.utils.translation import gettext as _

from orgs.emails.letter import Letter, address, post
from orgs.models import BranchLetter, Organization


def asked(letter: BranchLetter) -> None:
    """To the parent's administrators: a branch asks for a signature."""
    if letter.parent is not None:
        _tell(letter, "branch_asked", letter.parent, partial(_asked, letter, letter.parent))


def _asked(letter: BranchLetter, parent: Organization) -> Letter:
    names = {"branch": letter.branch, "parent": parent, "person": letter.asked_by}
    return Letter(
        subject=_("%(branch)s names %(parent)s as the organization above it") % names,
        paragraphs=[
            _(
                "%(person)s registers %(branch)s on the portal and says that it is a branch of "
                "%(parent)s. It is qualified only with a letter that an administrator signs here."
            )
            % names,
            _("Read the letter, then sign it, or refuse and say why. It waits for 30 days."),
        ],
        act=_("Read the letter"),
        url=address("orgs:branch_letter", parent.number, letter.pk),
    )


def signed(letter: BranchLetter) -> None:
    """To the branch's administrators: go on."""
    _tell(letter, "branch_signed", letter.branch, partial(_signed, letter))


def _signed(letter: BranchLetter) -> Letter:
    names = {"branch": letter.branch, "parent": letter.parent, "name": letter.signer_name}
    return Letter(
        subject=_("The branch letter of %(branch)s is signed") % names,
        paragraphs=[
            _(
                "%(name)s signed for %(parent)s. The letter is among your documents; the people "
                "who administer %(parent)s can now open your pages."
            )
            % names
        ],
        act=_("Go on with the application"),
        url=address("orgs:parent", letter.branch.number),
    )


def refused(letter: BranchLetter) -> None:
    """To the branch's administrators: not signed, and why."""
    _tell(letter, "branch_refused", letter.branch, partial(_refused, letter))


def _refused(letter: BranchLetter) -> Letter:
    names = {"branch": letter.branch, "asked_for": letter.asked_for}
    return Letter(
        subject=_("The branch letter of %(branch)s was not signed") % names,
        paragraphs=[
            _("The organization with the number %(asked_for)s did not sign. It says:") % names
            + f"\n{letter.reason}",
            _("Talk to its people, then name it again, or go on without an organization above."),
        ],
        act=_("See what you can do"),
        url=address("orgs:parent", letter.branch.number),
    )


def expired(letter: BranchLetter) -> None:
    """To the branch's administrators: nobody signed."""
    _tell(letter, "branch_expired", letter.branch, partial(_expired, letter))


def _expired(letter: BranchLetter) -> Letter:
    names = {"branch": letter.branch, "asked_for": letter.asked_for}
    return Letter(
        subject=_("Nobody signed the branch letter of %(branch)s") % names,
        paragraphs=[
            _("Nobody with the number %(asked_for)s signed within 30 days.") % names,
            _("Compare the number with the papers of the organization above, and name it again."),
        ],
        act=_("See what you can do"),
        url=address("orgs:parent", letter.branch.number),
    )


def _tell(
    letter: BranchLetter, kind: str, organization: Organization, write: Callable[[], Letter]
) -> None:
    for membership in organization.memberships.administrators().select_related("user"):
        post(
            kind,
            write,
            to=membership.user.email,
            language=membership.user.language,
            key=f"{kind}:{letter.pk}",
        )
