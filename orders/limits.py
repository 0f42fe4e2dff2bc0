"""Limits: what an organization has used, holds and has left of a program, on plain values.

Uses are all of one organization in one program, given back or not: which of them count depends on
the moment asked about. Days are those of Toronto. An order placed at that very moment counts, one
given back at that very moment does not, and what was given back is as if it had never been.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from catalog.terms import Bound, Limit, Window
from orgs.clock import add_months, day_of, whole_months


class Counted(Protocol):
    """What a limit adds up: a line that was ordered, or one that is wanted."""

    @property
    def order(self) -> object: ...
    @property
    def sku(self) -> str: ...
    @property
    def title_group(self) -> str: ...  # "" for none
    @property
    def units(self) -> int: ...
    @property
    def fees(self) -> Decimal: ...


@dataclass(frozen=True)
class Use:
    """One line of a placed order: quantity × units per pack, quantity × the fee charged then."""

    order: object
    sku: str
    title_group: str
    units: int
    fees: Decimal
    at: datetime
    given_back_at: datetime | None = None
    is_held: bool = False
    """Placed and not settled yet; counts all the same."""

    @property
    def day(self) -> date:
        """The day in Toronto on which it was placed."""
        return day_of(self.at)

    def counts(self, as_of: datetime) -> bool:
        """It stood at that moment."""
        return self.at <= as_of and (self.given_back_at is None or self.given_back_at > as_of)


@dataclass(frozen=True)
class Wanted:
    """One line of a cart; the lines of a cart are one order."""

    sku: str
    title_group: str
    units: int
    fees: Decimal

    @property
    def order(self) -> object:
        """No order yet: equal for all lines of the cart, and to no order's number."""
        return Wanted


@dataclass(frozen=True)
class Standing:
    """How one subject of a limit stood at a moment; `used` is settled, `held` is not."""

    limit: Limit
    subject: str
    """"" for the whole program, else a title group or a SKU."""
    used: Bound
    held: Bound
    left: Bound | None
    """None when there is only a minimum."""
    next_reset: date | None
    """The first day on which something is free again."""
    since: date | None
    """The first day of the window; None without a cycle, for lifetime and order."""

    @property
    def total(self) -> Bound:
        """Everything that counts, settled or not."""
        return self.used + self.held


@dataclass(frozen=True)
class Outcome:
    """What a cart would make of one subject of a limit."""

    index: int
    """The limit's place in the program, from 0."""
    limit: Limit
    subject: str
    used: Bound
    """Before this cart, settled or not."""
    total: Bound
    """With it."""
    lines: tuple[int, ...]
    """Places of the wanted lines that add to the total; all that count when none does."""

    @property
    def over(self) -> Bound:
        """By how much it is above the maximum; 0 when it is not."""
        return 0 if self.limit.max is None else max(self.total - self.limit.max, 0)

    @property
    def short(self) -> Bound:
        """By how much it is below the minimum; 0 when it is not."""
        return 0 if self.limit.min is None else max(self.limit.min - self.total, 0)

    @property
    def is_within(self) -> bool:
        """The limit lets this cart through."""
        return not self.over and not self.short

    @property
    def left(self) -> Bound | None:
        """What was left before this cart."""
        return left(self.limit, self.used)


def left(limit: Limit, used: Bound) -> Bound | None:
    """What a maximum leaves, never below zero; None without one."""
    return None if limit.max is None else max(limit.max - used, used * 0)


def measure(metric: str, lines: Iterable[Counted]) -> Bound:
    """Add lines up as a limit counts them."""
    match metric:
        case "units":
            return sum(line.units for line in lines)
        case "orders":
            return len({line.order for line in lines})
        case "products":
            return len({line.sku for line in lines})
        case "title_groups":
            # A product without a group counts as a group of its own.
            return len({line.title_group or ("", line.sku) for line in lines})
        case "fees":
            return sum((line.fees for line in lines), start=Decimal("0.00"))
    raise ValueError(f"unknown metric {metric!r}")


def subject_of(limit: Limit, line: Counted) -> str | None:
    """The subject that a line counts for; None when the limit does not look at it.

    Where each title group counts for itself, a product without one is in none.
    """
    if limit.title_groups and line.title_group not in limit.title_groups:
        return None
    match limit.scope:
        case "program":
            return ""
        case "title_group":
            return line.title_group or None
        case "product":
            return line.sku
    raise ValueError(f"unknown scope {limit.scope!r}")


def subjects(
    limit: Limit, uses: Iterable[Use], *, groups: Iterable[str], as_of: datetime
) -> list[str]:
    """All subjects of a limit, in order: the title groups of the limit, or of the program
    (`groups`); or every SKU that was ever ordered there, also what was given back since."""
    match limit.scope:
        case "program":
            return [""]
        case "title_group":
            return sorted(set(limit.title_groups or groups))
    found = {subject_of(limit, use) for use in uses if use.at <= as_of}
    return sorted(sku for sku in found if sku)


