"""Demands: what a cart asks of programs, as values, and what a refusal of it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from catalog.eligibility import Verdict
from catalog.terms import Limit
from orders.limits import Use, Wanted

Answers = Mapping[str, Mapping[str, Any]]
"""What was answered at check-out: {program's slug: {question's key: value}}."""


@dataclass(frozen=True)
class Fix:
    """A change to the cart that takes a refusal away; the page offers it as a button."""

    act: str
    """`reduce` or `raise` the line to a quantity, `remove` the line, `drop` the program's lines,
    or `only`: set aside the lines of all other programs."""
    quantity: int | None = None
    rest: int = field(default=0, compare=False)
    """What `reduce` leaves out; it can be set aside for an order of its own."""


class Refusal(ValidationError):
    """One reason against an order, and what it concerns: a product's line, a program, or all."""

    def __init__(
        self,
        message: Any,
        code: str,
        params: Mapping[str, Any] | None = None,
        *,
        product: int | None = None,
        program: str = "",
        question: str = "",
        fix: Fix | None = None,
    ) -> None:
        super().__init__(message, code, dict(params or {}))
        self.product, self.program, self.question, self.fix = product, program, question, fix


@dataclass(frozen=True)
class Line:
    """A product of the cart, by its key."""

    product: int
    name: str
    sku: str
    title_group: str
    quantity: int
    units_per_pack: int
    fee: Decimal
    stock: int | None
    """Packs that nobody holds; None cannot run out."""
    is_live: bool = True

    @property
    def wanted(self) -> Wanted:
        """As the limits count it."""
        units = self.quantity * self.units_per_pack
        return Wanted(self.sku, self.title_group, units, self.quantity * self.fee)


@dataclass(frozen=True)
class Question:
    """What a program asks at check-out."""

    key: str
    label: str
    type: str
    choices: tuple[str, ...] = ()
    is_required: bool = True
    refuse_if: Any = None


@dataclass(frozen=True)
class Demand:
    """What a cart asks of one program, and the program's terms for this organization today."""

    program: str
    name: str
    verdict: Verdict
    lines: tuple[Line, ...]
    limits: tuple[Limit, ...] = ()
    uses: Sequence[Use] = ()
    is_alone: bool = False
    questions: tuple[Question, ...] = ()
    attestations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Situation:
    """Everything that decides about a cart, as it was at one moment."""

    at: datetime
    demands: tuple[Demand, ...]
    may_place: bool = True
    why_not_qualified: str = ""
    """In a sentence; "" when the organization is qualified."""
    activities: Mapping[str, str] = field(default_factory=dict)
    """Names of activities for the reader, by code."""

    @property
    def is_qualified(self) -> bool:
        return not self.why_not_qualified
