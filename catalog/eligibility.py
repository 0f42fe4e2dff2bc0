"""Eligibility: a program's criteria against the facts about an organization, on plain values.

Whether an organization is *qualified* is another question: a program asks for it with
`qualified_months`. What is not known fails; a waiver that applies makes its criterion hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar

from catalog.terms import Bound, Criterion, Version
from orgs.clock import add_months, whole_months

Fact = str | frozenset[str] | Decimal | int | None
"""What is known, as the criterion's fact has it; None (or "") is unknown."""


class HasEffective(Protocol):
    """Something that holds from a day in Toronto on."""

    @property
    def effective(self) -> date: ...


V = TypeVar("V", bound=HasEffective)


@dataclass(frozen=True)
class Source:
    """Where a fact comes from: a name for people, and the day it speaks of."""

    name: str
    on: date | None = None

    def to_data(self) -> dict[str, str | None]:
        """As JSON."""
        return {"name": self.name, "on": self.on.isoformat() if self.on else None}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """From what `to_data` wrote."""
        return cls(data["name"], date.fromisoformat(data["on"]) if data["on"] else None)


@dataclass(frozen=True)
class Granted:
    """A program that staff opened to an organization for some days, both included."""

    program: int
    from_on: date
    until_on: date

    @classmethod
    def from_data(cls, data: Sequence[Any]) -> Self:
        """From a program's key and two days as JSON has them."""
        program, from_on, until_on = data
        return cls(program, date.fromisoformat(from_on), date.fromisoformat(until_on))


@dataclass(frozen=True)
class Facts:
    """What is on file about an organization, and perhaps from where, by fact."""

    kind: str = ""
    province: str = ""
    activities: frozenset[str] = frozenset()
    budget: Decimal | None = None
    staff: int | None = None
    qualified_since: date | None = None
    qualified_until: date | None = None
    secular_arm: bool = False
    sources: Mapping[str, Source] = field(default_factory=dict, hash=False)
    granted: tuple[Granted, ...] = ()
    """Exceptions, by the keys of programs."""

    def leave(self, program: int, *, on: date) -> "Leave | None":
        """The exception that opens a program on a day."""
        for one in self.granted:
            if one.program == program and one.from_on <= on <= one.until_on:
                return Leave("exception", one.until_on)
        return None

    def known(self, fact: str, *, on: date) -> Fact:
        """The value of a fact of `terms.FACTS` on a day."""
        if fact == "qualified_months":
            return qualified_months(self.qualified_since, self.qualified_until, on)
        value: Fact = getattr(self, fact)
        return value


@dataclass(frozen=True)
class Result:
    """How one criterion came out, with the fact that was used."""

    index: int
    """The criterion's place in its version, from 0."""
    criterion: Criterion
    passed: bool
    fact: Fact
    waived: bool = False
    source: Source | None = None
    holds_on: date | None = None
    """The day on which waiting alone will make it hold, when there is one."""

    def to_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "criterion": self.criterion.to_data(),
            "passed": self.passed,
            "waived": self.waived,
            "fact": _fact_to_data(self.fact),
            "source": self.source.to_data() if self.source else None,
            "holds_on": self.holds_on.isoformat() if self.holds_on else None,
        }

    @classmethod
    def from_data(cls, index: int, data: Mapping[str, Any]) -> Self:
        """From what `to_data` wrote."""
        criterion = Criterion.from_data(data["criterion"])
        return cls(
            index=index,
            criterion=criterion,
            passed=data["passed"],
            waived=data["waived"],
            fact=_fact_from_data(criterion.fact, data["fact"]),
            source=Source.from_data(data["source"]) if data["source"] else None,
            holds_on=date.fromisoformat(data["holds_on"]) if data["holds_on"] else None,
        )


@dataclass(frozen=True)
class Leave:
    """Why a program is open although a criterion fails, and the last day of it."""

    kind: str
    """`exception`: staff granted one; `grace`: it was in the cart before the rules changed."""
    until: date

    def to_data(self) -> dict[str, str]:
        """As JSON."""
        return {"kind": self.kind, "until": self.until.isoformat()}

    @classmethod
    def from_data(cls, data: Mapping[str, str]) -> Self:
        """From what `to_data` wrote."""
        return cls(data["kind"], date.fromisoformat(data["until"]))


