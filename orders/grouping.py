"""Grouping: a decision about a cart, laid out by program and line for the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.eligibility import Leave, version_in_force
from catalog.explaining import dollars, in_words
from catalog.models import Program
from orders import meters
from orders.decision import Decision
from orders.demands import Refusal
from orders.meters import Meter
from orders.models import CartItem
from orgs.days import day_of


@dataclass(frozen=True)
class LineView:
    """A line of the cart with its problems."""

    item: CartItem
    reasons: list[Refusal]
    changes: list[str]
    """What has changed since it was added."""


@dataclass(frozen=True)
class Group:
    """The lines of one program, its problems and its meters."""

    program: Program
    lines: list[LineView]
    reasons: list[Refusal]
    meters: list[Meter]
    leave: Leave | None
    """By what it can be ordered, although a rule says no."""

    @property
    def total(self) -> Decimal:
        """Administration fees, in CAD."""
        return sum((line.item.total for line in self.lines), start=Decimal("0.00"))

    @property
    def pays_partner_later(self) -> bool:
        """The fee only opens the door: the partner is paid afterwards."""
        return self.program.kind == Program.Kind.ACCESS


def groups(decision: Decision) -> list[Group]:
    """In the order in which the programs came into the cart; one reason is said once."""
    demands = {demand.program: demand for demand in decision.situation.demands}
    at, reasons = decision.situation.at, decision.reasons
    return [
        Group(
            program=program,
            lines=[
                LineView(
                    item,
                    [r for r in reasons if r.product == item.product_id],
                    list(changes(item, on=day_of(at))),
                )
                for item in decision.items
                if item.product.program_id == program.pk
            ],
            reasons=[r for r in reasons if r.product is None and r.program == program.slug],
            meters=meters.of_lines(
                program, demands[program.slug].lines, demands[program.slug].uses, as_of=at
            ),
            leave=demands[program.slug].verdict.leave,
        )
        for program in decision.programs
    ]


def changes(item: CartItem, *, on: date) -> Iterator[str]:
    """In sentences: another fee, other rules than on the day when it was added."""
    product = item.product
    if item.fee_seen is not None and item.fee_seen != product.fee:
        text = _("The fee was %(before)s when you added it; it is %(now)s now.")
        yield text % {"before": dollars(item.fee_seen), "now": dollars(product.fee)}
    then = version_in_force(item.versions, day_of(item.added_at))
    now = version_in_force(item.versions, on)
    if now and then and now.effective != then.effective:
        text = _("The rules of %(program)s changed on %(day)s, after you added it.")
        yield text % {"program": product.program, "day": in_words(now.effective)}
