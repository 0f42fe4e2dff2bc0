"""Partner files: what a partner is to send, as CSV, and what it says that it sent."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import record
from audit.moves import IllegalMove
from catalog.models import Partner
from orders import fulfilment, shipping
from orders.models import BY_KEY, Fulfilment, Order, Parcel
from orders.models.delivery import TO

GOODS: Final = ("line", "order", "sku", "product", "quantity", "organization", "promised_on")
SENT: Final = ("line", "carrier", "tracking_number", "quantity", "note")
"""What comes back; without a quantity it is the rest of the line."""
MOST: Final = 2000  # lines of a file


class Unusable(Exception):
    """A line of a file that says nothing we can do; the words are for staff."""


@dataclass
class Report:
    """What an import did, or would do: how many lines, and what is wrong by line of the file."""

    done: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)


def to_hand_over(partner: Partner) -> QuerySet[Fulfilment]:
    """Paid lines that the partner is to send and does not know of yet; the address is verified."""
    rows = Fulfilment.objects.owed().filter(
        line__program__partner=partner,
        line__order__status=Order.Status.PAID,
        line__order__held_at=None,
        handed_at=None,
    )
    rows = rows.exclude(line__program__delivery__in=BY_KEY)
    return rows.exclude(
        line__order__delivery__isnull=False, line__order__delivery__verified_at=None
    ).order_by("pk")


@transaction.atomic
def export(partner: Partner, *, by: Any) -> str:
    """The partner's file; its lines are handed over with it, and stand in no later one.

    Its orders are locked first: what staff stop meanwhile is not in it, or is not stopped before.
    """
    chosen = Order.objects.filter(pk__in=to_hand_over(partner).values("line__order"))
    orders = list(chosen.order_by("pk").select_for_update().values_list("pk", flat=True))
    rows = list(
        to_hand_over(partner)
        .filter(line__order__in=orders)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("line__order__organization", "line__order__delivery")
    )
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow((*GOODS, *TO))
    for row in rows:
        writer.writerow([inert(cell) for cell in _cells(row)])
    Fulfilment.objects.filter(pk__in=[row.pk for row in rows]).update(handed_at=timezone.now())
    for row in rows:
        record(row, "fulfilment.handed_over", by=by, partner=partner.slug)
    return file.getvalue()


def _cells(row: Fulfilment) -> Iterator[object]:
    """The least that a partner needs: what, how many, for whom, and where."""
    line, order = row.line, row.line.order
    yield from (row.pk, order.number, line.sku, line.name_en, line.quantity)
    yield from (order.organization.legal_name, row.promised_on or "")
    where = getattr(order, "delivery", None)
    yield from (getattr(where, column, "") for column in TO)


def inert(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def read(text: str, *, by: Any, dry: bool, partner: Partner | None = None) -> Report:
    """Enter what a partner sent, a line at a time; `dry` finds out the same and keeps nothing.

    With a `partner`, lines of others do not exist. What is wrong with a line is reported and does
    not stop the others. The same file again changes nothing.
    """
    rows = list(enumerate(csv.DictReader(text.lstrip("\ufeff").splitlines()), start=2))
    report = Report()
    if len(rows) > MOST:
        report.faults.append((1, _("more than %(most)s lines") % {"most": MOST}))
        return report
    if dry:
        with transaction.atomic():
            # In one order, so that two of these cannot wait for each other.
            _enter(
                sorted(rows, key=lambda row: (row[1].get("line") or "").zfill(12)),
                report,
                by,
                partner,
            )
            transaction.set_rollback(True)
    else:
        _enter(rows, report, by, partner)
    report.faults.sort()
    return report


def _enter(
    rows: list[tuple[int, dict[str, Any]]], report: Report, by: Any, partner: Partner | None
) -> None:
    for number, row in rows:
        try:
            with transaction.atomic():
                _enter_one(row, by=by, partner=partner)
        except Unusable as fault:
            report.faults.append((number, str(fault)))
        except ValidationError as refusal:
            report.faults.append((number, " ".join(refusal.messages)))
        except IllegalMove:
            report.faults.append((number, _("sent or cancelled already")))
        else:
            report.done += 1


def _enter_one(row: Mapping[str, Any], *, by: Any, partner: Partner | None) -> None:
    given = {column: (row.get(column) or "").strip() for column in SENT}
    found = Fulfilment.objects.select_related("line__program")
    if partner:
        found = found.filter(line__program__partner=partner)
    found = found.filter(pk=_number(given["line"], _("no line of ours")))
    if not (owed := found.first()):
        raise Unusable(_("no line of ours"))
    if not owed.is_shipped:
        fulfilment.send_by_hand(owed.pk, by=by, note=given["note"])
        return
    carrier = given["carrier"].lower().replace(" ", "_")
    if carrier not in Parcel.Carrier.values:
        raise Unusable(_("no such carrier: %(carrier)s") % {"carrier": given["carrier"]})
    quantity = shipping.left_of(owed)
    if given["quantity"]:
        quantity = _number(given["quantity"], _("the quantity is not a number"))
    number = given["tracking_number"].lstrip("'")
    shipping.ship(owed.pk, by=by, carrier=carrier, tracking_number=number, quantity=quantity)


def _number(text: str, fault: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Unusable(fault)
    return int(text)
