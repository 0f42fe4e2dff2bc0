"""Cards: products as a list shows them, read and put into words as little as may be."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.languages import sort_key
from catalog import explained
from catalog.eligibility import Verdict
from catalog.models import Program
from catalog.models.product import ProductQuerySet

COSTS: Final = {
    "donation": gettext_lazy("administration fee"),
    "access": gettext_lazy("administration fee, and then you pay the partner"),
    "hardware": gettext_lazy("administration fee, shipping included"),
    "validation": gettext_lazy("administration fee for a confirmation"),
}
"""What the price on a card is, by kind: nobody takes a discount for a gift."""
KINDS: Final = dict(Program.Kind.choices)


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list."""

    slug: str
    title: str
    partner: str
    kind: str
    cost: str
    fee: Decimal
    percent: int | None
    """What is saved against a store, where the fee is all there is to pay."""
    chip: str
    """Whether it can be had, as HTML."""
    is_compared: bool


def cards(
    products: ProductQuerySet, compared: Iterable[str], chip: Callable[[int], str]
) -> list[Card]:
    """One query. `chip` gives what a program's products bear unless they are out of stock."""
    columns = ("slug", sort_key("name"), "program__partner__name", "program__kind", "fee")
    chosen, chips = set(compared), {}
    kinds = {kind: (str(label), str(COSTS[kind])) for kind, label in KINDS.items()}
    out = as_html("info", _("Out of stock"))
    found = []
    for slug, title, partner, kind, fee, retail, stock, program in products.values_list(
        *columns, "retail_value", "stock", "program_id"
    ):
        if program not in chips:
            chips[program] = chip(program)
        words = out if stock == 0 else chips[program]
        percent = percent_saved(fee, retail, kind)
        found.append(Card(slug, title, partner, *kinds[kind], fee, percent, words, slug in chosen))
    return found


def as_html(kind: str, text: str) -> str:
    """A chip; "" without a text."""
    return format_html('<span class="chip {}">{}</span>', kind, text) if text else ""


def chip_of(found: Verdict) -> tuple[str, str]:
    """Whether a program is open, in two or three words."""
    return ("ok", _("Eligible")) if found.is_eligible else ("mute", explained.short(found))


def saving(fee: Decimal, retail: Decimal | None, kind: str) -> Decimal | None:
    """What is saved against a store; None where the partner is paid besides, or nothing is."""
    if retail is None or kind in {"access", "validation"} or retail <= fee:
        return None
    return retail - fee


def percent_saved(fee: Decimal, retail: Any, kind: str) -> int | None:
    """The same in whole percents, rounded down: 99 % is not "all"."""
    saved = saving(fee, retail, kind)
    return int(saved * 100 / retail) or None if saved else None
