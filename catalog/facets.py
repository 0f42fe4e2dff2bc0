"""Facets: how many products each filter of a list would leave, and how many are left now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.languages import reader_language
from catalog.asked import FACETS, FEE_RANGES, FLAGS, Asked, fee_bounds
from catalog.explaining import dollars
from catalog.models import Category, Partner, Product, Program

LABELS: Final = {
    "partner": gettext_lazy("Donor partner"),
    "category": gettext_lazy("Category"),
    "kind": gettext_lazy("Kind"),
    "delivery": gettext_lazy("How it comes"),
    "fee": gettext_lazy("Administration fee"),
    "platform": gettext_lazy("Works on"),
    "available": gettext_lazy("Only what is in stock"),
    "personal": gettext_lazy("Only what staff may use at home"),
    "ours": gettext_lazy("Only what we may order"),
}
CHOICES: Final[dict[str, Any]] = {
    "kind": Program.Kind,
    "delivery": Program.Delivery,
    "platform": Product.Platform,
}


@dataclass(frozen=True)
class Option:
    """One value of a filter."""

    value: str
    label: str
    count: int | None
    """What it would leave; None when that is not known exactly."""
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    options: list[Option]

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.is_chosen), None)


@dataclass(frozen=True)
class Counts:
    """What is left, and what each filter would leave."""

    total: int
    facets: list[Facet]
    flags: list[Facet]
    """Those that are on or off: a single option each."""
    seconds: float
    """Until a product is shown or vanishes by its time alone."""


def count(
    asked: Asked, *, ids: list[int] | None = None, programs: Collection[int] | None = None
) -> Counts:
    """Counts of the visible products, or of these; one query.

    `programs` are those open to the organization that asks. A filter's own counts do not mind what
    is chosen in it: they say what another choice would leave.
    """
    parent, _slash, child = asked.get("category").partition("/")
    given = {name: asked.get(name) for name in FACETS} | {
        "parent": parent,
        "child": child,
        "fee": FEE_RANGES.index(asked.get("fee")) if asked.get("fee") else None,
        "fee_ranges": list(FEE_RANGES),
        "ours": list(programs or ()),
        "ids": ids,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(asked, is_search=ids is not None), given)
        rows = cursor.fetchall()
    found: dict[str, list[tuple[str, str, int]]] = {name: [] for name in (*FACETS, *FLAGS, *REST)}
    for name, value, label, number, _order in rows:
        found[name].append((value, label, int(number or 0)))
    names = FLAGS if programs is not None else FLAGS[:-1]
    return Counts(
        total=found["total"][0][2],
        facets=[facet(name, found[name], asked) for name in FACETS],
        flags=[flag(name, found[name][0][2], asked) for name in names],
        seconds=float(found["until"][0][0] or "inf"),
    )


def without_numbers(counts: Counts, *, total: int) -> Counts:
    """The same choices, where there are too many products to count."""

    def bare(facets: Iterable[Facet]) -> list[Facet]:
        return [
            Facet(f.name, f.label, [Option(o.value, o.label, None, o.is_chosen) for o in f.options])
            for f in facets
        ]

    return Counts(total, bare(counts.facets), bare(counts.flags), counts.seconds)


def facet(name: str, rows: list[tuple[str, str, int]], asked: Asked) -> Facet:
    """A filter with its values that leave something, and with the one that is chosen."""
    chosen, options = asked.get(name), []
    if name in CHOICES:
        rows = sorted(rows, key=lambda row: CHOICES[name].values.index(row[0]))
    for value, label, number in with_parents(rows) if name == "category" else rows:
        if number or value == chosen:
            options.append(Option(value, label or in_words(name, value), number, value == chosen))
    if chosen and not any(option.is_chosen for option in options):
        options.append(Option(chosen, in_words(name, chosen), 0, is_chosen=True))
    return Facet(name, str(LABELS[name]), options)


def flag(name: str, number: int, asked: Asked) -> Facet:
    label = str(LABELS[name])
    return Facet(name, label, [Option("on", label, number, bool(asked.get(name)))])


def with_parents(rows: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Each category of the first level before its own, with their sum."""
    sums: dict[str, int] = {}
    for value, _label, number in rows:
        parent = value.partition("/")[0]
        sums[parent] = sums.get(parent, 0) + number
    found, done = [], set()
    for value, label, number in rows:
        slug, (above, _bar, own) = value.partition("/")[0], label.partition("\n")
        if slug not in done:
            done.add(slug)
            found.append((slug, above, sums[slug]))
        found.append((value, f"– {own}", number))
    return found


