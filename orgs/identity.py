"""Identity: keep the keys by which organizations are found equal to what is on file."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.db import connection, transaction

from orgs.likeness import Identity, domain, folded, normalize
from orgs.models import IdentityKey, Organization
from orgs.models.organization import BN_ROOT
from orgs.numbers import compact

Kind = IdentityKey.Kind
LONGEST: Final = 254
BATCH: Final = 1000
# How each is written so that two spellings meet.
SPELLING: Final[dict[str, Callable[[str], str]]] = {
    Kind.BN: lambda text: text[:BN_ROOT],
    Kind.NEQ: str,
    Kind.CORPORATION_NUMBER: compact,
    Kind.NAME: normalize,
    Kind.FORMER_NAME: normalize,
    Kind.CITY: folded,
    Kind.POSTAL_CODE: compact,
    Kind.WEBSITE: domain,
    Kind.EMAIL: domain,
    Kind.PHONE: str,
}
ON_FILE: Final = """
    SELECT id AS organization_id, 'bn' AS kind, bn AS source FROM orgs_organization
    UNION ALL SELECT id, 'neq', neq FROM orgs_organization
    UNION ALL SELECT id, 'corporation_number', corporation_number FROM orgs_organization
    UNION ALL SELECT id, 'name', legal_name FROM orgs_organization
    UNION ALL SELECT DISTINCT id, 'former_name', unnest(former_names) FROM orgs_organization
    UNION ALL SELECT id, 'city', city FROM orgs_organization
    UNION ALL SELECT id, 'postal_code', postal_code FROM orgs_organization
    UNION ALL SELECT id, 'website', website FROM orgs_organization
    UNION ALL SELECT id, 'email', email FROM orgs_organization
    UNION ALL SELECT id, 'phone', phone FROM orgs_organization
"""
"""What the keys have to be, from the organizations themselves."""
STALE: Final = f"""
    SELECT DISTINCT coalesce(f.organization_id, k.organization_id) AS organization_id
    FROM (SELECT * FROM ({ON_FILE}) every WHERE source <> '') f
    FULL JOIN orgs_identitykey k
      ON k.organization_id = f.organization_id AND k.kind = f.kind AND k.source = f.source
    WHERE f.organization_id IS NULL OR k.organization_id IS NULL
"""  # noqa: S608  (nothing from outside)
"""Organizations whose keys are not those of what is on file."""


def sources(organization: Organization) -> Iterator[tuple[str, str]]:
    """What an organization has on file to be recognized by: (kind, text)."""
    for kind in Kind:
        if kind == Kind.FORMER_NAME:
            continue
        field = "legal_name" if kind == Kind.NAME else str(kind)
        if text := str(getattr(organization, field) or ""):
            yield kind, text
    for name in dict.fromkeys(organization.former_names):
        if name:
            yield Kind.FORMER_NAME, name


def keys_of(organization: Organization) -> list[IdentityKey]:
    """The keys that an organization has to have, unsaved."""
    place = folded(organization.city)
    return [
        IdentityKey(
            organization=organization,
            kind=kind,
            source=text,
            value=SPELLING[kind](text)[:LONGEST],
            place=place if kind in IdentityKey.NAMES else "",
        )
        for kind, text in sources(organization)
    ]


def identity_of(keys: Iterable[IdentityKey]) -> Identity:
    """What is compared, from keys on file or typed a moment ago."""
    by_kind: dict[str, set[str]] = {}
    for key in keys:
        if key.value:
            by_kind.setdefault(key.kind, set()).add(key.value)

    def found(*kinds: str) -> frozenset[str]:
        return frozenset(value for kind in kinds for value in by_kind.get(kind, ()))

    return Identity(
        names=found(*IdentityKey.NAMES),
        numbers=frozenset((str(k), value) for k in IdentityKey.NUMBERS for value in found(k)),
        city="".join(found(Kind.CITY)),
        postal_code="".join(found(Kind.POSTAL_CODE)),
        domains=found(*IdentityKey.SITES),
        phone="".join(found(Kind.PHONE)),
    )


@transaction.atomic
def index(organization: Organization) -> None:
    """Bring the keys of an organization up to date; whatever writes its facts calls this.

    Keys that stay are not written again: `written_at` says since when each holds.
    """
    wanted = {(key.kind, key.source): key for key in keys_of(organization)}
    for key in IdentityKey.objects.filter(organization=organization):
        same = wanted.get((key.kind, key.source))
        if same and (same.value, same.place) == (key.value, key.place):
            del wanted[key.kind, key.source]
        else:
            key.delete()
    IdentityKey.objects.bulk_create(wanted.values(), ignore_conflicts=True)


def refresh() -> int:
    """Index every organization whose keys are out of date; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(STALE)
        stale = [row[0] for row in cursor.fetchall()]
    for organization in Organization.objects.filter(pk__in=stale).iterator(chunk_size=BATCH):
        index(organization)
    return len(stale)


def rebuild() -> int:
    """Write all keys anew: after a change in how names are normalized. Returns how many."""
    written = 0
    with transaction.atomic():
        IdentityKey.objects.all().delete()
        batch: list[IdentityKey] = []
        for organization in Organization.objects.order_by("pk").iterator(chunk_size=BATCH):
            batch += keys_of(organization)
            if len(batch) >= BATCH:
                written += len(IdentityKey.objects.bulk_create(batch))
                batch = []
        written += len(IdentityKey.objects.bulk_create(batch))
    return written
