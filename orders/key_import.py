"""Key import: from lines that a partner sent to a product's key pool, with a dry run before."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from catalog.models import Product
from orders import fulfilment, keys
from orders.models import LicenseKey

LONGEST = 500  # characters of a key, link or code
SHORTEST = 5  # so that its last four characters do not show all of it


@dataclass
class Report:
    """What an import would do, or did: the keys that are new, and what is wrong by line."""

    fresh: list[str] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


def lines_of(text: str) -> list[str]:
    """The first column of a CSV or text file, a key a line; quotes are taken off."""
    return [row[0] if row else "" for row in csv.reader(text.lstrip("\ufeff").splitlines())]


def examine(lines: Iterable[str]) -> Report:
    """Look at lines, one key each, without writing. What is at the file's end may be blank."""
    given = [line.strip() for line in lines]
    while given and not given[-1]:
        given.pop()
    report = Report()
    seen: dict[str, int] = {}
    found: dict[int, str] = {}
    for number, text in enumerate(given, start=1):
        if fault := fault_of(text):
            report.faults.append((number, fault))
            continue
        index = keys.blind_indexes(text)[0]
        if index in seen:
            report.faults.append((number, _("the same as line %(line)s") % {"line": seen[index]}))
        else:
            seen[index] = number
            found[number] = text
    known = known_among(found)
    report.faults += [(number, _("imported before")) for number in known]
    report.fresh = [text for number, text in found.items() if number not in known]
    report.faults.sort()
    return report


def fault_of(text: str) -> str:
    """What is wrong with one line by itself; "" for nothing."""
    if not text:
        return _("blank")
    if len(text) < SHORTEST:
        return _("shorter than %(least)s characters") % {"least": SHORTEST}
    if len(text) > LONGEST:
        return _("longer than %(most)s characters") % {"most": LONGEST}
    return "" if text.isprintable() else _("holds characters that cannot be shown")


def known_among(found: dict[int, str]) -> set[int]:
    """Which of the keys, by line, are in a pool already, whatever ring key sealed them; a query."""
    places = {index: n for n, text in found.items() for index in keys.blind_indexes(text)}
    stored = LicenseKey.objects.filter(blind_index__in=places)
    return {places[index] for index in stored.values_list("blind_index", flat=True)}


@transaction.atomic
def add(product: Product, lines: Iterable[str], *, by: Any) -> Report:
    """Import the keys that are new; what is wrong is reported by line and left out.

    Two imports of one key at once are refused by its unique index: the second raises
    IntegrityError, and imports nothing.
    """
    report = examine(lines)
    LicenseKey.objects.bulk_create(
        LicenseKey(product_id=product.pk, last4=text[-4:], imported_by=by, **sealed._asdict())
        for text, sealed in ((text, keys.seal(text)) for text in report.fresh)
    )
    if report.fresh:
        record(product, "keys.imported", by=by, count=len(report.fresh))
        fulfilment.keys_came(product)
    return report
