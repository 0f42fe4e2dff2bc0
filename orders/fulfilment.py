"""Fulfilment: what is owed for paid lines, and giving it out once."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import Entry, record
from audit.moves import move
from catalog.models import Product, Program
from mail.models import Message
from orders import emails, holding, letters, promises
from orders.models import BY_KEY, Fulfilment, LicenseKey, Order, OrderLine
from orders.promises import Promise, Terms
from orgs.clock import due
from orgs.days import day_of, today, written
from orgs.holidays import holidays_of

LEASE = timedelta(minutes=2)  # another worker looks again after this
NO_KEYS = timedelta(minutes=10)  # until a line without enough keys is tried again
RESEND_PAUSE = timedelta(minutes=10)
RESEND_DAYS = 5  # business days after which a member has a message sent again
SWEEP = 100  # lines a pass


def owe(order: Order, *, at: datetime) -> None:
    """Write down what a paid order is owed, in the transaction that made it paid; once."""
    Fulfilment.objects.bulk_create(
        (
            Fulfilment(line=line, due_at=at, **asdict(promised(line.program, order, at)))
            for line in order.lines.filter(given_back_at=None).select_related("program")
        ),
        ignore_conflicts=True,
    )
    transaction.on_commit(lambda: wake(order.pk), robust=True)


def wake(order_pk: int) -> None:
    """Tell a worker at once; when the broker is down the sweep finds the rows anyway."""
    from orders.tasks import fulfil  # tasks import this module

    for pk in Fulfilment.objects.due().filter(line__order=order_pk).values_list("pk", flat=True):
        fulfil.apply_async((pk,), retry=False)


def promised(program: Program, order: Order, at: datetime) -> Promise:
    """The last day of each step of the program's delivery, in the organization's province."""
    day = day_of(at)
    holidays = holidays_of(order.organization.province, [day.year, day.year + 1])
    return promises.promise(terms_of(program), since=day, holidays=holidays)


def terms_of(program: Program) -> Terms:
    """A program's delivery, as the promises read it."""
    is_weeks = program.delivery_unit == Program.Unit.WEEKS
    most = program.delivery_to
    is_shipped = program.delivery == Program.Delivery.SHIPMENT
    return Terms(is_shipped, None if is_weeks else most, most if is_weeks else 0)


def sweep() -> int:
    """Deliver what is due, here and now, without a broker; how many lines were due."""
    due = list(Fulfilment.objects.due().values_list("pk", flat=True)[:SWEEP])
    for pk in due:
        deliver(pk)
    return len(due)


def keys_came(product: Product) -> None:
    """New keys: lines that waited for them are due now, not at their next try."""
    waiting = Fulfilment.objects.owed().by_key().filter(line__product=product.pk)
    waiting.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())


def deliver(pk: int) -> bool:
    """Give a line its keys, if it is due and enough are free; whether it is done now.

    Claiming puts off the due time, so a worker that dies leaves a line that comes due again.
    """
    put_off = timezone.now() + LEASE
    if not Fulfilment.objects.due().filter(pk=pk).order_by().update(due_at=put_off):
        return False
    return _give_keys(pk)


@transaction.atomic
def _give_keys(pk: int) -> bool:
    line, order, fulfilment = _locked(pk)
    if fulfilment.status != Fulfilment.Status.OWED or order.status != Order.Status.PAID:
        return False
    if order.is_held or line.program.delivery not in BY_KEY:
        return False  # stopped, or shipped or certified by people
    if not _take_keys(line):
        Fulfilment.objects.filter(pk=pk).update(due_at=timezone.now() + NO_KEYS)
        return False
    finish(fulfilment, order, by=None, note="")
    return True


@transaction.atomic
def give_now(pk: int, *, by: User) -> None:
    """Staff give a line its keys now, whenever it is due.

    Raises ValidationError for a line that no key pool delivers, that is done, whose order is
    stopped or not paid, and when too few keys are free.
    """
    line, order, fulfilment = _locked(pk)
    if line.program.delivery not in BY_KEY:
        text = _("This line has no key pool: mark it as sent, or enter its parcels.")
        raise ValidationError(text, "not_by_key")
    if fulfilment.status != Fulfilment.Status.OWED or order.status != Order.Status.PAID:
        raise ValidationError(_("This line is sent or cancelled already."), "not_owed")
    holding.refuse_held(order)
    if not _take_keys(line):
        text = _("Too few keys of %(sku)s are free: it needs %(units)d.")
        raise ValidationError(text, "no_keys", {"sku": line.sku, "units": line.quantity})
    finish(fulfilment, order, by=by, note="")


def _locked(pk: int) -> tuple[OrderLine, Order, Fulfilment]:
    """A fulfilment's line, and its order and itself locked, in that order."""
    line = OrderLine.objects.select_related("program").get(fulfilment=pk)
    order = Order.objects.lock(pk=line.order_id)
    return line, order, Fulfilment.objects.select_for_update().get(pk=pk)