def in_words(name: str, value: str) -> str:
    """What a value is called; one query for a partner or category without products."""
    if name in CHOICES:
        return str(CHOICES[name](value).label)
    if name == "fee":
        low, high = fee_bounds(value)
        if high is None:
            return _("%(low)s and over") % {"low": dollars(low)}
        last = dollars(high - Decimal("0.01"))
        return _("%(low)s to %(last)s") % {"low": dollars(low), "last": last}
    if name == "partner":
        partner = Partner.objects.filter(slug=value).first()
        return partner.name if partner else value
    parent, _slash, child = value.partition("/")
    known = Category.objects.filter(slug=child, parent__slug=parent) if child else None
    category = (known or Category.objects.filter(slug=parent, parent=None)).first()
    return category.name if category else value


def statement(asked: Asked, *, is_search: bool) -> str:
    """The query: what stands on the shelf, then a part for each filter, minding all the others."""
    held = {name: CONDITIONS[name] for name in CONDITIONS if asked.get(name)}

    def others(name: str) -> str:
        return " AND ".join(c for other, c in held.items() if other != name) or "true"

    name_column = f"name_{reader_language()}"
    parts = [
        COUNTED[name].format(where=others(name), name=name_column) for name in (*FACETS, *FLAGS)
    ]
    parts += [TOTAL.format(where=others("")), UNTIL]
    cells = FOUND if is_search else SHELF
    return f"WITH cell AS MATERIALIZED ({cells}) {' UNION ALL '.join(parts)} ORDER BY 1, 5, 2"


CELL = """SELECT program.partner_id, program.kind, program.delivery, s.category_id,
    s.program_id = ANY(%(ours)s::bigint[]) AS is_ours, s.personal_use, s.platforms, {columns}
FROM {table} s JOIN catalog_program program ON program.id = s.program_id
WHERE """
SHELF = (
    CELL.format(table="catalog_shelfentry", columns="s.fee_range, s.in_stock, s.change AS n")
    + """(s.published_from IS NULL OR s.published_from <= %(now)s)
    AND (s.published_until IS NULL OR s.published_until > %(now)s)"""
)
# Only visible products are found.
FOUND = (
    CELL.format(
        table="catalog_product",
        columns="""catalog_fee_range(s.fee) AS fee_range,
            s.stock IS DISTINCT FROM 0 AS in_stock, 1 AS n""",
    )
    + "s.id = ANY(%(ids)s::bigint[])"
)
CONDITIONS: Final = {
    "partner": "partner_id = (SELECT id FROM catalog_partner WHERE slug = %(partner)s)",
    "category": """category_id IN (
        SELECT c.id FROM catalog_category c JOIN catalog_category above ON above.id = c.parent_id
        WHERE above.slug = %(parent)s AND %(child)s IN ('', c.slug))""",
    "kind": "kind = %(kind)s",
    "delivery": "delivery = %(delivery)s",
    "fee": "fee_range = %(fee)s",
    "platform": "%(platform)s = ANY(platforms)",
    "available": "in_stock",
    "personal": "personal_use",
    "ours": "is_ours AND in_stock",
}
COUNTED: Final = {
    "partner": """SELECT 'partner', p.slug, p.name, sum(n), ARRAY[p.position]
        FROM cell JOIN catalog_partner p ON p.id = partner_id WHERE {where} GROUP BY p.id""",
    "category": """SELECT 'category', concat_ws('/', above.slug, c.slug),
            concat_ws(E'\\n', above.{name}, c.{name}), sum(n), ARRAY[above.position, c.position]
        FROM cell JOIN catalog_category c ON c.id = category_id
        LEFT JOIN catalog_category above ON above.id = c.parent_id
        WHERE {where} GROUP BY c.id, above.id""",
    "kind": "SELECT 'kind', kind, '', sum(n), NULL FROM cell WHERE {where} GROUP BY kind",
    "delivery": """SELECT 'delivery', delivery, '', sum(n), NULL
        FROM cell WHERE {where} GROUP BY delivery""",
    "fee": """SELECT 'fee', (%(fee_ranges)s::text[])[fee_range + 1], '', sum(n), ARRAY[fee_range]
        FROM cell WHERE {where} GROUP BY fee_range""",
    "platform": """SELECT 'platform', platform, '', sum(n), NULL
        FROM cell, unnest(platforms) AS platform WHERE {where} GROUP BY platform""",
    "available": """SELECT 'available', 'on', '', sum(n), NULL
        FROM cell WHERE in_stock AND {where}""",
    "personal": """SELECT 'personal', 'on', '', sum(n), NULL
        FROM cell WHERE personal_use AND {where}""",
    "ours": """SELECT 'ours', 'on', '', sum(n), NULL
        FROM cell WHERE is_ours AND in_stock AND {where}""",
}
REST: Final = ("total", "until")
UNTIL: Final = """SELECT 'until', extract(epoch FROM min(at) - %(now)s)::text, '', 0, NULL
    FROM catalog_shelfentry, unnest(ARRAY[published_from, published_until]) AS at
    WHERE at > %(now)s"""
TOTAL: Final = "SELECT 'total', '', '', sum(n), NULL::int[] FROM cell WHERE {where}"
