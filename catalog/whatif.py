"""What if: which programs a change of facts would open to an organization, or close."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.eligibility import Facts, Verdict
from catalog.explained import activity_names
from catalog.explaining import explain
from catalog.facts import facts_of
from catalog.models import Program
from catalog.verdicts import verdict_on
from orgs.models import Organization

SAME = ("kind", "province", "staff")  # names that the file and the rules share


@dataclass(frozen=True)
class Effect:
    """A program whose answer would change, and the rules that make the difference, in words."""

    program: Program
    rules: list[str]


@dataclass(frozen=True)
class Effects:
    gained: list[Effect]
    lost: list[Effect]
    unchanged: int
    """How many programs answer as before."""


def changed(facts: Facts, new: Mapping[str, Any]) -> Facts:
    """The facts, were the file's fields `new` (as JSON); other fields than facts change nothing."""
    known: dict[str, Any] = {name: new[name] for name in SAME if name in new}
    if "annual_budget" in new:
        amount = new["annual_budget"]
        known["budget"] = None if amount is None else Decimal(amount)
    if "activities" in new:
        known["activities"] = frozenset(new["activities"])
    return replace(facts, **known)


def effects(organization: Organization, new: Mapping[str, Any], *, on: date) -> Effects:
    """What the change would do on a day; five queries."""
    facts, names = facts_of(organization), activity_names()
    then = changed(facts, new)
    programs = Program.objects.select_related("partner").prefetch_related("versions")
    ordered = programs.order_by("partner__position", "partner__name", "position", "slug")
    gained: list[Effect] = []
    lost: list[Effect] = []
    for program in ordered:
        before, after = verdict_on(program, facts, on=on), verdict_on(program, then, on=on)
        if before.is_eligible != after.is_eligible:
            better, worse = (after, before) if after.is_eligible else (before, after)
            effect = Effect(program, _rules(better, worse, names))
            (gained if after.is_eligible else lost).append(effect)
    return Effects(gained, lost, len(ordered) - len(gained) - len(lost))


def _rules(better: Verdict, worse: Verdict, names: Mapping[str, str]) -> list[str]:
    """The rules that hold in the one and fail in the other."""
    return [
        explain(met, names).rule
        for met, failed in zip(better.results, worse.results, strict=True)
        if met.passed and not failed.passed
    ]
