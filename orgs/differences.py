"""Differences: what changed in an organization's row, from the history that triggers keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from orgs.models import Organization

FIELDS: Final = (
    *("legal_name", "former_names", "kind", "bn", "neq", "corporation_number", "parent_id"),
    *("street", "unit", "city", "province", "postal_code", "phone", "website", "email"),
    *("language", "mission", "secular_arm", "annual_budget", "budget_source", "budget_year"),
    *("staff", "qualified_since", "qualified_until", "suspended_on", "closed_on"),
)
FACTS: Final = FIELDS[: FIELDS.index("qualified_since")]
"""What the organization is; the rest is how it stands."""
MOST = 30  # changes that a page shows


@dataclass(frozen=True)
class Change:
    """One field before and after, as `components/diff.html` shows it."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Step:
    """What was changed at one moment."""

    at: datetime
    changes: list[Change]


def since(organization: Organization, moment: datetime) -> list[Change]:
    """What is otherwise now than it was at a moment; one query."""
    before = None
    for event in _events(organization):
        if before is not None and event.pgh_created_at > moment:
            break
        before = event
    return [] if before is None else list(_between(before, organization, FACTS))


def steps(organization: Organization) -> list[Step]:
    """Every change of the row, newest first; one query."""
    events = _events(organization)
    found = [
        Step(after.pgh_created_at, changes)
        for before, after in pairwise(events)
        if (changes := list(_between(before, after, FIELDS)))
    ]
    return found[::-1][:MOST]


def between(before: Any, after: Any, fields: tuple[str, ...]) -> list[Change]:
    """What differs between two rows that have these fields of an organization."""
    return list(_between(before, after, fields))


def _events(organization: Organization) -> list[Any]:
    model: Any = Organization.pgh_event_model  # type: ignore[attr-defined]  # put there by pghistory
    rows = model.objects.filter(pgh_obj_id=organization.pk)
    return list(rows.order_by("pgh_created_at", "pgh_id"))


def _between(before: Any, after: Any, fields: tuple[str, ...]) -> Iterator[Change]:
    for name in fields:
        old, new = getattr(before, name), getattr(after, name)
        if old != new and (old or new):
            field: Any = Organization._meta.get_field(name.removesuffix("_id"))
            yield Change(str(field.verbose_name), _shown(before, name), _shown(after, name))


def _shown(row: Any, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
