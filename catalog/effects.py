"""Effects: what a version of rules would do to all organizations, asked in one query.

What upper apps have of the organizations that lose, such as carts, they count themselves: each
registers its counter when the site starts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from catalog.eligibility import version_in_force
from catalog.eligibility_sql import answer, open_to
from catalog.models import Program
from catalog.terms import Criterion, Version
from orgs.models import Organization

CHUNK: Final = 2000
Compared = Any
"""Organizations with two columns of ours, `before` and `after`."""
Carts = Callable[[Program, QuerySet[Organization]], dict[int, int]]
_carts: list[Carts] = []


@dataclass(frozen=True)
class Effect:
    """How many organizations gain a program and lose it; of those that lose it, the open carts."""

    total: int
    before: int
    after: int
    gained: int
    lost: int
    carts: int


def count_carts_by(counter: Carts) -> None:
    """Let an upper app say how many carts hold a program, by organization, of those given."""
    _carts.append(counter)


def of(program: Program, criteria: list[dict[str, Any]], *, on: date) -> Effect:
    """What these criteria would change from a day on; two queries, and the counters'."""
    rows = compared(program, criteria, on=on)
    found = rows.aggregate(
        total=Count("pk"),
        before_count=Count("pk", filter=Q(before=True)),
        after_count=Count("pk", filter=Q(after=True)),
        gained=Count("pk", filter=Q(before=False, after=True)),
        lost=Count("pk", filter=Q(before=True, after=False)),
    )
    return Effect(
        total=found["total"],
        before=found["before_count"],
        after=found["after_count"],
        gained=found["gained"],
        lost=found["lost"],
        carts=sum(carts(program, losing(rows)).values()) if found["lost"] else 0,
    )


def compared(program: Program, criteria: list[dict[str, Any]], *, on: date) -> Compared:
    """Every organization that is not closed, with its answer `before` and `after`."""
    rules = version_in_force(program.versions.exclude(effective=on), on)
    before = version(rules.effective, rules.criteria) if rules else None
    return (
        Organization.objects.filter(closed_on=None)
        .order_by()
        .annotate(
            before=answer(open_to(program, before, on=on)),
            after=answer(open_to(program, version(on, criteria), on=on)),
        )
    )


def version(effective: date, criteria: list[dict[str, Any]]) -> Version:
    """The rules as values."""
    return Version(effective, tuple(map(Criterion.from_data, criteria)))


def losing(rows: Compared) -> Compared:
    """Of compared organizations, those that may no longer have it."""
    return rows.filter(before=True, after=False)


def gaining(rows: Compared) -> Compared:
    """Those that may have it now."""
    return rows.filter(before=False, after=True)


def changing(rows: Compared) -> Compared:
    """Those that gain or lose."""
    return rows.filter(Q(before=True, after=False) | Q(before=False, after=True))


def concerned(rows: Compared, *, on: date) -> Compared:
    """Those that gain or lose and are qualified on a day, so that they can order."""
    return changing(rows).filter(pk__in=Organization.objects.qualified(on=on).values("pk"))


def carts(program: Program, organizations: QuerySet[Organization]) -> dict[int, int]:
    """How many carts hold something of a program, by the key of these organizations."""
    found: dict[int, int] = {}
    for counter in _carts:
        for organization, number in counter(program, organizations).items():
            found[organization] = found.get(organization, 0) + number
    return found


def table(program: Program, criteria: list[dict[str, Any]], *, on: date) -> Iterator[list[Any]]:
    """Every organization that gains or loses, with its facts and carts; the first row is heads."""
    yield [
        *("number", "name", "kind", "province", "budget", "staff"),
        *("qualified_since", "qualified_until", "change", "carts"),
    ]
    rows = changing(compared(program, criteria, on=on))
    in_carts = carts(program, losing(rows))
    for org in rows.order_by("number").iterator(CHUNK):
        yield [
            *(org.number, org.legal_name, org.kind, org.province, org.annual_budget, org.staff),
            *(org.qualified_since, org.qualified_until),
            "gains" if org.after else "loses",
            in_carts.get(org.pk, 0),
        ]