def _take_keys(line: OrderLine) -> bool:
    """All the keys of a line from its pool, or none when too few are free."""
    free = LicenseKey.objects.free().filter(product=line.product_id).order_by("pk")
    chosen = list(free.select_for_update(skip_locked=True)[: line.quantity])
    if len(chosen) < line.quantity:
        return False
    keys = LicenseKey.objects.filter(pk__in=[key.pk for key in chosen])
    keys.update(line=line, given_at=timezone.now())
    return True


@transaction.atomic
def send_by_hand(pk: int, *, by: Any, note: str) -> None:
    """Staff sent a line's certificate; `note` tells the buyer where it is.

    Raises ValidationError for a line that keys or parcels deliver or whose order is stopped, and
    IllegalMove for one that is done.
    """
    line = OrderLine.objects.select_related("program").get(fulfilment=pk)
    if line.program.delivery in BY_KEY:
        text = _("This line is delivered from the key pool: import keys instead.")
        raise ValidationError(text, "by_key")
    if line.program.delivery == Program.Delivery.SHIPMENT:
        text = _("This line goes by courier: enter its parcels instead.")
        raise ValidationError(text, "by_parcel")
    order = Order.objects.lock(pk=line.order_id)
    holding.refuse_held(order)
    fulfilment = Fulfilment.objects.select_for_update().get(pk=pk)
    finish(fulfilment, order, by=by, note=note)


def finish(fulfilment: Fulfilment, order: Order, *, by: Any, note: str) -> None:
    """A line of a locked order is sent; with the last one, so is the order."""
    now = timezone.now()
    fulfilment.note = note  # move's own `note` is the trail's
    fulfilment.save(update_fields=["note"])
    move(fulfilment, Fulfilment.Status.DONE, by=by, note=note, done_at=now)
    owed = Fulfilment.objects.owed().filter(line__order=order)
    left = set(owed.values_list("line__program__delivery", flat=True))
    if not left:
        move(order, Order.Status.FULFILLED, by=by, fulfilled_at=now)
    # Licences do not wait for what a courier brings; parcels have a message of their own.
    if not fulfilment.is_shipped and left <= {Program.Delivery.SHIPMENT}:
        emails.licences_ready(order)


@transaction.atomic
def tell_late(order_pk: int) -> bool:
    """Tell the buyer once that a line is later than promised; False when there is nothing to tell.

    Run daily or more often: which lines were told is kept on them.
    """
    order = Order.objects.lock(pk=order_pk)
    late = Fulfilment.objects.broken().filter(line__order=order, told_late_at=None)
    if order.status != Order.Status.PAID or not late.update(told_late_at=timezone.now()):
        return False
    emails.licences_delayed(order)
    return True


@transaction.atomic
def resend(pk: int, *, by: Any, is_staff: bool = False) -> None:
    """Send the "licences ready" e-mail again: at a member's wish when it may be lost, staff always.

    Raises ValidationError for an order that was not sent, before its time, and within ten minutes
    of the last time.
    """
    order = Order.objects.lock(pk=pk)
    if not has_licences(order):
        raise ValidationError(_("This order was not sent yet."), "not_sent")
    sent = last_resent(order)
    if sent and sent > timezone.now() - RESEND_PAUSE:
        text = _("We sent it a few minutes ago. Look in the spam folder, or try again later.")
        raise ValidationError(text, "too_soon")
    since = None if is_staff else resend_from(order, letters.of(order))
    if since and today() < since:
        text = _("It may take a few days. You can have it sent again from %(day)s.")
        raise ValidationError(text, "too_early", {"day": written(since)})
    entry = record(order, "order.licences_resent", by=by)
    emails.licences_ready(order, again=entry.pk)


def resend_from(order: Order, newest: Iterable[Message]) -> date | None:
    """From which day a member has the newest messages sent again; None when one never arrived."""
    messages = list(newest)
    if not messages or any(message.dead_at for message in messages):
        return None
    day = day_of(max(message.created_at for message in messages))
    holidays = holidays_of(order.organization.province, [day.year, day.year + 1])
    return due(day, RESEND_DAYS, holidays)


def has_licences(order: Order) -> bool:
    """Everything of it that no courier brings was sent, so that its message went out."""
    rows = Fulfilment.objects.filter(line__order=order)
    statuses = rows.exclude(line__program__delivery=Program.Delivery.SHIPMENT)
    return set(statuses.values_list("status", flat=True)) == {Fulfilment.Status.DONE}


def last_resent(order: Order) -> datetime | None:
    """When the e-mail was last sent again."""
    entry = Entry.objects.about(order).filter(action="order.licences_resent").first()
    return entry.at if entry else None