def standings(
    limit: Limit, uses: Sequence[Use], *, groups: Iterable[str], as_of: datetime
) -> list[Standing]:
    """The standing of every subject of a limit."""
    names = subjects(limit, uses, groups=groups, as_of=as_of)
    return [standing(limit, uses, as_of=as_of, subject=name) for name in names]


def standing(limit: Limit, uses: Iterable[Use], *, as_of: datetime, subject: str = "") -> Standing:
    """How one subject of a limit stood at a moment."""
    counting = [use for use in uses if use.counts(as_of)]
    today = day_of(as_of)
    since, until = period(limit.window, counting, today)
    ours = [use for use in counting if subject_of(limit, use) == subject]
    ours = in_window(limit.window, ours, since, today)
    total = measure(limit.metric, ours)
    used = measure(limit.metric, [use for use in ours if not use.is_held])
    if limit.window.kind == "rolling" and ours:
        until = add_months(min(use.day for use in ours), limit.window.months)
    return Standing(limit, subject, used, total - used, left(limit, total), until, since)


def period(window: Window, counting: Sequence[Use], today: date) -> tuple[date | None, date | None]:
    """First day of the period that today is in, and the day on which the next begins.

    `counting` are the uses of the whole program: its first order anchors the cycle.
    """
    match window.kind:
        case "fiscal_year":
            month, day = (int(part) for part in window.month_day.split("-"))
            start = date(today.year, month, day)
            if start > today:
                start = date(today.year - 1, month, day)
            return start, date(start.year + 1, month, day)
        case "first_order" if counting:
            anchor = min(use.day for use in counting)
            cycles = whole_months(anchor, today) // window.months
            bounds = (cycles * window.months, (cycles + 1) * window.months)
            return add_months(anchor, bounds[0]), add_months(anchor, bounds[1])
        case "first_order" | "rolling" | "lifetime" | "order":
            return None, None
    raise ValueError(f"unknown window {window.kind!r}")


def in_window(window: Window, uses: Iterable[Use], since: date | None, today: date) -> list[Use]:
    """Those of the counting uses that the window still sees."""
    match window.kind:
        case "order":
            return []
        case "rolling":
            return [use for use in uses if today < add_months(use.day, window.months)]
    return [use for use in uses if since is None or use.day >= since]


def counted(limit: Limit, uses: Iterable[Use], *, as_of: datetime) -> list[tuple[Use, date | None]]:
    """The uses that a limit sees, whatever their subject, and the day each stops counting."""
    counting, today = [use for use in uses if use.counts(as_of)], day_of(as_of)
    since, until = period(limit.window, counting, today)
    ours = [use for use in counting if subject_of(limit, use) is not None]
    months = limit.window.months if limit.window.kind == "rolling" else 0
    return [
        (use, add_months(use.day, months) if months else until)
        for use in in_window(limit.window, ours, since, today)
    ]


def outcomes(
    limits: Iterable[Limit], uses: Sequence[Use], wanted: Sequence[Wanted], *, as_of: datetime
) -> list[Outcome]:
    """What a cart's lines of one program would make of every limit they touch."""
    return [
        outcome(index, limit, uses, wanted, as_of=as_of, subject=subject)
        for index, limit in enumerate(limits)
        for subject in _touched(limit, wanted)
    ]


def _touched(limit: Limit, wanted: Iterable[Wanted]) -> list[str]:
    found = {subject_of(limit, line) for line in wanted}
    return sorted(subject for subject in found if subject is not None)


def breaches(
    limits: Iterable[Limit], uses: Sequence[Use], wanted: Sequence[Wanted], *, as_of: datetime
) -> list[Outcome]:
    """The limits that would not let this cart through; empty when it may be placed.

    What adds nothing to a limit is let through, also when more was used than it allows by now.
    """
    found = outcomes(limits, uses, wanted, as_of=as_of)
    return [one for one in found if one.short or (one.over and one.total > one.used)]


def outcome(
    index: int,
    limit: Limit,
    uses: Iterable[Use],
    wanted: Sequence[Wanted],
    *,
    as_of: datetime,
    subject: str,
) -> Outcome:
    """What a cart would make of one subject of a limit."""
    counting = [use for use in uses if use.counts(as_of)]
    today = day_of(as_of)
    since, _ = period(limit.window, counting, today)
    ours = [use for use in counting if subject_of(limit, use) == subject]
    before: list[Counted] = [*in_window(limit.window, ours, since, today)]
    lines = [n for n, line in enumerate(wanted) if subject_of(limit, line) == subject]
    used = measure(limit.metric, before)
    total = measure(limit.metric, [*before, *(wanted[n] for n in lines)])
    adding = tuple(n for n in lines if measure(limit.metric, [*before, wanted[n]]) > used)
    return Outcome(index, limit, subject, used, total, adding or tuple(lines))
