"""Asked: what a list's address asks for, and the addresses that ask for more or less."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Program
from catalog.models.product import ProductQuerySet

LONGEST: Final = 100  # characters of a search
MOST_COMPARED: Final = 4
FACETS: Final = ("partner", "category", "kind", "delivery", "fee", "platform")
FLAGS: Final = ("available", "personal", "ours")
FEES: Final = (0, 10, 25, 50, 100, 250)
"""Where each fee range begins, in dollars; catalog_fee_range (migration 0006) says the same."""
FEE_RANGES: Final = tuple(f"{low}-{high}" for low, high in zip(FEES, (*FEES[1:], ""), strict=True))
SORTS: Final = {
    "name": _("By name"),
    "fee": _("Lowest fee first"),
    "-fee": _("Highest fee first"),
}
CLOSED: Final[dict[str, Collection[str]]] = {
    "kind": Program.Kind.values,
    "delivery": Program.Delivery.values,
    "fee": FEE_RANGES,
    "platform": Product.Platform.values,
    "sort": SORTS,
}
SLUGS: Final = re.compile(r"[a-z0-9-]{1,80}(/[a-z0-9-]{1,80})?")


class Values(dict[str, str]):
    """By name; nobody changes them once they are read, so that they can be a key."""

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none
        return hash(frozenset(self.items()))


@dataclass(frozen=True)
class Asked:
    """What makes sense of an address; the rest of it is passed over."""

    path: str
    q: str = ""
    values: "Values" = field(default_factory=lambda: Values())
    """Of FACETS, FLAGS and "sort": only those asked for."""
    compared: tuple[str, ...] = ()
    """Slugs of the products chosen to be compared."""
    page: int = 1

    @classmethod
    def of(cls, path: str, query: QueryDict, *, for_member: bool) -> "Asked":
        """What an address asks; `ours` makes sense for a member alone."""
        values = {}
        for name in ("partner", "category"):
            if SLUGS.fullmatch(given := query.get(name, "")):
                values[name] = given
        for name, words in CLOSED.items():
            if (given := query.get(name, "")) in words:
                values[name] = given
        for name in FLAGS if for_member else FLAGS[:-1]:
            if query.get(name, "") not in {"", "0", "off", "false"}:
                values[name] = "on"
        number = query.get("page", "")
        is_number = number.isascii() and number.isdecimal() and len(number) < 6
        compared = [slug for slug in query.getlist("p") if SLUGS.fullmatch(slug)]
        return cls(
            path=path,
            q=clean(query.get("q", "")),
            values=Values(values),
            compared=tuple(dict.fromkeys(compared))[:MOST_COMPARED],
            page=max(int(number), 1) if is_number else 1,
        )

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def address(self, *, without: str = "", **changes: str) -> str:
        """The list with something changed; from its first page unless `page` says otherwise."""
        asked = {"q": self.q, **self.values} | changes
        asked.pop(without, None)
        pairs = [(name, value) for name, value in asked.items() if value]
        pairs += [("p", slug) for slug in self.compared]
        return f"{self.path}?{urlencode(pairs, safe='/')}" if pairs else self.path

    @property
    def words_alone(self) -> str:
        """The same search without filters."""
        return type(self)(self.path, self.q, compared=self.compared).address()

    @property
    def here(self) -> str:
        """This page's address with nothing empty."""
        return self.address(page=str(self.page) if self.page > 1 else "")


def clean(typed: str) -> str:
    """One line of printable text, however long or odd what was sent."""
    words = "".join(c if c.isprintable() else " " for c in typed[: 10 * LONGEST]).split()
    return " ".join(words)[:LONGEST].strip()


def fee_bounds(given: str) -> tuple[int, int | None]:
    """From (included) and to (not included) of a fee range; None has no end."""
    low, _dash, high = given.partition("-")
    return int(low), int(high) if high else None


def filtered(
    products: ProductQuerySet, asked: Asked, programs: Collection[int] | None
) -> ProductQuerySet:
    """Everything but the words; `programs` are those open to the organization that asks."""
    conditions: dict[str, Any] = {}
    if partner := asked.get("partner"):
        conditions["program__partner__slug"] = partner
    if category := asked.get("category"):
        parent, _slash, child = category.partition("/")
        conditions["category__parent__slug"] = parent
        if child:
            conditions["category__slug"] = child
    if kind := asked.get("kind"):
        conditions["program__kind"] = kind
    if delivery := asked.get("delivery"):
        conditions["program__delivery"] = delivery
    if fee := asked.get("fee"):
        low, high = fee_bounds(fee)
        conditions["fee__gte"] = low
        if high is not None:
            conditions["fee__lt"] = high
    if platform := asked.get("platform"):
        conditions["platforms__contains"] = [platform]
    if asked.get("personal"):
        conditions["personal_use"] = True
    if asked.get("ours") and programs is not None:
        conditions["program__in"] = programs
    products = products.filter(**conditions)
    return products.in_stock() if asked.get("available") or asked.get("ours") else products
