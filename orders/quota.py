"""Quota: what an organization holds, uses and gives back, from a ledger that only grows.

Holding needs the organization's lock (`Organization.objects.lock`); settling and giving back do
not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.prepared import Prepared, insert
from catalog.models import Product, Program
from catalog.terms import Limit
from orders import limits
from orders.limits import Standing, Use
from orders.models import Order, OrderLine, QuotaEntry
from orgs.models import Organization

Kind = QuotaEntry.Kind

ONCE = ("line_id", "kind", "at", "program_id")
COUNTED = ("line__order", "product__sku", "title_group", "units", "fees")


def hold(order: Order, lines: Iterable[OrderLine], *, at: datetime) -> None:
    """Count every line of an order that is being placed."""
    insert(list(_steps(Kind.HOLD, lines, order.organization, at)))


def settle(order: Order, *, at: datetime) -> None:
    """Count as used, and no longer as held, what was paid; twice is once."""
    _enter(Kind.SETTLE, order.lines.select_related("product"), order.organization, at)


def give_back(order: Order, *, at: datetime, lines: Iterable[OrderLine] | None = None) -> None:
    """Stop counting an order, or some of its lines; twice is once."""
    chosen = order.lines.select_related("product") if lines is None else lines
    _enter(Kind.GIVE_BACK, chosen, order.organization, at)


def refund(order: Order, *, at: datetime, lines: Iterable[OrderLine]) -> None:
    """Stop counting lines of a paid order whose money goes back; twice is once.

    Those that were given back before, and held again when money came, take a step of their own.
    """
    chosen = list(lines)
    again = QuotaEntry.objects.filter(line__in=chosen, kind=Kind.HOLD_AGAIN)
    held_again = set(again.values_list("line", flat=True))
    for kind, is_again in ((Kind.GIVE_BACK, False), (Kind.REFUND, True)):
        rows = [line for line in chosen if (line.pk in held_again) is is_again]
        _enter(kind, rows, order.organization, at)


def hold_again(order: Order, lines: Iterable[OrderLine], *, at: datetime) -> None:
    """Count again lines of an order that was given back and then paid, not those that are
    refunded; needs the organization's lock."""
    _enter(Kind.HOLD_AGAIN, lines, order.organization, at)


def _enter(kind: str, lines: Iterable[OrderLine], organization: Organization, at: datetime) -> None:
    # One step of a line is entered once.
    steps = _steps(kind, lines, organization, at)
    QuotaEntry.objects.bulk_create(steps, ignore_conflicts=True)


def _steps(
    kind: str, lines: Iterable[OrderLine], organization: Organization, at: datetime
) -> Iterator[QuotaEntry]:
    for line in lines:
        yield QuotaEntry(
            organization=organization,
            program_id=line.program_id,
            product_id=line.product_id,
            line=line,
            kind=kind,
            title_group=line.product.title_group,
            units=line.quantity * line.product.units_per_pack,
            fees=line.total,
            at=at,
        )


def _entries(organization: int) -> "QuerySet[QuotaEntry, Any]":
    entries = QuotaEntry.objects.filter(line__order__organization=organization)
    return entries.order_by("at", "pk").values_list(*ONCE, *COUNTED, named=True)


ENTRIES = Prepared(_entries, organization=-1)


def uses(organization: Organization, *, as_of: datetime) -> Mapping[int, list[Use]]:
    """Every line ever ordered, by program, as it stood at a moment; one query."""
    steps: dict[int, dict[str, Any]] = defaultdict(dict)
    for entry in ENTRIES.rows(organization=organization.pk):
        steps[entry.line_id][entry.kind] = entry
    found: dict[int, list[Use]] = defaultdict(list)
    for line in steps.values():
        placed, settled, back = (line.get(k) for k in (Kind.HOLD, Kind.SETTLE, Kind.GIVE_BACK))
        if placed is None:
            continue
        again = line.get(Kind.HOLD_AGAIN)
        if again and again.at <= as_of:
            back = None
        back = line.get(Kind.REFUND) or back
        found[placed.program_id].append(
            Use(
                order=placed.line__order,
                sku=placed.product__sku,
                title_group=placed.title_group,
                units=placed.units,
                fees=placed.fees,
                at=placed.at,
                given_back_at=back.at if back else None,
                is_held=settled is None or settled.at > as_of,
            )
        )
    return found


def limits_of(program: Program) -> list[Limit]:
    """A program's limits, from its JSON."""
    return [Limit.from_data(data) for data in program.limits]


def standings(
    organization: Organization,
    *,
    as_of: datetime,
    program: str | None = None,
    used: Mapping[int, list[Use]] | None = None,
) -> list[tuple[Program, int, Standing]]:
    """The standing of every subject of every limit: (program, the limit's place, standing).

    Three queries, however many programs there are; two when what `uses` says is passed.
    """
    programs = Program.objects.select_related("partner").exclude(limits=[])
    if program:
        programs = programs.filter(slug=program)
    chosen = list(programs.order_by("partner__position", "position", "slug"))
    groups: dict[int, set[str]] = defaultdict(set)
    for pk, group in Product.objects.exclude(title_group="").values_list("program", "title_group"):
        groups[pk].add(group)
    if used is None:
        used = uses(organization, as_of=as_of)
    return [
        (row, index, standing)
        for row in chosen
        for index, limit in enumerate(limits_of(row))
        for standing in limits.standings(
            limit, used.get(row.pk, []), groups=groups[row.pk], as_of=as_of
        )
    ]