@dataclass(frozen=True)
class Verdict:
    """Whether an organization may have a program's products, and why; version is in force."""

    is_eligible: bool
    version: date | None
    """The effective day of the rules that were used; None before the first."""
    results: tuple[Result, ...] = ()
    leave: Leave | None = None
    """What opens it although a criterion fails."""

    def with_leave(self, leave: Leave | None) -> Self:
        """Open by a leave, where the rules do not open it; before the first rules nothing does."""
        if leave is None or self.is_eligible or self.version is None:
            return self
        return replace(self, is_eligible=True, leave=leave)

    @property
    def failing(self) -> list[int | str]:
        """Places of the criteria that fail; ["no-version"] before the first version."""
        if self.version is None:
            return ["no-version"]
        return [result.index for result in self.results if not result.passed]

    def to_data(self) -> dict[str, Any]:
        """As JSON, for the copy that an order line keeps."""
        return {
            "eligible": self.is_eligible,
            "version": self.version.isoformat() if self.version else None,
            "results": [result.to_data() for result in self.results],
        } | ({"leave": self.leave.to_data()} if self.leave else {})

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """From what `to_data` wrote."""
        results = (Result.from_data(n, kept) for n, kept in enumerate(data["results"]))
        version = date.fromisoformat(data["version"]) if data["version"] else None
        leave = Leave.from_data(data["leave"]) if data.get("leave") else None
        return cls(data["eligible"], version, tuple(results), leave)


def version_in_force(versions: Iterable[V], on: date) -> V | None:
    """The latest version that is effective on a day; None before the first."""
    begun = (version for version in versions if version.effective <= on)
    return max(begun, key=lambda version: version.effective, default=None)


def judge(version: Version | None, facts: Facts, *, on: date) -> Verdict:
    """Every criterion of the version in force; without one a program is open to nobody."""
    if version is None:
        return Verdict(is_eligible=False, version=None)
    found = enumerate(version.criteria)
    results = tuple(result(criterion, facts, on=on, index=index) for index, criterion in found)
    return Verdict(all(found.passed for found in results), version.effective, results)


def result(criterion: Criterion, facts: Facts, *, on: date, index: int = 0) -> Result:
    """How one criterion comes out for an organization on a day."""
    fact = facts.known(criterion.fact, on=on)
    waived = criterion.unless == "secular_arm" and facts.secular_arm
    passed = waived or holds(criterion, fact)
    return Result(
        index=index,
        criterion=criterion,
        passed=passed,
        fact=fact,
        waived=waived,
        source=facts.sources.get(criterion.fact),
        holds_on=None if passed else _holds_on(criterion, facts, fact),
    )


def holds(criterion: Criterion, fact: Fact) -> bool:
    """A fact is what the criterion asks for, waivers aside."""
    match criterion.comparison, fact:
        case "any_of", frozenset():
            return not fact.isdisjoint(criterion.values)
        case "none_of", frozenset():
            return fact.isdisjoint(criterion.values)
        case "in", str():
            return fact in criterion.values
        case "between", Decimal() | int():
            return is_between(fact, criterion.min, criterion.max)
    return False


def is_between(value: Bound, low: Bound | None, high: Bound | None) -> bool:
    """Both bounds belong to the range; None is no bound."""
    return (low is None or value >= low) and (high is None or value <= high)


def qualified_months(since: date | None, until: date | None, on: date) -> int | None:
    """Whole months of unbroken qualification; None on days outside it."""
    if since is None or until is None or not since <= on <= until:
        return None
    return whole_months(since, on)


def _holds_on(criterion: Criterion, facts: Facts, fact: Fact) -> date | None:
    """The day that enough months of qualification are complete, if it lasts that long."""
    since, until = facts.qualified_since, facts.qualified_until
    if criterion.fact != "qualified_months" or criterion.min is None:
        return None
    if not isinstance(fact, int) or fact >= criterion.min or since is None or until is None:
        return None
    day = add_months(since, int(criterion.min))
    return day if day <= until else None


def _fact_to_data(fact: Fact) -> Any:
    match fact:
        case frozenset():
            return sorted(fact)
        case Decimal():
            return str(fact)
    return fact


def _fact_from_data(name: str, data: Any) -> Fact:
    match name, data:
        case "activities", list():
            return frozenset(data)
        case "budget", str():
            return Decimal(data)
    fact: Fact = data
    return fact
