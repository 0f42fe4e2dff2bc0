"""Allocation: one program's limits for one organization, each subject with what is left, and the
orders that use it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from catalog.models import Program
from orders import limits, meters, quota
from orders.limits import Use
from orders.meters import Meter
from orders.models import Order, OrderLine
from orgs.models import Organization


@dataclass(frozen=True)
class Counted:
    """A line of an order that counts in at least one of the program's windows."""

    order: Order
    line: OrderLine
    use: Use
    until: date | None
    """The first day on which no window sees it any more; None for never."""


@dataclass(frozen=True)
class Allocation:
    """What the page of a program's quota shows."""

    program: Program
    meters: list[Meter]
    counted: list[Counted]


def of(organization: Organization, program: Program, *, as_of: datetime) -> Allocation:
    """Every limit that outlives an order, also where nothing is used yet; four queries."""
    used = quota.uses(organization, as_of=as_of)
    found = meters.meters(organization, as_of=as_of, program=program.slug, used=used)
    uses = used.get(program.pk, [])
    return Allocation(program, list(found), _counted(organization, program, uses, as_of=as_of))


def _counted(
    organization: Organization, program: Program, uses: list[Use], *, as_of: datetime
) -> list[Counted]:
    ends = ends_of(program, uses, as_of=as_of)
    lines = OrderLine.objects.filter(order__organization=organization, program=program)
    by_key: dict[tuple[object, str], OrderLine] = {
        (line.order_id, line.sku): line for line in lines.select_related("order")
    }
    rows = [(use, by_key.get((use.order, use.sku))) for use in ends]
    found = [Counted(line.order, line, use, ends[use]) for use, line in rows if line]
    return sorted(found, key=lambda one: (one.use.at, one.line.pk), reverse=True)


def ends_of(program: Program, uses: Iterable[Use], *, as_of: datetime) -> dict[Use, date | None]:
    """The uses that some limit still counts, each with the day on which the last one stops."""
    ends: dict[Use, date | None] = {}
    counting = [use for use in uses if use.counts(as_of)]
    for limit in quota.limits_of(program):
        if not meters.lasts(limit):
            continue
        for use, until in limits.counted(limit, counting, as_of=as_of):
            known = ends.get(use, until)
            ends[use] = max(known, until) if known and until else None
    return ends
