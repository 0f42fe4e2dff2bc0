"""Facts in words: what is on file, and what a change request would make of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

from catalog.explained import activity_names
from orgs import changes, facts, onfile
from orgs.days import today
from orgs.fieldclasses import LABELS, Subject
from orgs.models import Organization
from orgs.vocabulary import PROVINCES
from portal.templatetags.ui import money

register = template.Library()

CODES = {"bn", "neq", "corporation_number"}
CHOICES = {
    "kind": Organization.Kind,
    "budget_source": Organization.BudgetSource,
}


@dataclass(frozen=True)
class Row:
    """One fact."""

    label: Any
    value: str
    is_code: bool
    origin: Any
    """Where it comes from (`orgs.facts.Origin`); None when the row above says it."""


@dataclass(frozen=True)
class Difference:
    """One fact, before and after."""

    label: Any
    old: str
    new: str


def in_words(name: str, value: Any, names: Mapping[str, str]) -> str:
    """A value that is kept as JSON, as people read it; "" when there is none."""
    if value in (None, "", []):
        return ""
    if name in CHOICES:
        return str(CHOICES[name](value).label)
    match name:
        case "activities":
            return "; ".join(names.get(code, code) for code in value)
        case "annual_budget":
            return money(Decimal(value))
        case "province":
            return str(PROVINCES.get(value, value))
    return str(value)


@register.simple_tag
def facts_of(organization: Organization, subject: Subject) -> list[Row]:
    """What the file says about a subject, each with its source; a query for activities."""
    values, origins = changes.current(organization, subject), facts.origins(organization)
    names, said, rows = _names(values), set(), []
    for name, value in values.items():
        (fact,) = facts.of_fields([name])
        origin = None if fact in said or value in (None, "", []) else origins[fact]
        said |= {fact} if origin else set()
        rows.append(Row(LABELS[name], in_words(name, value, names), name in CODES, origin))
    return rows


@register.simple_tag
def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> list[Difference]:
    """The facts that differ, before and after; one query for activities, without their `names`."""
    names = _names(new) if names is None else names
    return [
        Difference(LABELS.get(n, n), in_words(n, old.get(n), names), in_words(n, new[n], names))
        for n in new
        if old.get(n) != new[n]
    ]


def _names(values: Mapping[str, Any]) -> dict[str, str]:
    return activity_names() if "activities" in values else {}


@register.filter
def is_old_budget(organization: Organization) -> bool:
    """Whether the budget on file is of a year that ended more than 18 months ago."""
    return onfile.is_old_budget(organization, on=today())
