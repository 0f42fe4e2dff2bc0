"""Duplicates: which organizations on file look like one that somebody describes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection, transaction

from orgs.identity import identity_of, keys_of
from orgs.likeness import Identity, Likeness, score
from orgs.models import IdentityKey, Organization

MOST: Final = 10
LOOKED_AT: Final = 60
"""Organizations that are compared: of more namesakes, those of the same place come first."""
SHARED_BY: Final = 20
"""Organizations with one site: more of them, and it is a provider's or a federation's."""
# Names that are nearly one; in one city, less would not be probable (likeness.score).
NEARLY: Final = 0.83

# Each arm is a look-up in one index; the same place first, for names that many bear.
CANDIDATES: Final = """
WITH named AS MATERIALIZED (
    SELECT organization_id FROM orgs_identitykey
    WHERE kind IN ('name', 'former_name') AND value = ANY(%(names)s) LIMIT 1000
), near AS MATERIALIZED (
    SELECT organization_id FROM unnest(%(names)s::text[]) name
    JOIN orgs_identitykey ON place = %(city)s AND value %% name
    WHERE kind IN ('name', 'former_name') LIMIT 200
), found AS (
    SELECT organization_id, 0 AS rank FROM orgs_identitykey
    WHERE value = ANY(%(numbers)s) AND kind IN ('bn', 'neq', 'corporation_number')
    UNION ALL
    SELECT organization_id, 1 FROM orgs_identitykey
    WHERE value = ANY(%(domains)s) AND kind IN ('website', 'email')
    UNION ALL
    SELECT organization_id, 2 FROM orgs_identitykey
    WHERE value = %(postal_code)s AND kind = 'postal_code'
    UNION ALL
    SELECT organization_id, 2 FROM near
    UNION ALL
    SELECT organization_id, 3 FROM named
)
SELECT organization_id FROM found WHERE organization_id <> %(itself)s
GROUP BY organization_id ORDER BY count(*) DESC, min(rank), organization_id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Lookalike:
    """An organization on file, and what it has in common with the one described."""

    organization: Organization
    likeness: Likeness

    @property
    def is_probable(self) -> bool:
        return self.likeness.is_probable


def find(candidate: Organization, *, typed: Iterable[IdentityKey] = ()) -> list[Lookalike]:
    """Organizations that look like this one, most alike first; also namesakes elsewhere.

    `typed` are keys beside those of the candidate: numbers that it could not be given. What was
    merged is found by its own keys, and leads to the organization it is now. A branch and its
    head are two: they share their digits.
    """
    return lookalikes(identity_of([*keys_of(candidate), *typed]), candidate)


def lookalikes(identity: Identity, candidate: Organization) -> list[Lookalike]:
    """`find`, by what the candidate is recognized by. Four queries, and one a site."""
    identity = replace(identity, domains=identity.domains - _everybodys(identity.domains))
    pks = _candidates(identity, candidate)
    rows = Organization.objects.filter(pk__in=pks).select_related("merged_into")
    found: dict[int, Lookalike] = {}
    for row in rows.prefetch_related("identity_keys"):
        likeness = score(identity, identity_of(row.identity_keys.all()))
        other = row.successor
        best = found.get(other.pk)
        is_other = other.pk != candidate.pk and not _is_family(candidate, other)
        is_other = is_other and not _was_put_away(other)
        is_alike = likeness.is_probable or likeness.is_namesake
        if is_other and is_alike and (not best or best.likeness.points < likeness.points):
            found[other.pk] = Lookalike(other, likeness)
    return sorted(found.values(), key=lambda one: (-one.likeness.points, one.organization.pk))[
        :MOST
    ]


def probable(candidate: Organization, *, typed: Iterable[IdentityKey] = ()) -> list[Lookalike]:
    """Those that somebody has to look at before the candidate is another organization."""
    return [one for one in find(candidate, typed=typed) if one.is_probable]


def values_of(identity: Identity, candidate: Organization) -> dict[str, Any]:
    """What CANDIDATES asks for."""
    return {
        "names": sorted(identity.names),
        "numbers": [number for _kind, number in sorted(identity.numbers)],
        "domains": sorted(identity.domains),
        "postal_code": identity.postal_code or None,
        "city": identity.city or None,
        "itself": candidate.pk or 0,
        "most": LOOKED_AT,
    }


def _candidates(identity: Identity, candidate: Organization) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(NEARLY)])
        cursor.execute(CANDIDATES, values_of(identity, candidate))
        return [row[0] for row in cursor.fetchall()]


def _everybodys(domains: frozenset[str]) -> set[str]:
    """Sites that so many organizations share that they say nothing about one."""
    keys = IdentityKey.objects.filter(kind__in=IdentityKey.SITES)
    return {site for site in domains if keys.filter(value=site)[SHARED_BY : SHARED_BY + 1]}


def _is_family(one: Organization, other: Organization) -> bool:
    """A branch and its head, or two branches of one."""
    heads = {one.parent_id or one.pk, other.parent_id or other.pk}
    return len(heads) == 1


def _was_put_away(organization: Organization) -> bool:
    """A draft that was never sent, and is closed."""
    return bool(organization.closed_on and not organization.qualified_since)
