"""Rules: may this cart be ordered, and if not, every reason, each at the line it concerns.

Pure: values in, problems out. The cart's page, the checkout and `checkout.place` ask the same
function; `orders/decision.py` gathers the values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from catalog.eligibility import Verdict
from catalog.terms import Limit
from orders.limits import Outcome, Use, Wanted, breaches


class Problem(ValidationError):
    """A reason why not: at a line (`product`), with the act that mends it (`fix`, `to`)."""

    def __init__(
        self,
        message: Any,
        code: str,
        params: dict[str, Any] | None = None,
        *,
        product: int | None = None,
        fix: str = "",
        to: int | None = None,
    ) -> None:
        super().__init__(message, code, params)
        self.product, self.fix, self.to = product, fix, to


@dataclass(frozen=True)
class Line:
    """One product of a cart, as the rules see it."""

    product: int
    sku: str
    name: str
    program: str
    quantity: int
    units_per_pack: int
    fee: Decimal
    title_group: str
    stock: int | None
    is_live: bool

    @property
    def wanted(self) -> Wanted:
        """What it adds to the limits of its program."""
        units = self.quantity * self.units_per_pack
        return Wanted(self.sku, self.title_group, units, self.fee * self.quantity)


@dataclass(frozen=True)
class Offer:
    """A program as it stands for one organization."""

    slug: str
    name: str
    verdict: Verdict
    limits: Sequence[Limit] = ()
    uses: Sequence[Use] = ()
    is_alone: bool = False


@dataclass(frozen=True)
class Wish:
    """A cart, with everything that decides about it."""

    lines: Sequence[Line]
    offers: Mapping[str, Offer]
    may_order: bool
    is_qualified: bool
    as_of: datetime

    def of(self, program: str) -> list[Line]:
        """The lines of one program."""
        return [line for line in self.lines if line.program == program]


def problems(wish: Wish) -> list[Problem]:
    """Every reason why not, so that a page can show them all at once. None means yes."""
    return [problem for rule in RULES for problem in rule(wish)]


def empty(wish: Wish) -> Iterator[Problem]:
    if not wish.lines:
        yield Problem(_("Your cart is empty."), "empty")


def not_allowed(wish: Wish) -> Iterator[Problem]:
    if not wish.may_order:
        text = _("Your role does not let you place orders. Ask an administrator.")
        yield Problem(text, "not_allowed")


def not_qualified(wish: Wish) -> Iterator[Problem]:
    if not wish.is_qualified:
        text = _("Your organization is not qualified yet. We keep your cart until it is.")
        yield Problem(text, "not_qualified")


def discontinued(wish: Wish) -> Iterator[Problem]:
    for line in wish.lines:
        if not line.is_live:
            text = _("%(product)s can no longer be ordered.")
            params = {"product": line.name}
            yield Problem(text, "discontinued", params, product=line.product, fix="remove")


def ineligible(wish: Wish) -> Iterator[Problem]:
    """At each line of a program that is not open to the organization."""
    for line in wish.lines:
        offer = wish.offers[line.program]
        if not offer.verdict.is_eligible:
            text = _("%(program)s is not open to your organization.")
            params = {"program": offer.name}
            yield Problem(text, "ineligible", params, product=line.product, fix="remove")


def alone(wish: Wish) -> Iterator[Problem]:
    """A program that wants a cart of its own, in company."""
    if len({line.program for line in wish.lines}) < 2:
        return
    for line in wish.lines:
        offer = wish.offers[line.program]
        if offer.is_alone:
            text = _("%(program)s is ordered alone: nothing else may be in the cart.")
            params = {"program": offer.name}
            yield Problem(text, "alone", params, product=line.product, fix="keep")


def out_of_stock(wish: Wish) -> Iterator[Problem]:
    for line in wish.lines:
        if line.stock is None or line.quantity <= line.stock:
            continue
        if line.stock == 0:
            text: Any = _("%(product)s is out of stock.")
        else:
            text = ngettext_lazy(
                "%(product)s: you ask for %(wanted)s and only one is left.",
                "%(product)s: you ask for %(wanted)s and only %(left)s are left.",
                line.stock,
            )
        params = {"product": line.name, "wanted": line.quantity, "left": line.stock}
        fix = "reduce" if line.stock else "remove"
        yield Problem(text, "out_of_stock", params, product=line.product, fix=fix, to=line.stock)


def over_limit(wish: Wish) -> Iterator[Problem]:
    """At each line that adds to a limit which the cart would break."""
    for slug, offer in wish.offers.items():
        lines = wish.of(slug)
        wanted = [line.wanted for line in lines]
        for outcome in breaches(offer.limits, offer.uses, wanted, as_of=wish.as_of):
            for place in outcome.lines:
                yield _breach(lines[place], outcome, offer)


def _breach(line: Line, outcome: Outcome, offer: Offer) -> Problem:
    """What a broken limit says at one line."""
    params = {
        "program": offer.name,
        "used": outcome.used,
        "left": outcome.left,
        "max": outcome.limit.max,
        "min": outcome.limit.min,
        "total": outcome.total,
    }
    if outcome.over:
        to = _most(line, outcome)
        fix = "reduce" if to else "remove"
        text = OVER[outcome.limit.metric]
        return Problem(text, "over_limit", params, product=line.product, fix=fix, to=to)
    to = _least(line, outcome)
    fix = "reduce" if to else ""
    text = SHORT[outcome.limit.metric]
    return Problem(text, "under_limit", params, product=line.product, fix=fix, to=to)


def _most(line: Line, outcome: Outcome) -> int | None:
    """How many packs of this line the limit lets through, when fewer packs mend it."""
    match outcome.limit.metric:
        case "units":
            packs = line.quantity - -(-outcome.over // line.units_per_pack)
        case "fees" if line.fee:
            packs = line.quantity - -(-outcome.over // line.fee)
        case _:
            return None
    return int(packs) if packs >= 1 else None


def _least(line: Line, outcome: Outcome) -> int | None:
    """How many packs of this line reach the minimum, when more packs mend it."""
    if outcome.limit.metric != "units":
        return None
    return line.quantity + int(-(-outcome.short // line.units_per_pack))


OVER = {
    "units": _("%(program)s: at most %(max)s, of which %(left)s are left; you ask for more."),
    "orders": _("%(program)s: at most %(max)s orders, of which %(left)s are left."),
    "products": _("%(program)s: at most %(max)s different products, of which %(left)s are left."),
    "title_groups": _(
        "%(program)s: at most %(max)s different title groups, of which %(left)s are left."
    ),
    "fees": _(
        "%(program)s: administration fees of at most %(max)s $, of which %(left)s $ are left."
    ),
}
SHORT = {
    "units": _("%(program)s: at least %(min)s in an order; you ask for %(total)s."),
    "orders": _("%(program)s: at least %(min)s orders."),
    "products": _("%(program)s: at least %(min)s different products in an order."),
    "title_groups": _("%(program)s: at least %(min)s different title groups in an order."),
    "fees": _("%(program)s: administration fees of at least %(min)s $ in an order."),
}
RULES = (
    empty,
    not_allowed,
    not_qualified,
    discontinued,
    ineligible,
    alone,
    out_of_stock,
    over_limit,
)
