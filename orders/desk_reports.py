"""Reports for a donor partner: what was given out month by month, and what is needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.functions import TruncMonth

from accounts.languages import reader_language
from catalog.models import Need, Partner
from catalog.models.need import SIZES
from orders import desk
from orgs.clock import add_months
from orgs.days import TORONTO
from orgs.vocabulary import PROVINCES

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """What went out in a month of Toronto."""

    first: date
    organizations: int = 0
    packs: int = 0
    value: Decimal = Decimal("0.00")
    """Packs at today's retail value, where one is known (CAD)."""


def first_month(on: date) -> date:
    """The first day of the twelve months that end with this one."""
    return add_months(on.replace(day=1), 1 - MONTHS)


def months(partner: Partner, *, on: date) -> list[Month]:
    """The last twelve months with the one of `on`, the oldest first; one query."""
    first = first_month(on)
    value = Sum(
        F("line__quantity") * F("line__product__retail_value"),
        output_field=DecimalField(max_digits=14, decimal_places=2),
        filter=Q(line__product__retail_value__isnull=False),
    )
    rows: Any = (
        desk.sent(partner)
        .filter(done_at__isnull=False, line__given_back_at=None)
        .order_by()
        .annotate(month=TruncMonth("done_at", tzinfo=TORONTO))
        .values("month")
        .annotate(
            organizations=Count("line__order__organization", distinct=True),
            packs=Sum("line__quantity"),
            value=value,
        )
    )
    found = {row["month"].date(): row for row in rows.filter(month__date__gte=first)}
    return [_month(add_months(first, n), found) for n in range(MONTHS)]


def _month(first: date, found: dict[date, dict[str, Any]]) -> Month:
    row = found.get(first)
    if row is None:
        return Month(first)
    return Month(first, row["organizations"], row["packs"], row["value"] or Decimal("0.00"))


def demand(partner: Partner) -> list[dict[str, Any]]:
    """Who would need what is not open to them: by program, province and size of organization."""
    name = f"program__name_{reader_language()}"
    sizes = {size: label for size, (_low, _high, label) in SIZES.items()}
    return [
        row
        | {
            "name": row[name],
            "province": PROVINCES.get(str(row["organization__province"]), ""),
            "size": sizes.get(str(row["size"]), ""),
        }
        for row in Need.objects.filter(program__partner=partner).counted()
    ]


def donations_table(partner: Partner, *, on: date) -> Iterator[list[Any]]:
    """The months as rows of a file; the first is heads."""
    yield ["month", "organizations", "packs", "retail_value_cad"]
    for month in months(partner, on=on):
        yield [f"{month.first:%Y-%m}", month.organizations, month.packs, month.value]


def demand_table(partner: Partner) -> Iterator[list[Any]]:
    """The counts as rows of a file; the first is heads."""
    yield ["program", "province", "size", "organizations", "units"]
    for row in Need.objects.filter(program__partner=partner).counted():
        yield [
            row["program__slug"],
            row["organization__province"],
            row["size"],
            row["organizations"],
            row["units"],
        ]
