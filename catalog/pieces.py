"""Pieces: the parts of a list that are everybody's, kept as HTML until the catalogue changes.

They are made with marks in the places where they differ from reader to reader: where links lead,
and each program's chip. So what is kept holds nothing of any organization; the one thing that is
taken from it, the set of programs open to it, belongs to the key.
"""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts.languages import reader_language
from catalog.asked import SORTS, Asked
from catalog.cards import as_html, chip_of
from catalog.editions import kept
from catalog.eligibility import Verdict
from catalog.listing import Listing

# Nobody can write one: it is another each time that a process starts.
SECRET: Final = secrets.token_hex(8)
LIST, COMPARE = f"/list{SECRET}/", f"/compare{SECRET}/"
CHIP: Final = re.compile(f"<chip{SECRET}-([0-9]+)>")


@dataclass(frozen=True)
class Pieces:
    """The parts of a list."""

    count: SafeString
    facets: SafeString
    results: SafeString
    filters: int
    """How many are in force."""


def pieces(
    asked: Asked,
    *,
    edition: str,
    verdicts: Mapping[int, Verdict] | None,
    compare_url: str,
) -> Pieces:
    """The parts of the list that `asked` asks for; `verdicts` by program are a member's.

    No query when somebody has seen the same list of this edition; up to five else.
    """
    is_open = None
    if verdicts is not None:
        is_open = frozenset(pk for pk, found in verdicts.items() if found.is_eligible)
    key = (edition, reader_language(), replace(asked, path=""), is_open)
    bare: Pieces = kept.get(key, lambda: made(replace(asked, path=LIST), is_open))

    @cache
    def chip(program: str) -> str:
        return as_html(*chip_of((verdicts or {})[int(program)]))

    def fill(html: str) -> SafeString:
        html = html.replace(LIST, asked.path).replace(COMPARE, compare_url)
        return mark_safe(CHIP.sub(lambda found: chip(found[1]), html))  # noqa: S308  (ours)

    return Pieces(bare.count, bare.facets, fill(bare.results), bare.filters)


def made(asked: Asked, programs: Collection[int] | None) -> tuple[float, Pieces]:
    """The parts with their marks, and for how many seconds they hold."""
    is_member = programs is not None
    page = Listing(asked, programs, mark if is_member else lambda program: "")
    context = {
        "asked": asked,
        "page": page,
        "cards": page.cards,
        "sorts": SORTS.items(),
        "product_url": LIST,
        "compare_url": COMPARE,
    }

    def part(name: str) -> SafeString:
        return mark_safe(render_to_string(f"catalog/_{name}.html", context))  # noqa: S308  (rendered)

    pieces = Pieces(part("count"), part("facets"), part("results"), filters=len(page.active))
    return page.counts.seconds, pieces


def mark(program: int) -> SafeString:
    """Stands for the chip of a program."""
    return mark_safe(f"<chip{SECRET}-{program}>")  # noqa: S308  (ours)
