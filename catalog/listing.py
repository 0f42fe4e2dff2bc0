"""Listing: a page of the products that an address asks for, their number, and the filters."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.db.models import F, Func, IntegerField, Value
from django.utils.translation import gettext as _

from accounts.languages import reader_language
from catalog import facets, naming, search
from catalog.asked import Asked, filtered
from catalog.cards import Card, cards
from catalog.facets import Counts
from catalog.models import Product
from catalog.models.product import ProductQuerySet

ON_A_PAGE: Final = 24


@dataclass(frozen=True)
class Filter:
    """A filter in force: what it says, and the list without it."""

    text: str
    url: str


class Listing:
    """What a list shows. `programs` are those open to a member's organization; None for a visitor.

    `chip` gives what a program's products bear on their cards.
    """

    def __init__(
        self,
        asked: Asked,
        programs: Collection[int] | None = None,
        chip: Callable[[int], str] = lambda program: "",
    ) -> None:
        self.asked, self.programs, self.chip = asked, programs, chip
        self.found = search.find(asked, programs=programs) if asked.q else None
        self.counts = self._counts()
        self.number = min(asked.page, self.last)

    def _counts(self) -> Counts:
        if self.found is None:
            return facets.count(self.asked, programs=self.programs)
        if not self.found.is_too_much:
            return facets.count(self.asked, ids=self.found.ids, programs=self.programs)
        everything = facets.count(self.asked, programs=self.programs)
        return facets.without_numbers(everything, total=len(self.found.ids))

    @property
    def total(self) -> int:
        return self.counts.total

    @property
    def is_guess(self) -> bool:
        return bool(self.found and self.found.is_guess and self.total)

    @property
    def is_too_much(self) -> bool:
        """There are more than `total`, which nobody would page through."""
        return bool(self.found and self.found.is_too_much and self.total == search.MOST)

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(-(-self.total // ON_A_PAGE), 1)

    @property
    def first_shown(self) -> int:
        return (self.number - 1) * ON_A_PAGE + 1

    @property
    def last_shown(self) -> int:
        return min(self.number * ON_A_PAGE, self.total)

    @property
    def products(self) -> ProductQuerySet:
        """Those of this page, in the order asked for."""
        if not self.total:
            return Product.objects.none()
        products = filtered(Product.objects.visible(), self.asked, self.programs)
        if self.found:
            products = products.filter(pk__in=self.found.ids)
        # An inner join, so that the index of places can lead.
        ordered = products.filter(words__isnull=False).order_by(*self._order())
        return ordered[self.first_shown - 1 : self.last_shown]

    def _order(self) -> tuple[str | Func, ...]:
        sort = self.asked.get("sort")
        if sort == "name":
            return (f"words__sort_{reader_language()}", "words__product_id")
        if sort:
            return (sort, "-pk" if sort.startswith("-") else "pk")
        if self.found:
            ids = Value(self.found.ids)
            return (Func(ids, F("pk"), function="array_position", output_field=IntegerField()),)
        return ("words__place",)

    @cached_property
    def cards(self) -> list[Card]:
        """Read once."""
        return cards(self.products, self.asked.compared, self.chip)

    @property
    def compared_elsewhere(self) -> list[str]:
        """Products chosen to be compared that are not on this page."""
        here = {card.slug for card in self.cards}
        return [slug for slug in self.asked.compared if slug not in here]

    @cached_property
    def active(self) -> list[Filter]:
        """The filters in force, to be taken away one by one."""
        asked, found = self.asked, []
        if asked.q:
            words = _("“%(words)s”") % {"words": asked.q}
            found.append(Filter(words, asked.address(without="q")))
        for facet in (*self.counts.facets, *self.counts.flags):
            if facet.chosen:
                text = facet.chosen.label.removeprefix("– ")
                found.append(Filter(text, asked.address(without=facet.name)))
        return found

    @property
    def nearest(self) -> list[Filter]:
        """Words that were perhaps meant, each as a search of its own."""
        words = self.found.nearest if self.found else ()
        return [Filter(word, self.asked.address(q=word)) for word in words]

    @cached_property
    def gone(self) -> Product | None:
        """What was asked for by its SKU and is no longer offered; asked when nothing fits."""
        if not self.found or not self.found.is_miss or " " in self.asked.q:
            return None
        product = naming.called(self.asked.q)
        return product if product and not product.is_visible else None

    @property
    def pages(self) -> list[tuple[int, str]]:
        """Numbers of pages and their addresses: the first, the last, those near; 0 for a gap."""
        near = {1, self.last, *range(self.number - 2, self.number + 3)}
        numbers = sorted(n for n in near if 1 <= n <= self.last)
        found: list[tuple[int, str]] = []
        for before, n in zip([0, *numbers], numbers, strict=False):
            if n - before > 1:
                found.append((0, ""))
            found.append((n, self.address_of(n)))
        return found

    def address_of(self, number: int) -> str:
        return self.asked.address(page=str(number) if number > 1 else "")

    @property
    def previous(self) -> str:
        return self.address_of(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self.address_of(self.number + 1) if self.number < self.last else ""
