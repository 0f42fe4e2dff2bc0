"""Product sheet: products as a table that staff edit in a spreadsheet, looked at and then entered.

A line is a product, found by its SKU. A column that is not in the file keeps what is there; a blank
cell empties. Stock is not in it: it changes by its own door, with a reason.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from catalog.models import Category, Product, Program
from orgs.sheets import FORMULAS

MOST: Final = 2000  # lines of a file; the catalogue file takes more
LARGEST: Final = 4 * 1024 * 1024  # bytes
KEY: Final = "sku"
LINKS: Final = ("program", "category", "replaced_by")
PLAIN: Final = (
    "slug",
    "name_fr",
    "name_en",
    "summary_fr",
    "summary_en",
    "details_fr",
    "details_en",
    "requirements_fr",
    "requirements_en",
    "title_group",
    "fee",
    "retail_value",
    "retail_on",
    "retail_source",
    "units_per_pack",
    "status",
)
COLUMNS: Final = (KEY, "program", "category", *PLAIN, "platforms", "personal_use", "replaced_by")
REQUIRED: Final = ("program", "category", "name_fr", "name_en", "fee")
"""What a new product cannot do without; its texts may come later, in the admin."""
YES: Final = frozenset({"yes", "oui", "true", "vrai", "1", "x"})
NO: Final = frozenset({"no", "non", "false", "faux", "0", ""})


@dataclass
class Line:
    """What a line of the file would do to a product."""

    number: int
    """In the file, the heads being line 1."""
    sku: str
    product: Product | None = None
    """The one that is there; None for a new one."""
    values: dict[str, Any] = field(default_factory=dict)
    """What changes, by column; a new product has all of it."""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Column, old and new text, to read."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Column, and what is wrong with it."""

    @property
    def kind(self) -> str:
        """`fault`, `new`, `changed` or `same`."""
        if self.faults:
            return "fault"
        if self.product is None:
            return "new"
        return "changed" if self.values else "same"


