"""Shipping: parcels of a line, until all of it is sent, and then until all of it has come."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from catalog.models import Program
from orders import emails, fulfilment, holding, promises
from orders.models import Delivery, Fulfilment, Order, Parcel
from orgs.days import day_of, today
from orgs.holidays import holidays_of


@transaction.atomic
def ship(pk: int, *, by: Any, carrier: str, tracking_number: str, quantity: int) -> Parcel:
    """Enter a parcel of a fulfilment; with its last pack, the line is sent.

    Raises ValidationError with everything that is against it. The same parcel again is the one
    we have.
    """
    row, order = _locked(pk)
    number = "".join(tracking_number.split())
    same = row.parcels.filter(carrier=carrier, tracking_number=number)
    if number and (known := same.first()):
        return known
    left = left_of(row)
    if reasons := _against(row, order, quantity=quantity, left=left):
        raise ValidationError(reasons)
    now = timezone.now()
    parcel = Parcel.objects.create(
        fulfilment=row,
        quantity=quantity,
        carrier=carrier,
        tracking_number=number,
        sent_at=now,
        sent_by=by,
        expected_on=_expected(row.line.program, order, day_of(now)),
    )
    record(row, "fulfilment.shipped", by=by, parcel=str(parcel), packs=quantity)
    emails.shipped(order, parcel)
    if quantity == left:
        fulfilment.finish(row, order, by=by, note="")
    return parcel


def left_of(row: Fulfilment) -> int:
    """Packs of a line that no parcel holds yet."""
    sent = row.parcels.aggregate(packs=Sum("quantity"))["packs"] or 0
    return int(row.line.quantity - sent)


def _against(row: Fulfilment, order: Order, *, quantity: int, left: int) -> list[ValidationError]:
    found = []
    if row.line.program.delivery != Program.Delivery.SHIPMENT:
        found.append(ValidationError(_("This line is not shipped."), "not_shipped"))
    if row.status != Fulfilment.Status.OWED or order.status != Order.Status.PAID:
        found.append(ValidationError(_("Nothing of this line is to be sent now."), "not_owed"))
    elif not 1 <= quantity <= left:
        text = _("A parcel of this line holds from 1 to %(left)s packs.")
        found.append(ValidationError(text, "quantity", {"left": left}))
    if order.is_held:
        found.append(holding.is_stopped(order))
    if Delivery.objects.filter(order=order, verified_at=None).exists():
        text = _("Check the delivery address first: it is not verified.")
        found.append(ValidationError(text, "not_verified"))
    return found


def _locked(pk: int) -> tuple[Fulfilment, Order]:
    """A fulfilment and its order, locked in the order of the house."""
    order = Order.objects.lock(
        pk=Fulfilment.objects.values_list("line__order", flat=True).get(pk=pk)
    )
    row = Fulfilment.objects.select_for_update(of=("self",)).select_related("line__program")
    return row.get(pk=pk), order


def _expected(program: Program, order: Order, sent_on: date) -> date:
    holidays = holidays_of(order.organization.province, (sent_on.year, sent_on.year + 1))
    return promises.arrival(fulfilment.terms_of(program), sent_on=sent_on, holidays=holidays)


@transaction.atomic
def arrived(pk: int, *, by: User) -> Order:
    """A parcel came, says its buyer or staff; with the last one, the order is delivered."""
    order_pk = Parcel.objects.values_list("fulfilment__line__order", flat=True).get(pk=pk)
    order, now = Order.objects.lock(pk=order_pk), timezone.now()
    parcel = Parcel.objects.select_for_update().get(pk=pk)
    if parcel.arrived_at is not None:
        return order
    parcel.arrived_at = now
    parcel.save(update_fields=["arrived_at"])
    record(order, "order.parcel_arrived", by=by, parcel=str(parcel))
    under_way = Parcel.objects.under_way().filter(fulfilment__line__order=order)
    if order.status == Order.Status.FULFILLED and not under_way.exists():
        move(order, Order.Status.DELIVERED, by=by)
    return order


@transaction.atomic
def put_off(pk: int, *, until: date, reason: str, by: User) -> Fulfilment:
    """Promise a line for another day, and tell the buyer which, and why.

    Raises ValidationError without a reason, for a day that is over, and for a line that is sent.
    """
    row, order = _locked(pk)
    found = []
    if not reason.strip():
        found.append(ValidationError(_("Write the reason: the buyer reads it."), "no_reason"))
    if until < today():
        found.append(ValidationError(_("Choose a day that is not over."), "past"))
    if row.status != Fulfilment.Status.OWED or order.status != Order.Status.PAID:
        found.append(ValidationError(_("Nothing of this line is to be sent now."), "not_owed"))
    if found:
        raise ValidationError(found)
    row.promised_on = row.send_by = until
    row.told_late_at = timezone.now()
    row.save(update_fields=["promised_on", "send_by", "told_late_at"])
    entry = record(row, "fulfilment.put_off", by=by, note=reason, until=until.isoformat())
    emails.put_off(order, row, reason=reason, entry=entry.pk)
    return row
