"""Verdicts: which programs are open to an organization on a day, each with every reason."""

from collections.abc import Iterable
from datetime import date

from catalog.eligibility import Facts, Verdict, judge, version_in_force
from catalog.facts import facts_of
from catalog.models import Program, ProgramVersion
from catalog.terms import Criterion, Version
from orgs.models import Organization


def verdict(program: Program, organization: Organization, *, on: date) -> Verdict:
    """Whether one program is open to an organization on a day of Toronto."""
    return verdict_on(program.versions.all(), facts_of(organization), on=on)


def verdicts(organization: Organization, *, on: date) -> list[tuple[Program, Verdict]]:
    """The same of every program, in the catalogue's order, in three queries."""
    facts = facts_of(organization)
    programs = Program.objects.select_related("partner").prefetch_related("versions")
    return [
        (program, verdict_on(program.versions.all(), facts, on=on))
        for program in programs.order_by("partner__position", "position", "slug")
    ]


def verdict_on(versions: Iterable[ProgramVersion], facts: Facts, *, on: date) -> Verdict:
    """The verdict by the version in force on that day."""
    row = version_in_force(versions, on)
    if row is None:
        return judge(None, facts, on=on)
    criteria = tuple(map(Criterion.from_data, row.criteria))
    return judge(Version(row.effective, criteria), facts, on=on)
