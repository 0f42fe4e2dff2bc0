"""Verdicts: which programs are open to an organization on a day, each with every reason."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from catalog.eligibility import Facts, Verdict, judge, version_in_force
from catalog.facts import facts_of
from catalog.models import Program, ProgramVersion
from catalog.terms import Criterion, Version
from orgs.models import Organization


def verdict(program: Program, organization: Organization, *, on: date) -> Verdict:
    """Whether one program is open to an organization on a day of Toronto; two queries."""
    return verdict_on(program.versions.all(), facts_of(organization), on=on)


def verdicts(organization: Organization, *, on: date) -> list[tuple[Program, Verdict]]:
    """The same of every program, in the catalogue's order; two queries."""
    found = verdicts_on(facts_of(organization), on=on)
    return [(program, verdict) for program, (verdict,) in found]


def verdicts_on(*facts: Facts, on: date) -> list[tuple[Program, tuple[Verdict, ...]]]:
    """Every program with a verdict on each of these facts; one query."""
    history = ProgramVersion.objects.filter(program=OuterRef("pk")).values_list(
        JSONObject(effective="effective", criteria="criteria")
    )
    programs: Any = Program.objects.select_related("partner").annotate(
        history=ArraySubquery(history)
    )
    found = []
    for program in programs.order_by("partner__position", "partner__name", "position", "slug"):
        versions = [_version(row["effective"], row["criteria"]) for row in program.history]
        version = version_in_force(versions, on)
        found.append((program, tuple(judge(version, each, on=on) for each in facts)))
    return found


def verdict_on(versions: Iterable[ProgramVersion], facts: Facts, *, on: date) -> Verdict:
    """The verdict by the version in force on that day."""
    row = version_in_force(versions, on)
    version = _version(row.effective, row.criteria) if row else None
    return judge(version, facts, on=on)


def _version(effective: date | str, criteria: list[dict[str, Any]]) -> Version:
    day = date.fromisoformat(effective) if isinstance(effective, str) else effective
    return Version(day, tuple(map(Criterion.from_data, criteria)))
