"""Branches: a draft names its parent; the parent's administrators sign a letter here, or do not.

Signed, the letter is a document of the branch, and rights of the parent reach down. The branch's
people see the same whether the organization they named exists or not.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import branch_letter, documents, finding, tree
from orgs.days import today
from orgs.emails import branches as emails
from orgs.granting import administrator
from orgs.models import Application, BranchLetter, Document, Organization
from orgs.models.organization import BN_ROOT

Status = BranchLetter.Status
A_DAY = 5  # that a draft may name
OVER = _("This request has been answered, taken back, or is too old.")
NAMED = _("You have named the organization above already. Take that back first.")


def newest(branch: Organization) -> BranchLetter | None:
    """The last letter that was asked for, in whatever state."""
    return BranchLetter.objects.filter(branch=branch).select_related("parent").first()


@transaction.atomic
def ask(branch: Organization, *, number: str, by: User) -> BranchLetter:
    """Name the organization above by a number of it; its administrators are asked to sign.

    Raises ValidationError once the application is sent, before it has a name, when one is named
    already, for one's own number, and after five in a day.
    """
    branch = Organization.objects.lock(pk=branch.pk)
    _refuse_unless_first_draft(branch)
    if not branch.legal_name:
        text = _("Give the legal name of your organization first: the letter names it.")
        raise ValidationError(text, "no_name")
    letters = BranchLetter.objects.filter(branch=branch)
    for late in letters.overdue():
        _end(late, Status.EXPIRED, branch=branch, by=None)
    if letters.standing().exists():
        raise ValidationError(NAMED, "named")
    if letters.filter(asked_at__gt=timezone.now() - timedelta(days=1)).count() >= A_DAY:
        text = _("You have named %(most)s organizations in a day. Go on tomorrow.")
        raise ValidationError(text, "too_many", {"most": A_DAY})
    parent = finding.by_number(number)
    if parent == branch:
        text = _("This is the number of your own organization. Give that of the one above it.")
        raise ValidationError(text, "own")
    letter = BranchLetter.objects.create(
        branch=branch, parent=parent, asked_for=number, asked_by=by
    )
    if parent is not None:
        # From now on the two may share the nine digits of a business number.
        branch.parent = parent
        branch.save(update_fields=["parent"])
    record(letter, "branchletter.asked", by=by)
    emails.asked(letter)
    return letter


def _refuse_unless_first_draft(branch: Organization) -> None:
    application = Application.objects.of(branch).newest()
    is_first = application is not None and application.kind == Application.Kind.FIRST
    if application is None or not is_first or not application.is_draft:
        text = _("Only an application that is not sent yet can name the organization above it.")
        raise ValidationError(text, "sent")


@transaction.atomic
def sign(pk: int, *, parent: Organization, name: str, title: str, by: User) -> BranchLetter:
    """Sign, in the language that is active; the letter becomes a document of the branch.

    Raises BranchLetter.DoesNotExist, and ValidationError when it is over, when the parent is not
    qualified, or when there would be more than four levels.
    """
    parent, letter = _locked(pk, parent, by=by)
    reasons = []
    if not parent.is_qualified(today()):
        text = _("Only a qualified organization can sign for a branch.")
        reasons.append(ValidationError(text, "not_qualified"))
    if len(tree.above(parent.pk)) >= tree.DEPTH:
        text = _("There are %(most)s levels above this branch already.")
        reasons.append(ValidationError(text, "too_deep", {"most": tree.DEPTH}))
    if reasons:
        raise ValidationError(reasons)
    letter.signer_name, letter.signer_title = name, title
    letter.decided_at = timezone.now()
    language = reader_language()
    words = branch_letter.text(letter, language=language)
    contents = branch_letter.printed(words, language=language, branch=letter.branch)
    document = documents.keep(
        letter.branch, contents=contents, kind=Document.Kind.BRANCH_LETTER, by=by
    )
    move(
        letter,
        Status.SIGNED,
        by=by,
        version=branch_letter.VERSION,
        language=language,
        text=words,
        signer_name=name,
        signer_title=title,
        decided_by=by,
        decided_at=letter.decided_at,
        document=document,
    )
    emails.signed(letter)
    return letter


@transaction.atomic
def refuse(pk: int, *, parent: Organization, reason: str, by: User) -> BranchLetter:
    """Do not sign, with the reason that the branch reads. Raises like `sign`."""
    _parent, letter = _locked(pk, parent, by=by)
    changes = {"decided_by": by, "decided_at": timezone.now(), "reason": reason}
    move(letter, Status.REFUSED, by=by, note=reason, **changes)
    _part(letter.branch)
    emails.refused(letter)
    return letter


def _locked(pk: int, parent: Organization, *, by: User) -> tuple[Organization, BranchLetter]:
    """Both organizations, by primary key, and the letter, which is open."""
    named = BranchLetter.objects.get(pk=pk, parent=parent)
    both = {key: Organization.objects.lock(pk=key) for key in sorted({named.branch_id, parent.pk})}
    administrator(both[parent.pk], by=by)
    letter = BranchLetter.objects.lock(pk=pk)
    letter.branch, letter.parent = both[named.branch_id], both[parent.pk]
    if not letter.is_open:
        raise ValidationError(OVER, "over")
    return both[parent.pk], letter


@transaction.atomic
def withdraw(branch: Organization, *, by: User) -> None:
    """The draft names nobody any more; again is once. Raises ValidationError once it is sent."""
    branch = Organization.objects.lock(pk=branch.pk)
    _refuse_unless_first_draft(branch)
    for letter in BranchLetter.objects.filter(branch=branch, status=Status.ASKED):
        _end(letter, Status.WITHDRAWN, branch=branch, by=by)


def expire_due() -> int:
    """Write off what nobody signed in thirty days, and tell the branch. Twice is once."""
    count = 0
    for pk, branch_pk in BranchLetter.objects.overdue().values_list("pk", "branch"):
        with transaction.atomic():
            branch = Organization.objects.lock(pk=branch_pk)
            letter = BranchLetter.objects.lock(pk=pk)
            if letter.status == Status.ASKED and not letter.is_open:
                _end(letter, Status.EXPIRED, branch=branch, by=None)
                emails.expired(letter)
                count += 1
    return count


def _end(letter: BranchLetter, to: Status, *, branch: Organization, by: User | None) -> None:
    move(letter, to, by=by)
    _part(branch)


def _part(branch: Organization) -> None:
    """No branch any more: a business number whose nine digits are another's is taken out."""
    root = branch.bn[:BN_ROOT]
    others = Organization.objects.exclude(pk=branch.pk).filter(parent=None)
    if root and others.filter(bn__startswith=root).exists():
        branch.bn = ""
    branch.parent = None
    branch.save(update_fields=["parent", "bn"])