@dataclass
class Report:
    """What a file would do, line by line; `faults` are of the file as a whole."""

    lines: list[Line] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(line.kind == kind for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        return {kind: self.count(kind) for kind in ("new", "changed", "same", "fault")}

    @property
    def may_enter(self) -> bool:
        """Nothing is wrong, and something would change."""
        is_sound = not self.faults and not self.count("fault")
        return is_sound and bool(self.count("new") or self.count("changed"))


def text_of(data: bytes) -> str:
    """A file's text: UTF-8, or what Excel writes in Windows. Raises ValidationError for neither."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("The file is not text."), "not_text")


def rows(products: QuerySet[Product]) -> Iterator[list[Any]]:
    """Products as rows of a file; the first is heads."""
    yield list(COLUMNS)
    for product in products.select_related("program", "category", "replaced_by"):
        yield [_written(column, _value(product, column)) for column in COLUMNS]


def _value(product: Product, column: str) -> Any:
    return getattr(product, column)


def _written(column: str, value: Any) -> str:
    """A value as its cell has it."""
    match column, value:
        case _, None:
            return ""
        case (("program" | "category"), linked):
            return str(linked.slug)
        case "replaced_by", linked:
            return str(linked.sku)
        case "platforms", several:
            return " ".join(several)
        case "personal_use", yes:
            return "yes" if yes else "no"
    return str(value)


def examine(text: str) -> Report:
    """Find out what a file would do, without writing; four queries."""
    report = Report()
    # Boxes of browsers end lines as Windows does, also within a cell.
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=_cut(text))
    heads = [(head or "").strip().lower() for head in reader.fieldnames or ()]
    reader.fieldnames = heads
    if KEY not in heads:
        report.faults.append(_("The first line has to name the columns, and one of them is sku."))
    if unknown := [head for head in heads if head not in COLUMNS]:
        fault = _("No such columns: %(columns)s.")
        report.faults.append(fault % {"columns": ", ".join(unknown) or "–"})
    given = [] if report.faults else list(reader)
    if len(given) > MOST:
        report.faults.append(_("More than %(most)s lines: cut the file in two.") % {"most": MOST})
    if not report.faults:
        known = _Known(given)
        report.lines = [known.line(number, row) for number, row in enumerate(given, start=2)]
    return report


def _cut(text: str) -> str:
    """What parts the cells: Excel in French writes semicolons."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


class _Known:
    """What lines speak of, read once for all of them."""

    def __init__(self, given: list[dict[str, Any]]) -> None:
        skus = {(row.get(KEY) or "").strip() for row in given}
        skus |= {(row.get("replaced_by") or "").strip() for row in given}
        products = Product.objects.select_related("program", "category", "replaced_by")
        self.products = {product.sku: product for product in products.filter(sku__in=skus)}
        self.programs = {program.slug: program for program in Program.objects.all()}
        second_level = Category.objects.exclude(parent=None)
        self.categories = {category.slug: category for category in second_level}
        self.slugs = dict(Product.objects.values_list("slug", "sku"))
        self.seen: dict[str, int] = {}
        self.given = skus

    def line(self, number: int, row: Mapping[str, Any]) -> Line:
        sku = (row.get(KEY) or "").strip()
        line = Line(number, sku, self.products.get(sku))
        if not sku or len(sku) > 40:
            line.faults.append((KEY, _("A SKU has 1 to 40 characters.")))
        elif sku in self.seen:
            text = _("The same as line %(line)s.") % {"line": self.seen[sku]}
            line.faults.append((KEY, text))
        self.seen.setdefault(sku, number)
        if None in row:
            line.faults.append(("", _("There are more cells than columns.")))
        found = self._read(line, row)
        self._complete(line, found)
        self._check(line, found)
        for column, value in found.items():
            old = _value(line.product, column) if line.product else None
            if isinstance(old, str) and old.strip() == value:
                continue
            if line.product is None or old != value:
                line.values[column] = value
                line.changes.append((column, _written(column, old), _written(column, value)))
        return line

    def _read(self, line: Line, row: Mapping[str, Any]) -> dict[str, Any]:
        """The cells as values; what cannot be read is a fault of its column."""
        found = {}
        for column in COLUMNS[1:]:
            if column not in row or (cell := row[column]) is None:
                continue
            try:
                found[column] = self._cell(column, _bare(cell))
            except ValidationError as refusal:
                line.faults += [(column, message) for message in refusal.messages]
        return found

    def _cell(self, column: str, cell: str) -> Any:
        match column:
            case "program":
                return _linked(self.programs, cell, _("There is no program %(name)s."))
            case "category":
                text = _("There is no category %(name)s on the second level.")
                return _linked(self.categories, cell, text)
            case "replaced_by":
                return self._successor(cell)
            case "platforms":
                return _platforms(cell)
            case "personal_use":
                if cell.lower() not in YES | NO:
                    raise ValidationError(_("Write yes or no."))
                return cell.lower() in YES
            case "fee" | "retail_value":
                cell = cell.replace("$", "").replace("\u00a0", "").replace("\u202f", "")
                cell = cell.replace(" ", "").replace(",", ".")
        return _field(column).clean(cell)

    def _successor(self, sku: str) -> Product | None:
        if not sku:
            return None
        if sku in self.products:
            return self.products[sku]
        text = _("There is no product %(name)s: enter it first, in a file of its own.")
        raise ValidationError(text % {"name": sku})

    def _complete(self, line: Line, found: dict[str, Any]) -> None:
        """What a new product needs, and what it gets when the file says nothing."""
        if line.product is not None:
            return
        faulty = {column for column, _text in line.faults}
        for column in REQUIRED:
            if column not in found and column not in faulty:
                line.faults.append((column, _("A new product needs it.")))
        found.setdefault("slug", slugify(found.get("name_en", "")) or slugify(line.sku))
        for column in ("summary_fr", "summary_en", "details_fr", "details_en"):
            found.setdefault(column, found.get(f"name_{column[-2:]}", ""))

    def _check(self, line: Line, found: dict[str, Any]) -> None:
        """What must be true of the product as it would be; the database says the same."""

        def of(column: str) -> Any:
            if column in found or line.product is None:
                return found.get(column)
            return _value(line.product, column)

        owner = self.slugs.get(found.get("slug", ""))
        if owner is not None and owner != line.sku:
            text = _("The address is taken by %(sku)s.") % {"sku": owner}
            line.faults.append(("slug", text))
        elif "slug" in found:
            self.slugs[found["slug"]] = line.sku
        for column in ("fee", "retail_value"):
            if isinstance(of(column), Decimal) and of(column) < 0:
                line.faults.append((column, _("An amount cannot be negative.")))
        if of("units_per_pack") == 0:
            line.faults.append(("units_per_pack", _("A pack holds at least one unit.")))
        if of("replaced_by") and of("status") != Product.Status.DISCONTINUED:
            line.faults.append(("replaced_by", _("Only a discontinued product is replaced.")))
        later, steps = of("replaced_by"), 0
        while later is not None and steps < 20:
            if later.sku == line.sku:
                text = _("The replacements would lead back to this product.")
                line.faults.append(("replaced_by", text))
                break
            later, steps = later.replaced_by, steps + 1


def _bare(cell: str) -> str:
    """Without what spreadsheets put around, or we before a text that looks like a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULAS) else cell


def _linked(known: Mapping[str, Any], cell: str, text: str) -> Any:
    if cell not in known:
        raise ValidationError(text % {"name": cell or "–"})
    return known[cell]


def _platforms(cell: str) -> list[str]:
    names = cell.replace(",", " ").lower().split()
    if unknown := [name for name in names if name not in Product.Platform.values]:
        text = _("No such platform: %(names)s. There are %(known)s.")
        known = ", ".join(Product.Platform.values)
        raise ValidationError(text % {"names": ", ".join(unknown), "known": known})
    return [name for name in Product.Platform.values if name in names]


def _field(column: str) -> Any:
    """The form field that reads a plain column, as the admin would."""
    return Product._meta.get_field(column).formfield()  # type: ignore[union-attr]  # none is generic


@transaction.atomic
def enter(text: str, *, by: User) -> Report:
    """Enter a whole file, or nothing of it; the same again changes nothing.

    Raises ValidationError when something is wrong with it: `examine` says what.
    """
    # Whoever else enters a file waits, so that it is looked at as it will be.
    list(Product.objects.order_by("pk").select_for_update().values_list("pk", flat=True))
    report = examine(text)
    if report.faults or report.count("fault"):
        raise ValidationError(_("Nothing was entered: mend the lines first."), "faults")
    for line in report.lines:
        if line.kind == "same":
            continue
        product = line.product or Product(sku=line.sku)
        for column, value in line.values.items():
            setattr(product, column, value)
        if line.product is None:
            product.save()
        else:
            product.save(update_fields=list(line.values))
        deed = "added" if line.product is None else "changed"
        record(product, f"product.{deed}", by=by, note="CSV", fields=sorted(line.values))
    return report
