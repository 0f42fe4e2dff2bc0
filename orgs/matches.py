"""Matches: which organizations may be one, what their people say, and what staff decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import duplicates, identity
from orgs.duplicates import Lookalike
from orgs.models import Application, IdentityKey, Match, Organization
from orgs.models.organization import BN_ROOT
from registers import words

Status, Kind = Match.Status, IdentityKey.Kind
MOST_ALIKE: Final = 10
NIGHTS: Final = timedelta(days=2)
"""How far back a night looks for keys that changed: a night that was missed is made up for."""
IN_COMMON: Final = {
    "bn": _("The nine digits of the business number"),
    "neq": _("The NEQ"),
    "corporation_number": _("The federal corporation number"),
    "name": _("The name, or a former name"),
    "name_like": _("A name that is nearly the same"),
    "domain": _("The site of the website or e-mail address"),
    "postal_code": _("The postal code"),
    "city": _("The city"),
    "phone": _("The telephone number"),
    "street": _("The street address"),
}


@dataclass(frozen=True)
class Seen:
    """A match from one side, as pages show it."""

    match: Match
    other: Organization

    @property
    def in_common(self) -> list[Any]:
        return [IN_COMMON.get(code, code) for code in self.match.reasons]


@dataclass(frozen=True)
class Alike:
    """An organization that shares its name, telephone or door with another, and which of them."""

    organization: Organization
    in_common: list[Any]


@transaction.atomic
def look(organization: Organization, *, typed: Mapping[str, str] | None = None) -> list[Match]:
    """Write down what this organization may be a duplicate of; what was decided stays decided.

    `typed` are numbers by their field that it could not be given, since others have them.
    """
    typed = typed or {}
    for holder in _holders(typed):
        identity.index(holder)  # found for certain, whoever wrote its number
    return [
        _write(organization, one, typed=typed)
        for one in duplicates.probable(organization, typed=typed_keys(typed))
    ]


def _holders(typed: Mapping[str, str]) -> list[Organization]:
    """Organizations that have these numbers on file."""
    same = Q(pk__in=[])
    for field, number in typed.items():
        same |= Q(bn__startswith=number[:BN_ROOT]) if field == "bn" else Q(**{field: number})
    return list(Organization.objects.filter(same)) if typed else []


def typed_keys(typed: Mapping[str, str]) -> list[IdentityKey]:
    """Keys for numbers that are on no file."""
    return [
        IdentityKey(kind=kind, source=number, value=identity.SPELLING[kind](number))
        for kind, number in typed.items()
    ]


def _write(organization: Organization, one: Lookalike, *, typed: Mapping[str, str]) -> Match:
    first, second = sorted((organization, one.organization), key=lambda side: side.pk)
    match, is_new = Match.objects.get_or_create(
        first=first, second=second, defaults={"points": one.likeness.points}
    )
    if is_new or match.status == Status.FOUND:
        match.points, match.reasons = one.likeness.points, list(one.likeness.reasons)
        match.typed |= {k: number for k, number in typed.items() if k in one.likeness.reasons}
        match.save(update_fields=["points", "reasons", "typed"])
    if is_new:
        record(match, "match.found", by=None)
    return match


def unanswered(organization: Organization) -> list[Match]:
    """Matches that the people of a draft have said nothing about, and staff neither."""
    return list(Match.objects.of(organization).undecided().filter(said_at=None))


@transaction.atomic
def say_another(organization: Organization, *, by: User, words: str) -> None:
    """The people of a draft say that it is none of those it looks like; staff read why."""
    for match in Match.objects.of(organization).undecided().select_for_update(of=("self",)):
        match.words, match.said_by, match.said_at = words, by, timezone.now()
        match.save(update_fields=["words", "said_by", "said_at"])
        record(match, "match.denied", by=by, note=words)


@transaction.atomic
def decide(pk: int, to: Match.Status, *, by: User, reason: str) -> Match:
    """One organization or two, with the reason; raises ValidationError when it was decided."""
    match = Match.objects.lock(pk=pk)
    if match.status != Status.FOUND:
        text = _("%(person)s has decided this already: %(decision)s.")
        params = {"person": match.decided_by, "decision": match.get_status_display()}
        raise ValidationError(text, "decided", params)
    move(match, to, by=by, note=reason, **_decided(by, reason))
    return match


@transaction.atomic
def ask_again(pk: int, *, by: User, reason: str) -> Match:
    """Take a decision back: it is open again who is who."""
    match = Match.objects.lock(pk=pk)
    if match.status != Status.FOUND:
        move(match, Status.FOUND, by=by, note=reason, **_decided(None, "") | {"decided_at": None})
    return match


def _decided(by: User | None, reason: str) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": timezone.now(), "reason": reason}


def matches_of(organization: Organization) -> list[Seen]:
    """For the review page and `admin/orgs/_matches.html`: one query."""
    return [Seen(match, match.other(organization)) for match in Match.objects.of(organization)]


def alike(organization: Organization) -> list[Alike]:
    """Others with the same name, telephone or street address, by their city; one query.

    One of these alone is no match, since namesakes live elsewhere and one door has many tenants:
    people of the staff judge it. At most ten.
    """
    own = identity.identity_of(identity.keys_of(organization))
    same = Q(identity_keys__kind__in=IdentityKey.NAMES, identity_keys__value__in=own.names)
    if own.phone:
        same |= Q(identity_keys__kind=Kind.PHONE, identity_keys__value=own.phone)
    if own.postal_code:
        same |= Q(identity_keys__kind=Kind.POSTAL_CODE, identity_keys__value=own.postal_code)
    others = Organization.objects.filter(same, merged_into=None).exclude(pk=organization.pk)
    seen = [Alike(o, _shared(organization, o)) for o in others.order_by("city", "pk").distinct()]
    return [one for one in seen if one.in_common][:MOST_ALIKE]


def _shared(one: Organization, other: Organization) -> list[Any]:
    """What two organizations have in common, in words."""
    first, second = (identity.identity_of(identity.keys_of(side)) for side in (one, other))
    same = {
        "name": bool(first.names & second.names),
        "phone": bool(first.phone) and first.phone == second.phone,
        "street": bool(first.postal_code)
        and first.postal_code == second.postal_code
        and words.is_same_street(one.street, other.street),
    }
    return [IN_COMMON[code] for code, is_same in same.items() if is_same]


def find_nightly() -> int:
    """Bring the keys up to date, and look again at what changed; returns how many were looked at.

    Drafts are looked at while they are filled in; here it is what staff have, or know.
    """
    identity.refresh()
    changed = IdentityKey.objects.filter(written_at__gte=timezone.now() - NIGHTS)
    known = Organization.objects.filter(pk__in=changed.values("organization"), closed_on=None)
    sent = Application.objects.sent().values("organization")
    known = known.filter(Q(pk__in=sent) | Q(qualified_since__isnull=False))
    for organization in known.order_by("pk").iterator(chunk_size=500):
        look(organization)
    return known.count()
