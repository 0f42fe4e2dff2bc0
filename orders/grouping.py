"""Grouping: a decision about a cart, laid out by program and line for the page."""

from dataclasses import dataclass
from decimal import Decimal

from catalog.eligibility import Leave
from catalog.models import Program
from orders import meters
from orders.decision import Decision
from orders.demands import Refusal
from orders.meters import Meter
from orders.models import CartItem


@dataclass(frozen=True)
class LineView:
    """A line of the cart with its problems."""

    item: CartItem
    reasons: list[Refusal]


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
                LineView(item, [r for r in reasons if r.product == item.product_id])
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
