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

lately = editions.Kept()  # its own, so that many organizations do not push out the lists


def verdict(program: Program, organization: Organization, *, on: date) -> Verdict:
    """Whether one program is open to an organization on a day of Toronto; three queries."""
    return verdict_on(program, facts_of(organization), on=on)


def verdicts(organization: Organization, *, on: date) -> list[tuple[Program, Verdict]]:
    """The same of every program, in the catalogue's order; two queries at most."""
    edition, activities, granted = editions.current(organization)
    return judged(edition, facts_of(organization, activities, granted), on=on)


def judged(edition: str, facts: Facts, *, on: date) -> list[tuple[Program, Verdict]]:
    """Every program with its verdict on these facts; a query when the catalogue has changed.

    It is kept, as the same facts under the same rules have the same answer: nobody may change it.
    """

    def judge_all() -> tuple[float, list[tuple[Program, Verdict]]]:
        return editions.LONGEST, [
            (program, decided(program.pk, version_in_force(versions, on), facts, on=on))
            for program, versions in editions.kept.get(("rules", edition), rules)
        ]

    found: list[tuple[Program, Verdict]] = lately.get((edition, facts, on), judge_all)
    return found


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


def verdict_on(program: Program, facts: Facts, *, on: date) -> Verdict:
    """The verdict by the version in force on that day, with exceptions."""
    return by_versions(program.pk, program.versions.all(), facts, on=on)


def by_versions(
    program: int, versions: Iterable[ProgramVersion], facts: Facts, *, on: date
) -> Verdict:
    """The same, of versions that were read already."""
    row = version_in_force(versions, on)
    return decided(program, values_of(row) if row else None, facts, on=on)


def decided(program: int, version: Version | None, facts: Facts, *, on: date) -> Verdict:
    """What the rules say, and else an exception that staff granted for this program."""
    return judge(version, facts, on=on).with_leave(facts.leave(program, on=on))


def values_of(version: ProgramVersion) -> Version:
    """A version as the rules read it."""
    return _version(version.effective, version.criteria)


def _version(effective: date | str, criteria: list[dict[str, Any]]) -> Version:
    day = date.fromisoformat(effective) if isinstance(effective, str) else effective
    return Version(day, tuple(map(Criterion.from_data, criteria)))
