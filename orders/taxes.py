"""Taxes: the GST, HST and QST of administration fees, by province and day.

The rates are dated data in `tax_rates.csv`: a new rate is a row more. HST stands in for GST where a
province has it. A tax is charged only by whoever is registered for it (`GST_NUMBER`, `QST_NUMBER`).
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")
NAMES = {"gst": _("GST"), "hst": _("HST"), "qst": _("QST")}


@dataclass(frozen=True)
class Rate:
    """A row of the file. Without a province it holds wherever there is no HST."""

    tax: str
    province: str
    percent: Decimal
    since: date
    until: date | None
    source: str


@dataclass(frozen=True)
class Tax:
    """One tax on some fees."""

    tax: str
    percent: Decimal
    amount: Decimal

    @property
    def name(self) -> str:
        """As the reader's language calls it."""
        return str(NAMES[self.tax])

    @property
    def rate(self) -> str:
        """`9.975%`, `9,975 %`."""
        return str(_("%(number)s%%") % {"number": number_format(self.percent, use_l10n=True)})

    @classmethod
    def from_data(cls, data: dict[str, str]) -> Self:
        """As an order keeps it."""
        return cls(data["tax"], Decimal(data["percent"]), Decimal(data["amount"]))

    def to_data(self) -> dict[str, str]:
        return {"tax": self.tax, "percent": str(self.percent), "amount": str(self.amount)}


@cache
def rates() -> tuple[Rate, ...]:
    """All of the file."""
    with Path(__file__).with_name("tax_rates.csv").open(encoding="utf-8") as file:
        return tuple(map(_rate, csv.DictReader(file)))


def _rate(row: dict[str, Any]) -> Rate:
    return Rate(
        tax=row["tax"],
        province=row["province"],
        percent=Decimal(row["percent"]),
        since=date.fromisoformat(row["from"]),
        until=date.fromisoformat(row["until"]) if row["until"] else None,
        source=row["source"],
    )


def in_force(province: str, on: date) -> list[Rate]:
    """The rates of a province on a day, whoever charges them."""
    today = [r for r in rates() if r.since <= on and (r.until is None or on <= r.until)]
    own = [rate for rate in today if rate.province == province]
    has_hst = any(rate.tax == "hst" for rate in own)
    return own if has_hst else [rate for rate in today if not rate.province] + own


def charged(province: str, on: date) -> list[Rate]:
    """Those that we are registered for."""
    ours = {
        "gst": settings.GST_NUMBER,
        "hst": settings.GST_NUMBER,
        "qst": settings.QST_NUMBER,
    }
    return [rate for rate in in_force(province, on) if ours[rate.tax]]


def on_line(fees: Decimal, rates: Iterable[Rate]) -> list[Tax]:
    """The taxes of one line, each to the cent, halves up: so that lines can be given back alone."""
    return [Tax(rate.tax, rate.percent, _share(fees, rate.percent)) for rate in rates]


def together(lines: Iterable[Iterable[Tax]]) -> list[Tax]:
    """The taxes of several lines, each tax once."""
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for tax in (tax for line in lines for tax in line):
        key = (tax.tax, tax.percent)
        sums[key] = sums.get(key, Decimal("0.00")) + tax.amount
    return [Tax(*key, amount) for key, amount in sums.items() if amount]


def _share(fees: Decimal, percent: Decimal) -> Decimal:
    return (fees * percent / 100).quantize(CENT, rounding=ROUND_HALF_UP)
