"""Explained: rules and verdicts in plain words, gathered for pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from catalog.eligibility import Facts, Result, Verdict, version_in_force
from catalog.eligibility import result as judge_one
from catalog.explaining import Explanation, explain
from catalog.models import Partner, Program
from catalog.terms import Criterion
from catalog.verdicts import verdicts
from orgs.models import Activity, Organization


@dataclass(frozen=True)
class Judged:
    """A program with its verdict, and every criterion in words."""

    program: Program
    verdict: Verdict
    reasons: list["Reason"]

    @property
    def failing(self) -> list["Reason"]:
        """What stands against it; nothing does that an exception overrides."""
        if self.verdict.is_eligible:
            return []
        return [reason for reason in self.reasons if not reason.passed]


@dataclass(frozen=True)
class Reason:
    """One criterion in words, with whether it holds and which fact it is about."""

    fact_name: str
    passed: bool
    words: Explanation


def activities_of(organization: Organization | None) -> tuple[dict[str, str], list[str]]:
    """The names of activity codes, and the codes that are the organization's; one query."""
    activities: Any = Activity.objects.all()
    if organization:
        mine = organization.activities.through.objects.filter(
            organization=organization, activity=OuterRef("pk")
        )
        activities = activities.annotate(is_mine=Exists(mine))
    rows = list(activities)
    mine_too = [row.code for row in rows if organization and row.is_mine]
    return {row.code: row.name for row in rows}, mine_too


def activity_names() -> dict[str, str]:
    """The names of activity codes in the reader's language; one query."""
    return {activity.code: activity.name for activity in Activity.objects.all()}


def rules(program: Program, names: dict[str, str], *, on: date) -> list[str]:
    """What a program asks of an organization, a sentence a criterion; `names` of activities."""
    row = version_in_force(program.versions.all(), on)
    criteria = [Criterion.from_data(data) for data in row.criteria] if row else None
    return rules_in_words(criteria, names, on=on)


def rules_in_words(
    criteria: Iterable[Criterion] | None, names: dict[str, str], *, on: date
) -> list[str]:
    """A sentence a criterion; None are those of a program that is not open yet."""
    if criteria is None:
        return [_("This program is not open yet.")]
    nobody = Facts()
    return [explain(judge_one(criterion, nobody, on=on), names).rule for criterion in criteria]


def reasons(verdict: Verdict, names: dict[str, str]) -> list[Reason]:
    """Every criterion: the rule, the fact on file, what can be done."""
    return [
        Reason(found.criterion.fact, found.passed, explain(found, names))
        for found in verdict.results
    ]


def failing(verdict: Verdict, names: dict[str, str]) -> list[Reason]:
    """Only those that do not hold; none when an exception overrides them."""
    if verdict.is_eligible:
        return []
    return [reason for reason in reasons(verdict, names) if not reason.passed]


def short(verdict: Verdict) -> str:
    """Why not, in the two or three words of a card's chip."""
    for found in verdict.results:
        if not found.passed:
            return _in_short(found)
    return _("Not open yet")


def _in_short(found: Result) -> str:
    criterion = found.criterion
    match criterion.fact:
        case "kind":
            return _("Not for your kind")
        case "province":
            return _("Not in your province")
        case "activities":
            return _("Not for your activities")
        case "budget" if found.fact is None:
            return _("Budget unknown")
        case "staff" if found.fact is None:
            return _("Staff unknown")
        case "budget":
            is_above = criterion.max is not None and found.fact > criterion.max  # type: ignore[operator]  # a number
            return _("Budget too high") if is_above else _("Budget too low")
        case "staff":
            is_above = criterion.max is not None and found.fact > criterion.max  # type: ignore[operator]  # a number
            return _("Too many employees") if is_above else _("Too few employees")
        case "qualified_months" if found.fact is None:
            return _("Not qualified")
    return _("Not eligible yet")


def by_partner(organization: Organization, *, on: date) -> list[tuple[Partner, list[Judged]]]:
    """Every program of every partner, judged and explained; three queries."""
    names = activity_names()
    judged = [
        Judged(program, verdict, reasons(verdict, names))
        for program, verdict in verdicts(organization, on=on)
    ]
    return [(partner, list(rows)) for partner, rows in groupby(judged, lambda j: j.program.partner)]
