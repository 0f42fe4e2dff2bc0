"""Cheques: allowed by staff, chosen by the buyer, received, cleared or returned.

A cheque holds quota but no stock: stock is taken when it arrives, and when that is gone the
cheque goes back the same day.
"""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from catalog import stock
from orders import cancellation, emails, settlement
from orders.decision import Decision
from orders.demands import Refusal
from orders.models import Cheque, ChequePermission, MoneyEntry, Order, OrderLine, Payment
from orgs.clock import due
from orgs.days import TORONTO, day_of, today
from orgs.holidays import holidays_of
from orgs.models import Membership, Organization

Status = Cheque.Status
NOT_TAKEN = _("Your organization cannot pay by cheque: write to us if it has to.")
WAIT_DAYS = 20
"""Business days in which an announced cheque must arrive; the quota is held so long."""


@transaction.atomic
def allow(organization: Organization, *, until: date, reason: str, by: User) -> ChequePermission:
    """Let an organization pay by cheque until a day; its administrators are told.

    Raises ValidationError for a day that is over, and when it may already.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    if until < today():
        raise ValidationError(_("That day is over."), "over")
    standing = ChequePermission.objects.of(organization).filter(ended_at=None).first()
    if standing and standing.until >= today():
        raise ValidationError(_("It may pay by cheque already: end that first."), "already")
    if standing:
        ChequePermission.objects.filter(pk=standing.pk).update(ended_at=timezone.now())
    permission = ChequePermission.objects.create(
        organization=organization, until=until, reason=reason, granted_by=by
    )
    record(permission, "chequepermission.granted", by=by, note=reason, until=str(until))
    emails.cheque_allowed(permission)
    return permission


@transaction.atomic
def disallow(pk: int, *, by: User) -> None:
    """End it; cheques that are announced stay so. Twice is once."""
    permission = ChequePermission.objects.select_for_update().get(pk=pk)
    if permission.ended_at is None:
        ChequePermission.objects.filter(pk=pk).update(ended_at=timezone.now())
        record(permission, "chequepermission.ended", by=by)


def may_pay_by_cheque(organization: Organization) -> bool:
    return ChequePermission.objects.of(organization).on(today()).exists()


def why_not(decision: Decision, membership: Membership) -> Refusal | None:
    """Why a cart cannot be ordered with a cheque; None when the buyer may choose one.

    What a partner approves is paid later: its buyer chooses on the order's page then.
    """
    if not decision.total:
        return Refusal(_("There is nothing to pay."), "nothing_to_pay")
    if decision.needs_partner:
        return Refusal(_("You choose how to pay once the partner has said yes."), "needs_partner")
    if not membership.may("orders.pay"):
        return Refusal(_("Your role in this organization does not let you pay."), "may_not_pay")
    if not may_pay_by_cheque(membership.organization):
        return Refusal(NOT_TAKEN, "not_allowed")
    return None


@transaction.atomic
def announce(order_pk: int, *, by: User) -> Cheque:
    """Pay this order by cheque: its stock is offered to others again, its quota stays held.

    Announcing twice is once. Raises ValidationError when that is not allowed, or not any more.
    """
    order = Order.objects.lock_with_owner(pk=order_pk)
    if found := Cheque.objects.filter(order=order).first():
        return found
    if not order.is_payable:
        raise ValidationError(_("This order cannot be paid any more."), "not_payable")
    if order.is_held:
        text = _("Our staff have stopped this order for a check: it cannot be paid meanwhile.")
        raise ValidationError(text, "held")
    if order.payments.filter(status__in=Payment.BLOCKING).exists():
        raise ValidationError(_("A payment of this order is under way."), "being_paid")
    if not may_pay_by_cheque(order.organization):
        raise ValidationError(NOT_TAKEN, "not_allowed")
    return expect(order, by=by, at=timezone.now())


def expect(order: Order, *, by: User, at: datetime) -> Cheque:
    """Write down that a locked order, whose stock is taken, is to be paid by cheque."""
    cheque = Cheque.objects.create(order=order, amount=order.total)
    order.method, order.hold_until = Order.Method.CHEQUE, last_moment(order.organization, at)
    order.save(update_fields=["method", "hold_until"])
    record(order, "order.by_cheque", by=by)
    emails.cheque(cheque, "announced")
    stock.put_back(order.number, cancellation.wanted(order), by=by)
    return cheque


def last_moment(organization: Organization, at: datetime) -> datetime:
    """The end of the last business day on which an announced cheque may arrive."""
    day = day_of(at)
    holidays = holidays_of(organization.province, (day.year, day.year + 1))
    last = due(day, WAIT_DAYS, holidays)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=TORONTO)


@transaction.atomic
def receive(pk: int, *, number: str, by: User) -> Cheque:
    """The cheque is here: its stock is taken; when that is gone, the cheque goes back at once.

    Raises ValidationError without a number, and when it is not awaited any more.
    """
    cheque = lock(pk)
    _need(cheque, Status.ANNOUNCED, Order.Status.AWAITING_PAYMENT)
    if not number.strip():
        raise ValidationError(_("Enter the number of the cheque."), "no_number")
    order, now = cheque.order, timezone.now()
    try:
        stock.take(cancellation.cheque_reference(order), cancellation.wanted(order), by=by)
    except ValidationError as gone:
        cheque.number = number.strip()
        cheque.save(update_fields=["number"])
        return _return(cheque, why=" ".join(gone.messages), by=by)
    move(cheque, Status.RECEIVED, by=by, number=number.strip(), received_at=now)
    order.hold_until = None
    order.save(update_fields=["hold_until"])
    emails.cheque(cheque, "received")
    return cheque


@transaction.atomic
def clear(pk: int, *, by: User) -> Cheque:
    """The bank has paid: so is the order, and what it is owed is on its way."""
    cheque = lock(pk)
    _need(cheque, Status.RECEIVED, Order.Status.AWAITING_PAYMENT)
    now = timezone.now()
    move(cheque, Status.CLEARED, by=by, cleared_at=now)
    MoneyEntry.objects.create(
        cheque=cheque,
        kind=MoneyEntry.Kind.CHEQUE,
        amount=cheque.amount,
        currency="CAD",
        external_id=f"order {cheque.order.number}",
    )
    settlement.mark_paid(cheque.order, by=by, at=now, note=str(cheque))
    emails.cheque(cheque, "cleared")
    return cheque


@transaction.atomic
def give_back(pk: int, *, why: str, by: User) -> Cheque:
    """The cheque goes back, or the bank refused it: the order ends, the buyer is told today."""
    cheque = lock(pk)
    if not why.strip():
        raise ValidationError(_("Tell the buyer why."), "no_reason")
    if cheque.status not in {Status.ANNOUNCED, Status.RECEIVED}:
        raise ValidationError(_("Somebody went on with this cheque meanwhile."), "changed")
    return _return(cheque, why=why, by=by)


def _return(cheque: Cheque, *, why: str, by: User) -> Cheque:
    order, now = cheque.order, timezone.now()
    cancellation.end(order, Order.Status.CANCELLED, by=by, reason=why, at=now)
    move(cheque, Status.RETURNED, by=by, note=why, why_returned=why, returned_at=now)
    emails.cheque(cheque, "returned")
    return cheque


def lock(pk: int) -> Cheque:
    """The cheque and its order locked, in the order of the house."""
    order = Order.objects.lock_with_owner(cheque=pk)
    cheque = Cheque.objects.select_for_update(of=("self",)).get(pk=pk)
    cheque.order = order
    return cheque


def _need(cheque: Cheque, status: Status, of_order: Order.Status) -> None:
    if cheque.status != status or cheque.order.status != of_order:
        raise ValidationError(_("Somebody went on with this cheque meanwhile."), "changed")


def tell_gone() -> int:
    """Tell buyers, once and the same day, that the stock of their announced order is gone."""
    short = OrderLine.objects.filter(order=OuterRef("order"), quantity__gt=F("product__stock"))
    awaited = Cheque.objects.filter(
        status=Status.ANNOUNCED, told_gone_at=None, order__status=Order.Status.AWAITING_PAYMENT
    )
    found = awaited.annotate(short=Subquery(short.values("pk")[:1])).exclude(short=None)
    return sum(_tell(pk) for pk in found.values_list("pk", flat=True))


@transaction.atomic
def _tell(pk: int) -> bool:
    cheque = lock(pk)
    if cheque.status != Status.ANNOUNCED or cheque.told_gone_at:
        return False
    Cheque.objects.filter(pk=pk).update(told_gone_at=timezone.now())
    emails.cheque(cheque, "gone")
    return True
