"""Eligibility as a query: the criteria of catalog/eligibility.py, of all organizations at once.

Each comparison says here what it says there of one organization; a test asks both about random
criteria and random organizations. Nothing is looked up by name, so any criteria can be asked.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When

from catalog.models import Override, Program
from catalog.terms import Criterion, Version
from orgs.clock import DAY, add_months
from orgs.models import Organization

COLUMNS = {"kind": "kind", "province": "province", "budget": "annual_budget", "staff": "staff"}


def meets(version: Version | None, *, on: date) -> Q:
    """Organizations for which every criterion holds on a day; without a version there are none."""
    if version is None:
        return Q(pk__in=[])
    return all_of(version.criteria, on=on)


def open_to(program: Program, version: Version | None, *, on: date) -> Q:
    """Those that may have a program on a day: by its rules, or by an exception."""
    granted = Override.objects.holding(on=on).filter(program=program, organization=OuterRef("pk"))
    return meets(version, on=on) | Q(Exists(granted)) if version else meets(None, on=on)


def all_of(criteria: Iterable[Criterion], *, on: date) -> Q:
    """Organizations for which each of these holds."""
    found = Q(pk__isnull=False)  # everybody
    for criterion in criteria:
        found &= one(criterion, on=on)
    return found


def one(criterion: Criterion, *, on: date) -> Q:
    """Organizations for which a criterion holds, by the fact or by its waiver."""
    found = _holds(criterion, on=on)
    return found | Q(secular_arm=True) if criterion.unless == "secular_arm" else found


def answer(condition: Q) -> Case:
    """A column that is true or false, never unknown."""
    return Case(
        When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )


def _holds(criterion: Criterion, *, on: date) -> Q:
    match criterion.fact, criterion.comparison:
        case "activities", "any_of":
            return Q(_has_one(criterion))
        case "activities", "none_of":
            return Q(~_has_one(criterion))
        case "qualified_months", "between":
            return _qualified(criterion, on=on)
        case _, "in":
            return Q(**{f"{COLUMNS[criterion.fact]}__in": criterion.values})
        case _, "between":
            return _between(COLUMNS[criterion.fact], criterion)
    raise ValueError(f"{criterion.comparison} does not fit {criterion.fact}")


def _has_one(criterion: Criterion) -> Exists:
    has: Any = Organization.activities.through.objects
    return Exists(has.filter(organization=OuterRef("pk"), activity__code__in=criterion.values))


def _between(column: str, criterion: Criterion) -> Q:
    # Said by itself: a bound that no number in the column can pass is left out of the query.
    found = Q(**{f"{column}__isnull": False})
    if criterion.min is not None:
        found &= Q(**{f"{column}__gte": criterion.min})
    if criterion.max is not None:
        found &= Q(**{f"{column}__lte": criterion.max})
    return found


def _qualified(criterion: Criterion, *, on: date) -> Q:
    found = Q(qualified_since__lte=on, qualified_until__gte=on)
    if criterion.min is not None:
        found &= Q(qualified_since__lte=latest_start(int(criterion.min), on=on))
    if criterion.max is not None:
        found &= Q(qualified_since__gt=latest_start(int(criterion.max) + 1, on=on))
    return found


def latest_start(months: int, *, on: date) -> date:
    """The last day from which so many whole months are complete on a day.

    Months end on their last day: from 29, 30 and 31 January, one is complete on 28 February.
    """
    begun = add_months(on, -months)
    is_last_of_month = (on + DAY).day == 1
    return add_months(begun.replace(day=1), 1) - DAY if is_last_of_month else begun
