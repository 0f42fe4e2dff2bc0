"""The published terms of a program, in the form a catalogue file gives them.

The database keeps criteria and limits as JSON in exactly that form: whole numbers as numbers,
other amounts as texts with a point.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

Bound = int | Decimal
"""A whole number as it stands in the file, or dollars and cents (a quoted text there)."""

FACTS: Final = {
    "kind": {"in"},
    "province": {"in"},
    "activities": {"any_of", "none_of"},
    "budget": {"between"},
    "staff": {"between"},
    "qualified_months": {"between"},
}
"""Each fact with the comparisons that fit it; `between` is written with `min` and `max`."""

WAIVERS: Final = {"secular_arm"}
METRICS: Final = {"units", "orders", "products", "title_groups", "fees"}
SCOPES: Final = {"program", "title_group", "product"}
WINDOWS: Final = {"fiscal_year", "first_order", "rolling", "lifetime", "order"}
LONGEST_WINDOW: Final = 1200
"""In months; beyond a century somebody slipped, and dates run out."""

PROGRAM_KINDS: Final = {"donation", "access", "hardware", "validation"}
APPROVALS: Final = {"none", "partner"}
QUESTION_TYPES: Final = {"text", "number", "date", "choice", "yesno"}
ATTESTATIONS: Final = {"no_discrimination", "no_transfer", "partner_terms", "case_study"}
REFUNDS: Final = {"none", "uninstalled", "hardware"}
RENEWALS: Final = {"none", "reorder", "portal", "partner", "yearly_fee"}
METHODS: Final = {"key", "link", "code", "shipment", "certificate"}
PLATFORMS: Final = {"windows", "mac", "linux", "ios", "android", "web"}
STATUSES: Final = {"live", "discontinued"}
GROUPS: Final = {
    "social",
    "health",
    "education",
    "culture",
    "environment",
    "faith",
    "civic",
    "members",
    "support",
}


def bound_from_data(value: int | str | None) -> Bound | None:
    """A bound as the file and the database write it."""
    return Decimal(value) if isinstance(value, str) else value


def bound_to_data(bound: Bound) -> int | str:
    """The other way round."""
    return str(bound) if isinstance(bound, Decimal) else bound


def _bounds_to_data(terms: "Criterion | Limit") -> dict[str, int | str]:
    bounds = {"min": terms.min, "max": terms.max}
    return {name: bound_to_data(bound) for name, bound in bounds.items() if bound is not None}


@dataclass(frozen=True)
class Criterion:
    """What one fact about an organization must be; both bounds are included."""

    fact: str
    comparison: str
    values: tuple[str, ...] = ()
    min: Bound | None = None
    max: Bound | None = None
    unless: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """From a mapping that was checked before."""
        comparison = next((key for key in ("in", "any_of", "none_of") if key in data), "between")
        return cls(
            fact=data["fact"],
            comparison=comparison,
            values=tuple(data.get(comparison, ())),
            min=bound_from_data(data.get("min")),
            max=bound_from_data(data.get("max")),
            unless=data.get("unless", ""),
        )

    def to_data(self) -> dict[str, Any]:
        """As the file writes it."""
        data: dict[str, Any] = {"fact": self.fact}
        if self.comparison == "between":
            data |= _bounds_to_data(self)
        else:
            data[self.comparison] = list(self.values)
        return data | ({"unless": self.unless} if self.unless else {})


@dataclass(frozen=True)
class Version:
    """The rules of a program from a day in Toronto on; every criterion must hold."""

    effective: date
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Window:
    """Which orders a limit adds up: those of a kind of period."""

    kind: str
    month_day: str = ""
    months: int = 0

    @classmethod
    def from_data(cls, data: str | Mapping[str, Any]) -> Self:
        """From a word or a mapping that was checked before."""
        if isinstance(data, str):
            return cls(data)
        if "fiscal_year" in data:
            return cls("fiscal_year", month_day=data["fiscal_year"])
        return cls("first_order" if "from" in data else "rolling", months=data["months"])

    def to_data(self) -> str | dict[str, Any]:
        """As the file writes it."""
        match self.kind:
            case "fiscal_year":
                return {"fiscal_year": self.month_day}
            case "first_order":
                return {"months": self.months, "from": "first_order"}
            case "rolling":
                return {"months": self.months, "rolling": True}
        return self.kind


@dataclass(frozen=True)
class Limit:
    """How much of a program an organization may have in a window."""

    metric: str
    scope: str
    window: Window
    max: Bound | None = None
    min: Bound | None = None
    title_groups: tuple[str, ...] = ()
    """Only products of these groups count; none named is all."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """From a mapping that was checked before."""
        return cls(
            metric=data["metric"],
            scope=data["scope"],
            window=Window.from_data(data["window"]),
            max=bound_from_data(data.get("max")),
            min=bound_from_data(data.get("min")),
            title_groups=tuple(data.get("title_groups", ())),
        )

    def to_data(self) -> dict[str, Any]:
        """As the file writes it."""
        data = {"metric": self.metric, "scope": self.scope, **_bounds_to_data(self)}
        groups = {"title_groups": list(self.title_groups)} if self.title_groups else {}
        return data | {"window": self.window.to_data()} | groups
