"""Requirements: which facts and documents an application still lacks, by kind and province.

Pure: takes what is known, answers with everything that is missing, in the order of the form.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Requirement:
    """One thing that an application needs, as a sentence for the applicant."""

    code: str
    """The field's name, or "document:" and the first kind that will do."""
    text: str | Promise
    documents: frozenset[str] = frozenset()
    """Any one of these kinds (of `Document.Kind`) will do; empty for a fact."""


@dataclass(frozen=True)
class Profile:
    """What is known about an applicant; an empty text or None is not known."""

    kind: str = ""
    legal_name: str = ""
    province: str = ""
    street: str = ""
    city: str = ""
    postal_code: str = ""
    phone: str = ""
    email: str = ""
    bn: str = ""
    neq: str = ""
    corporation_number: str = ""
    mission: str = ""
    activities: frozenset[str] = frozenset()
    budget: Decimal | None = None
    documents: frozenset[str] = frozenset()
    """Kinds of the documents that are there."""
    is_branch: bool = False
    is_listed_charity: bool = False
    """The Canada Revenue Agency's list says "Registered"."""


def missing(profile: Profile) -> list[Requirement]:
    """Everything that has to be there before an application can be submitted."""
    return [*_missing_facts(profile), *_missing_documents(profile)]


def required_documents(
    kind: str,
    province: str,
    *,
    is_federal: bool = False,
    is_branch: bool = False,
    is_listed_charity: bool = False,
) -> list[Requirement]:
    """The documents that an application of this kind needs, one requirement each.

    `is_federal`: incorporated under the federal act, whatever the province.
    """
    own = _documents_of(kind, province, is_federal, is_listed_charity)
    return [*own, BRANCH_LETTER] if is_branch else list(own)


def _document(text: str | Promise, *kinds: str) -> Requirement:
    return Requirement(f"document:{kinds[0]}", text, frozenset(kinds))


CRA_NOTICE = _document(
    _("Add the notice of charity registration from the Canada Revenue Agency."),
    "registration",
)
ARTICLES = _document(
    _("Add the federal certificate of incorporation or of continuance, with its articles."),
    "letters_patent",
)
LETTERS_PATENT = _document(_("Add the letters patent."), "letters_patent")
CONSTITUTION = _document(
    _("Add the certificate of incorporation, or the constitution or by-laws of the society."),
    "letters_patent",
    "bylaws",
)
LIBRARY_PROOF = _document(
    _(
        "Add the municipal by-law or agreement that sets up the library, "
        "or the page of the ministry’s list that names it."
    ),
    "library_proof",
)
BRANCH_LETTER = _document(_("Have the organization above sign the branch letter."), "branch_letter")


def _documents_of(
    kind: str, province: str, is_federal: bool, is_listed_charity: bool
) -> tuple[Requirement, ...]:
    match kind:
        case "charity":
            return () if is_listed_charity else (CRA_NOTICE,)
        case "library":
            return (LIBRARY_PROOF,)
        case "nonprofit" if is_federal:
            return (ARTICLES,)
        case "nonprofit" if province == "QC":
            return (LETTERS_PATENT,)
        case "nonprofit":
            return (CONSTITUTION,)
    return ()


def _missing_documents(profile: Profile) -> Iterator[Requirement]:
    needed = required_documents(
        profile.kind,
        profile.province,
        is_federal=bool(profile.corporation_number),
        is_branch=profile.is_branch,
        is_listed_charity=profile.is_listed_charity,
    )
    return (need for need in needed if need.documents.isdisjoint(profile.documents))


FACTS: Final = {
    "legal_name": _("Give the legal name, as it is registered."),
    "kind": _("Say whether you are a registered charity, a nonprofit or a library."),
    "province": _("Give the province or territory of the address."),
    "street": _("Give the street address."),
    "city": _("Give the city."),
    "postal_code": _("Give the postal code."),
    "phone": _("Give a telephone number."),
    "email": _("Give the e-mail address that is to receive licences."),
    "mission": _("Describe the mission in a few sentences."),
    "activities": _("Choose at least one activity."),
    "budget": _("Give the yearly budget: all expenses of a year."),
}
BN = Requirement("bn", _("Give the charity registration number, with RR and four digits."))
NEQ = Requirement("neq", _("Give the Quebec enterprise number (NEQ)."))


def _missing_facts(profile: Profile) -> Iterator[Requirement]:
    known = {field.name: getattr(profile, field.name) for field in fields(profile)}
    for name, text in FACTS.items():
        # A library's books are often its municipality's.
        if name == "budget" and profile.kind == "library":
            continue
        if known[name] in ("", None, frozenset()):
            yield Requirement(name, text)
        if name == "kind":
            yield from _missing_numbers(profile)


def _missing_numbers(profile: Profile) -> Iterator[Requirement]:
    if profile.kind == "charity" and not profile.bn:
        yield BN
    is_quebec = profile.kind == "nonprofit" and profile.province == "QC"
    if is_quebec and not profile.neq and not profile.corporation_number:
        yield NEQ
