"""Meters: the standing of limits in words and figures, for pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.languages import sort_key
from catalog.models import Partner, Product, Program
from orders import quota
from orders.limits import Standing
from orgs.models import Organization

METRICS = {
    "units": gettext_lazy("units"),
    "orders": gettext_lazy("orders"),
    "products": gettext_lazy("different products"),
    "title_groups": gettext_lazy("title groups"),
    "fees": gettext_lazy("administration fees ($)"),
}


@dataclass(frozen=True)
class Meter:
    """One limit of one program, for one subject."""

    program: Program
    subject: str
    label: str
    used: int | Decimal
    held: int | Decimal
    limit: int | Decimal
    left: int | Decimal
    next_reset: date | None
    note: str

    @property
    def total(self) -> int | Decimal:
        return self.used + self.held


def by_partner(
    organization: Organization, *, as_of: datetime
) -> list[tuple[Partner, list[tuple[Program, list[Meter]]]]]:
    """Every meter, by partner and program, in the catalogue's order."""
    found = list(meters(organization, as_of=as_of))
    return [
        (partner, [(program, list(row)) for program, row in groupby(rows, lambda m: m.program)])
        for partner, rows in groupby(found, lambda m: m.program.partner)
    ]


def in_use(organization: Organization, *, as_of: datetime) -> list[Meter]:
    """Those of which something is used or held, for the dashboard."""
    return [meter for meter in meters(organization, as_of=as_of) if meter.total]


def meters(organization: Organization, *, as_of: datetime, program: str = "") -> Iterable[Meter]:
    """A meter for each maximum that outlives an order."""
    names = dict(Product.objects.values_list("sku", sort_key("name")))
    for row, _index, standing in quota.standings(
        organization, as_of=as_of, program=program or None
    ):
        limit = standing.limit
        if limit.max is None or limit.window.kind == "order" or standing.left is None:
            continue
        yield Meter(
            program=row,
            subject=standing.subject,
            label=label(standing, names),
            used=standing.used,
            held=standing.held,
            limit=limit.max,
            left=standing.left,
            next_reset=standing.next_reset,
            note=note(standing),
        )


def label(standing: Standing, names: dict[str, str]) -> str:
    """What is counted: "office: units"."""
    metric = str(METRICS[standing.limit.metric])
    if not standing.subject:
        return metric
    subject = names.get(standing.subject, standing.subject.replace("-", " "))
    return _("%(subject)s: %(metric)s") % {"subject": subject, "metric": metric}


def note(standing: Standing) -> str:
    """When it starts over, and what is only held."""
    texts = []
    if standing.held:
        texts.append(_("%(held)s held by unpaid orders.") % {"held": standing.held})
    if standing.limit.window.kind == "lifetime":
        texts.append(_("Once, for good."))
    return " ".join(texts)


def rule_in_words(program: Program) -> list[str]:
    """A program's limits as sentences, for its page."""
    return [sentence(limit) for limit in quota.limits_of(program)]


def sentence(limit: Any) -> str:
    metric = str(METRICS[limit.metric])
    scope = {
        "program": "",
        "title_group": _(" of each title group"),
        "product": _(" of each product"),
    }[limit.scope]
    window = limit.window
    when = {
        "fiscal_year": _("in each year from %(day)s") % {"day": window.month_day},
        "first_order": _("in each %(months)s months from the first order")
        % {"months": window.months},
        "rolling": _("in any %(months)s months") % {"months": window.months},
        "lifetime": _("once and for all"),
        "order": _("in one order"),
    }[window.kind]
    bounds = []
    if limit.max is not None:
        bounds.append(_("at most %(max)s") % {"max": limit.max})
    if limit.min is not None:
        bounds.append(_("at least %(min)s") % {"min": limit.min})
    return f"{', '.join(bounds)} {metric}{scope} {when}".strip().capitalize() + "."
