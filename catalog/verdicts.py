"""Verdicts: which programs are open to an organization on a day, each with every reason."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from catalog import editions
from catalog.eligibility import Facts, Verdict, judge, version_in_force
from catalog.facts import facts_of
from catalog.models import Program, ProgramVersion
from catalog.models.product import VERSION
from catalog.terms import Criterion, Version
from orgs.models import Organization


def verdict(program: Program, organization: Organization, *, on: date) -> Verdict:
    """Whether one program is open to an organization on a day of Toronto; two queries."""
    return verdict_on(program.versions.all(), facts_of(organization), on=on)


def verdicts(organization: Organization, *, on: date) -> list[tuple[Program, Verdict]]:
    """The same of every program, in the catalogue's order; two queries at most."""
    edition, activities = editions.current(organization)
    return judged(edition, facts_of(organization, activities), on=on)


def judged(edition: str, facts: Facts, *, on: date) -> list[tuple[Program, Verdict]]:
    """Every program with its verdict on these facts; a query when the catalogue has changed."""
    return [
        (program, judge(version_in_force(versions, on), facts, on=on))
        for program, versions in editions.kept.get(("rules", edition), rules)
    ]


def rules() -> tuple[float, list[tuple[Program, list[Version]]]]:
    """Every program with all versions of its rules, to be kept; nobody may change them."""
    versions = ProgramVersion.objects.filter(program=OuterRef("pk"))
    programs: Any = Program.objects.select_related("partner").annotate(
        history=ArraySubquery(versions.values_list(JSONObject(**VERSION)))
    )
    rows = programs.order_by("partner__position", "partner__name", "position", "slug")
    found = [(row, [_version(v["effective"], v["criteria"]) for v in row.history]) for row in rows]
    return editions.LONGEST, found


def in_force(history: list[dict[str, Any]], on: date) -> Version | None:
    """The version of such a column that holds on a day; None before the first."""
    versions = [_version(row["effective"], row["criteria"]) for row in history]
    return version_in_force(versions, on)


def verdict_on(versions: Iterable[ProgramVersion], facts: Facts, *, on: date) -> Verdict:
    """The verdict by the version in force on that day."""
    row = version_in_force(versions, on)
    return judge(values_of(row) if row else None, facts, on=on)


def values_of(version: ProgramVersion) -> Version:
    """A version as the rules read it."""
    return _version(version.effective, version.criteria)


def _version(effective: date | str, criteria: list[dict[str, Any]]) -> Version:
    day = date.fromisoformat(effective) if isinstance(effective, str) else effective
    return Version(day, tuple(map(Criterion.from_data, criteria)))
