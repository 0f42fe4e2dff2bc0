"""Registration: an organization with its owner, described step by step, sent in once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from accounts.models import User
from audit.models import record
from orgs import evidence, facts, identity, matches, numbers, tree
from orgs.evidence import Doubt
from orgs.models import Application, Document, Match, Membership, Organization, Role
from orgs.models.organization import BN_ROOT
from orgs.requirements import Profile, Requirement, missing

MOST_DRAFTS = 5  # of one person
# It helps, and does not tell whose the number is.
REGISTERED = _(
    "This number is registered already. Copy it from your papers once more. If it is right and "
    "you act for this organization, or for a branch of it, write to us: we tell you what to do."
)


class ChangedMeanwhile(Exception):
    """Somebody saved the application after this page was opened."""


@transaction.atomic
def start(*, by: User) -> Organization:
    """An empty organization with a draft application, owned by this person.

    Raises ValidationError when the person has five drafts already.
    """
    drafts = Application.objects.filter(started_by=by, status=Application.Status.DRAFT)
    drafts = drafts.filter(kind=Application.Kind.FIRST)
    if drafts.count() >= MOST_DRAFTS:
        text = _("You have %(most)s drafts. Finish one of them first.")
        raise ValidationError(text, "too_many", {"most": MOST_DRAFTS})
    organization = Organization.objects.create(language=reader_language())
    owner = Role.objects.get(code="owner", organization=None)
    Membership.objects.create(user=by, organization=organization, role=owner)
    application = Application.objects.create(organization=organization, started_by=by)
    record(application, "application.started", by=by)
    return organization


@transaction.atomic
def save_step(form: Any, *, version: int, by: User) -> Application:
    """Write one step of a draft, and look for organizations on file that it may be the same as.

    A number that another organization has is not saved; it stays with the match (`disputed`).
    Raises ChangedMeanwhile when another tab saved or sent it before.
    """
    organization: Organization = form.instance
    draft = (
        Application.objects.select_for_update()
        .filter(
            organization=organization,
            status=Application.Status.DRAFT,
            kind=Application.Kind.FIRST,
        )
        .first()
    )
    if draft is None or draft.version != version:
        raise ChangedMeanwhile
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:  # another took a number since the form was checked
        form.set_aside_taken()
        form.save()
    identity.index(organization)
    matches.look(organization, typed=form.taken)
    Application.objects.filter(pk=draft.pk).update(
        version=F("version") + 1, saved_at=timezone.now()
    )
    facts.declare(organization, facts.of_fields(form.facts_changed()), by=by)
    record(draft, "application.saved", by=by, step=type(form).__name__)
    return draft


def is_taken(field: str, value: str, *, by: Organization) -> bool:
    """Whether another organization has this number: of a business number, its nine digits.

    A branch shares the digits of its parent, and no account (the four last digits) with anybody.
    """
    others = Organization.objects.exclude(pk=by.pk)
    if field == "bn" and by.parent_id is None:
        return others.filter(bn__startswith=value[:BN_ROOT], parent=None).exists() or (
            others.filter(bn=value).exists()
        )
    return others.filter(**{field: value}).exists()


def disputed(organization: Organization) -> dict[str, str]:
    """Numbers that its people typed and that another organization has, until staff decide whose
    they are: {field: number}."""
    found: dict[str, str] = {}
    for match in Match.objects.of(organization).undecided():
        found |= match.typed
    return found


def _has_its_number(organization: Organization) -> bool:
    """Whether the number that its kind is known by is on file."""
    if organization.kind == Organization.Kind.CHARITY:
        return bool(organization.bn)
    return bool(organization.neq or organization.corporation_number)


def profile_of(
    organization: Organization,
    *,
    papers: frozenset[str] | None = None,
    is_listed: bool | None = None,
    is_branch: bool | None = None,
) -> Profile:
    """What is known about an applicant, as the requirements read it; four queries.

    Whoever has read them already gives the kinds of its papers, and whether it is a listed charity
    or a branch.
    """
    typed = {} if _has_its_number(organization) else disputed(organization)
    if papers is None:
        papers = kinds_of_papers(organization)
    if is_listed is None:
        is_listed = evidence.is_listed_charity(organization)
    if is_branch is None:
        is_branch = tree.is_branch(organization)
    return Profile(
        kind=organization.kind,
        legal_name=organization.legal_name,
        province=organization.province,
        street=organization.street,
        city=organization.city,
        postal_code=organization.postal_code,
        phone=str(organization.phone or ""),
        email=organization.email,
        bn=organization.bn or typed.get("bn", ""),
        neq=organization.neq or typed.get("neq", ""),
        corporation_number=organization.corporation_number or typed.get("corporation_number", ""),
        mission=organization.mission,
        activities=frozenset(a.code for a in organization.activities.all()),
        budget=organization.annual_budget,
        documents=papers,
        is_branch=is_branch,
        is_listed_charity=is_listed,
    )


def kinds_of_papers(organization: Organization) -> frozenset[str]:
    """The kinds of the papers that count; of branch letters only one that was signed here."""
    papers = Document.objects.of(organization).accepted()
    own = papers.exclude(kind=Document.Kind.BRANCH_LETTER, branch_letter=None)
    return frozenset(own.values_list("kind", flat=True))


def lacks(organization: Organization) -> list[Requirement]:
    """Everything that is still missing before the application can be sent."""
    return missing(profile_of(organization))


def doubts(organization: Organization) -> list[Doubt]:
    """Numbers whose check digit is wrong: they look mistyped."""
    found = []
    if organization.bn and not numbers.is_plausible_bn(organization.bn):
        text = _("This business number’s check digit is wrong: compare it with your papers.")
        found.append(Doubt("bn", text))
    if organization.neq and not numbers.is_plausible_neq(organization.neq):
        text = _("This NEQ’s check digit is wrong: compare it with your papers.")
        found.append(Doubt("neq", text))
    return found
