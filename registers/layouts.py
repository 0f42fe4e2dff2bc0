"""The layouts of the registers' files: which column is which field, and how a cell is read.

Pure. Columns are found by their labels, so that files with more, fewer or moved columns are
read too; a label may end with a colon or spaces, and be spelled differently from year to year.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

Cell = str | None
"""What is written into the staging table; None is unknown."""

BN: Final = re.compile(r"[0-9]{9}[A-Z]{2}[0-9]{4}")
BN_ROOT: Final = re.compile(r"[0-9]{9}")
CORPORATION: Final = re.compile(r"[0-9]{3,8}")
MOST_DIGITS: Final = 14  # before the decimal point, as the database's columns


class BadCell(Exception):
    """What is wrong with a cell, as the end of a sentence that begins with its value."""


@dataclass(frozen=True)
class Column:
    field: str
    labels: tuple[str, ...]
    read: Callable[[str], Cell]
    required: bool = False
    """The file is refused without this column, and so is a row without this cell."""
    optional: bool = False
    """A file may come without this column: older ones do."""


@dataclass(frozen=True)
class Layout:
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    delimiter: str
    is_quoted: bool
    """Whether a `"` quotes, or is a character like any other."""


def tidy(text: str) -> str:
    """Without the spaces around, and with single ones inside."""
    return " ".join(text.split())


def text(most: int) -> Callable[[str], Cell]:
    def read(value: str) -> Cell:
        value = tidy(value)
        if len(value) > most:
            raise BadCell(f"is longer than {most} characters")
        return value

    return read


def bn(value: str) -> Cell:
    number = re.sub(r"[\s-]", "", value).upper()
    if not BN.fullmatch(number):
        raise BadCell("is not a registration number, such as 123456782RR0001")
    return number


def bn_root(value: str) -> Cell:
    number = re.sub(r"[\s-]", "", value)
    if number and not BN_ROOT.fullmatch(number[:9]):
        raise BadCell("is not a business number of nine digits")
    return number[:9]


def corporation_number(value: str) -> Cell:
    """As "9900001-1": the last digit after a dash, however the file writes it."""
    number = re.sub(r"[\s-]", "", value)
    if not CORPORATION.fullmatch(number):
        raise BadCell("is not a corporation number, such as 1234567-8")
    return f"{number[:-1]}-{number[-1]}"


def day(value: str) -> Cell:
    value = value.strip()
    if not value:
        return None
    try:
        return date.fromisoformat(value.replace("/", "-")[:10]).isoformat()
    except ValueError:
        raise BadCell("is not a date, such as 2026-03-31") from None


def year(value: str) -> Cell:
    value = value.strip()
    if value and not re.fullmatch(r"[12][0-9]{3}", value):
        raise BadCell("is not a year, such as 2026")
    return value or None


def amount(value: str) -> Cell:
    """Dollars, perhaps as `"$1,234,567"`, `(1,234)` or `-1234.50`."""
    value = value.strip()
    number = re.sub(r"[$,\s]", "", value)
    if number.startswith("(") and number.endswith(")"):
        number = f"-{number[1:-1]}"
    if not number:
        return None
    if not re.fullmatch(rf"-?[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{1,2}})?", number):
        raise BadCell("is not an amount, such as 842350 or $842,350")
    return number


def code(value: str) -> Cell:
    """Four digits; some files lost the zeros before."""
    value = value.strip()
    if value and not re.fullmatch(r"[0-9]{1,4}", value):
        raise BadCell("is not a code of four digits")
    return value.zfill(4) if value else ""


def postal_code(value: str) -> Cell:
    """A Canadian one as "J1H 9Z9"; those of other countries as they are."""
    code = tidy(value).upper()
    bare = code.replace(" ", "")
    if re.fullmatch(r"[A-Z][0-9][A-Z][0-9][A-Z][0-9]", bare):
        return f"{bare[:3]} {bare[3:]}"
    if len(code) > 20:
        raise BadCell("is longer than 20 characters")
    return code


ADDRESS: Final = (
    Column("city", ("city", "city/town"), text(100)),
    Column("province", ("province, territory, outside of canada", "province/territory"), text(40)),
    Column("country", ("country",), text(60)),
    Column("postal_code", ("postal code/zip code", "postal code"), postal_code),
)

CRA = Layout(
    columns=(
        Column("bn", ("bn/registration number",), bn, required=True),
        Column("name", ("organization name", "charity name"), text(250), required=True),
        Column("status", ("status", "charity status"), text(60)),
        Column("status_on", ("effective date of status",), day),
        Column("donee_kind", ("type of qualified donee",), text(100), optional=True),
        Column("sanction", ("sanction",), text(120)),
        Column("designation", ("designation",), code),
        Column("charity_type", ("charity type",), text(120), optional=True),
        Column("category", ("category",), code),
        Column("street", ("address",), text(250)),
        *ADDRESS,
    ),
    key=("bn",),
    delimiter="\t",
    is_quoted=False,
)
T3010 = Layout(
    columns=(
        Column("bn", ("bn", "bn/registration number"), bn, required=True),
        Column("period_end", ("fpe", "fiscal period end"), day, required=True),
        Column("form", ("form id", "formid"), text(10), optional=True),
        Column("section", ("section used", "sectionused"), text(10), optional=True),
        Column("revenue", ("4700",), amount, optional=True),
        Column("expenditure", ("4950",), amount),
        Column("total", ("5100",), amount, optional=True),
    ),
    key=("bn", "period_end"),
    delimiter=",",
    is_quoted=True,
)
CORPORATIONS = Layout(
    columns=(
        Column("number", ("corporation number",), corporation_number, required=True),
        Column("bn_root", ("business number (bn)", "business number"), bn_root),
        Column("name", ("corporate name - form 1", "corporate name"), text(300), required=True),
        Column("other_name", ("corporate name - form 2",), text(300), optional=True),
        Column("act", ("governing legislation",), text(200)),
        Column("status", ("status",), text(60)),
        Column("anniversary", ("anniversary date",), day, optional=True),
        Column("last_filing", ("year of last annual filing",), year, optional=True),
        Column("last_meeting", ("date of last annual meeting",), day, optional=True),
        Column("street", ("street",), text(250)),
        Column("unit", ("street 2",), text(250), optional=True),
        *ADDRESS,
    ),
    key=("number",),
    delimiter=",",
    is_quoted=True,
)
LAYOUTS: Final[dict[str, Layout]] = {"cra": CRA, "t3010": T3010, "corporations": CORPORATIONS}


def label_of(header: str) -> str:
    """A column's label as layouts write it: small, single spaces, no colon at its end."""
    return tidy(header.replace("\ufeff", "")).rstrip(" :").casefold()


def places(header: list[str], layout: Layout) -> tuple[list[tuple[Column, int]], list[Column]]:
    """Where each column of a layout is in the file, and which are missing."""
    found: dict[str, int] = {}
    for place, label in enumerate(header):
        found.setdefault(label_of(label), place)
    at: list[tuple[Column, int]] = []
    missing: list[Column] = []
    for column in layout.columns:
        known = next((found[label] for label in column.labels if label in found), None)
        if known is not None:
            at.append((column, known))
        elif not column.optional:
            missing.append(column)
    return at, missing
