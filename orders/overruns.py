"""Overruns: what a program's limits have against a cart, line by line, with what would fit."""

from collections.abc import Hashable, Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.explaining import dollars, in_words
from catalog.terms import Bound
from orders import limits
from orders.demands import Demand, Fix, Line, Refusal
from orders.limits import Outcome


def refusals(demand: Demand, *, at: datetime) -> Iterator[Refusal]:
    """One for each line that has to shrink, grow or go; with all fixes made, the limits hold."""
    wanted = [line.wanted for line in demand.lines]
    for found in limits.breaches(demand.limits, demand.uses, wanted, as_of=at):
        lines = [demand.lines[place] for place in found.lines]
        if found.over:
            yield from _over(demand, found, lines, at=at)
        else:
            yield _short(found, lines[0])


def _over(demand: Demand, found: Outcome, lines: list[Line], *, at: datetime) -> Iterator[Refusal]:
    standing = limits.standing(found.limit, demand.uses, as_of=at, subject=found.subject)
    text, params = _sentence(demand, found, standing.next_reset)
    for line, fits in _shares(found, lines):
        if fits < line.quantity:
            fix = Fix("reduce", fits, rest=line.quantity - fits) if fits else Fix("remove")
            yield Refusal(text, "over_limit", params, product=line.product, fix=fix)


def _shares(found: Outcome, lines: list[Line]) -> Iterator[tuple[Line, int]]:
    """How many packs of each line fit, when the first come first."""
    room = found.left or 0
    seen: set[Hashable] = set()
    for line in lines:
        if found.limit.metric in ("units", "fees"):
            cost = _cost(found, line)
            fits = min(line.quantity, int(room // cost)) if cost else line.quantity
            room -= fits * cost
        else:
            key = _key(found, line)
            fits = line.quantity if key in seen or room >= 1 else 0
            if fits and key not in seen:
                seen.add(key)
                room -= 1
        yield line, fits


def _cost(found: Outcome, line: Line) -> Bound:
    """What one pack uses of an adding limit."""
    return line.fee if found.limit.metric == "fees" else line.units_per_pack


def _key(found: Outcome, line: Line) -> Hashable:
    """What a counting limit counts once."""
    match found.limit.metric:
        case "products":
            return line.sku
        case "title_groups":
            return line.title_group or ("", line.sku)
    return "order"


def _sentence(demand: Demand, found: Outcome, reset: date | None) -> tuple[Any, dict[str, Any]]:
    """What is asked, what is left, and until when."""
    limit = found.limit
    show = dollars if limit.metric == "fees" else str
    params: dict[str, Any] = {
        "program": demand.name,
        "asked": show(found.total - found.used),
        "used": show(found.used),
        "left": show(found.left or 0),
        "max": show(limit.max or 0),
        "day": in_words(reset) if reset else "",
    }
    if limit.metric == "orders" and limit.window.kind == "lifetime" and limit.max == 1:
        text = _("%(program)s can be ordered once only, and your organization has ordered it.")
    elif limit.metric == "orders":
        text = _WITH_DAY["orders"] if reset else _WITHOUT_DAY["orders"]
    elif limit.window.kind == "order":
        text = _("You ask for %(asked)s in all, and one order holds at most %(max)s.")
    else:
        texts = _WITH_DAY if reset else _WITHOUT_DAY
        text = texts[limit.metric]
    return text, params


_WITH_DAY = {
    "units": _(
        "You ask for %(asked)s in all, and your quota leaves %(left)s of %(max)s until %(day)s."
    ),
    "fees": _(
        "You ask for %(asked)s in all, and your quota leaves %(left)s of %(max)s until %(day)s."
    ),
    "orders": _("Orders in %(program)s: your quota leaves %(left)s of %(max)s until %(day)s."),
    "products": _(
        "Different products of %(program)s: you ask for %(asked)s more, and your quota leaves "
        "%(left)s of %(max)s until %(day)s."
    ),
    "title_groups": _(
        "Different titles of %(program)s: you ask for %(asked)s more, and your quota leaves "
        "%(left)s of %(max)s until %(day)s."
    ),
}
_WITHOUT_DAY = {
    "units": _("You ask for %(asked)s in all, and your quota leaves %(left)s of %(max)s."),
    "fees": _("You ask for %(asked)s in all, and your quota leaves %(left)s of %(max)s."),
    "orders": _("Orders in %(program)s: your quota leaves %(left)s of %(max)s."),
    "products": _(
        "Different products of %(program)s: you ask for %(asked)s more, and your quota leaves "
        "%(left)s of %(max)s."
    ),
    "title_groups": _(
        "Different titles of %(program)s: you ask for %(asked)s more, and your quota leaves "
        "%(left)s of %(max)s."
    ),
}


def _short(found: Outcome, line: Line) -> Refusal:
    """Too little for the smallest order that a program takes."""
    show = dollars if found.limit.metric == "fees" else str
    params = {"asked": show(found.total), "min": show(found.limit.min or 0)}
    text = _("One order holds at least %(min)s; you ask for %(asked)s.")
    fix = None
    if found.limit.metric in ("units", "fees") and (cost := _cost(found, line)):
        more = -int(-found.short // cost)  # rounded up
        fix = Fix("raise", line.quantity + more)
    return Refusal(text, "below_minimum", params, product=line.product, fix=fix)
