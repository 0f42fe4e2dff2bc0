"""Refunds: asked for, decided by other people than who asked, and given back once.

Deciding gives back what the lines hold, in one transaction; the money follows by
`orders/paying_back.py`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from catalog import stock
from catalog.models import Program
from orders import emails, paying_back, quota, refund_rules
from orders.models import Fulfilment, LicenseKey, Order, OrderLine, Payment, Refund, RefundLine
from orders.refund_rules import Item, Policy
from orgs.days import day_of, today, written

Status = Refund.Status
PAID = (
    Order.Status.PAID,
    Order.Status.PAID_UNALLOCATED,
    Order.Status.FULFILLED,
    Order.Status.DELIVERED,
)
PAYPAL_WINDOW = timedelta(days=180)
"""After this long PayPal gives nothing back, and a cheque is mailed."""


def policy_of(program: Program) -> Policy:
    """What a program's data says of refunds."""
    return Policy(program.refund, program.refund_days, program.refund_whole_program)


def items(order: Order) -> list[Item]:
    """The lines of an order as its refund sees them; two queries."""
    lines = order.lines.select_related("program", "fulfilment").order_by("pk")
    refunded = RefundLine.objects.filter(line__order=order, is_open=True)
    taken = set(refunded.values_list("line", flat=True))
    return [_item(line, is_over=line.pk in taken) for line in lines]


def _item(line: OrderLine, *, is_over: bool) -> Item:
    sent = line.fulfilment.done_at if hasattr(line, "fulfilment") else None
    return Item(
        line=line.pk,
        name=line.name,
        program=line.program.slug,
        program_name=line.program.name,
        policy=policy_of(line.program),
        delivered_on=day_of(sent) if sent else None,
        is_over=is_over or line.given_back_at is not None,
        costs_nothing=not line.fee,
    )


@transaction.atomic
def request(
    order_pk: int, *, lines: Collection[int], reason: str, is_unused: bool, by: User
) -> Refund:
    """A member asks for money back, as far as the programs' policies allow.

    Raises ValidationError with every reason against it, each a Refusal.
    """
    order = _lock_paid(order_pk)
    if order.status != Order.Status.PAID_UNALLOCATED:  # what we cannot deliver is always refunded
        against = refund_rules.refusals(
            items(order), chosen=lines, is_unused=is_unused, on=today(), in_words=written
        )
        if against:
            raise ValidationError(against)
    return _write(
        order, lines=lines, reason=reason, is_unused=is_unused, by=by, origin=Refund.Origin.MEMBER
    )


@transaction.atomic
def propose(order_pk: int, *, lines: Collection[int], reason: str, by: User) -> Refund:
    """Staff ask for it in the buyer's place, also against the policy, which is then written down.

    Raises ValidationError when there is nothing to refund. Somebody else decides.
    """
    order = _lock_paid(order_pk)
    against = refund_rules.refusals(items(order), chosen=lines, is_unused=True, on=today())
    if over := [why for why in against if why.code in {"over", "free", "nothing"}]:
        raise ValidationError(over)
    is_exception = bool(against) and order.status != Order.Status.PAID_UNALLOCATED
    return _write(
        order,
        lines=lines,
        reason=reason,
        by=by,
        origin=Refund.Origin.STAFF,
        is_exception=is_exception,
    )


def _lock_paid(order_pk: int) -> Order:
    order = Order.objects.lock_with_owner(pk=order_pk)
    if order.status not in PAID:
        text = _("Order %(number)s is not paid, or is given back already.")
        raise ValidationError(text, "not_paid", {"number": order.number})
    return order


def _write(order: Order, *, lines: Collection[int], by: User, origin: str, **said: Any) -> Refund:
    chosen = list(order.lines.filter(pk__in=lines, given_back_at=None))
    if len(chosen) != len(set(lines)) or not chosen:
        raise ValidationError(_("Choose what you want to give back."), "nothing")
    if RefundLine.objects.filter(line__in=chosen, is_open=True).exists():
        raise ValidationError(_("This line is in a refund already."), "over")
    payment = order.payments.filter(status=Payment.Status.CAPTURED).first()
    refund = Refund.objects.create(
        order=order,
        payment=payment,
        seq=order.refunds.count() + 1,
        origin=origin,
        means=means_of(payment, at=timezone.now()),
        amount=sum(line.paid for line in chosen),
        currency=settings.CURRENCY,
        requested_by=by,
        **said,
    )
    RefundLine.objects.bulk_create(RefundLine(refund=refund, line=line) for line in chosen)
    record(refund, "refund.requested", by=by, note=refund.reason, amount=str(refund.amount))
    emails.refund(refund, "asked")
    return refund


def means_of(payment: Payment | None, *, at: datetime) -> Refund.Means:
    """The way the money came, as long as PayPal gives it back; after that a cheque."""
    if payment is None or payment.captured_at is None:
        return Refund.Means.CHEQUE
    is_open = payment.captured_at > at - PAYPAL_WINDOW
    return Refund.Means.PAYPAL if is_open else Refund.Means.CHEQUE


@transaction.atomic
def approve(pk: int, *, by: User, answer: str = "", goods_came_back: bool = False) -> Refund:
    """Staff grant it: by one person, and above the limit by two, none of them who asked.

    With the last approval the lines are given back, and the money is on its way. Raises
    ValidationError for the wrong person, and when it was decided already.
    """
    refund = lock(pk)
    if not refund.is_undecided:
        raise ValidationError(_("This refund is decided already."), "decided")
    if by.pk == refund.requested_by_id:
        raise ValidationError(_("Somebody else decides what you asked for."), "own")
    if by.pk == refund.approved_by_id:
        raise ValidationError(_("A second person decides, not you again."), "same")
    came_back = goods_came_back or refund.goods_came_back
    said: dict[str, Any] = {"answer": answer or refund.answer, "goods_came_back": came_back}
    if refund.status == Status.REQUESTED and refund.amount > settings.REFUND_TWO_PEOPLE_ABOVE:
        move(refund, Status.APPROVED_ONCE, by=by, approved_by=by, needs_two=True, **said)
        return refund
    who = "second_by" if refund.approved_by_id else "approved_by"
    _grant(refund, by=by, **{who: by}, **said)
    return refund


def _grant(refund: Refund, *, by: User, **changes: Any) -> None:
    now = timezone.now()
    changes |= {"means": means_of(refund.payment, at=now), "decided_at": now}
    by_paypal = changes["means"] == Refund.Means.PAYPAL
    # Due at once, so that a worker that dies leaves it to the sweep.
    changes["next_check_at"] = now if by_paypal else None
    move(refund, Status.SENDING if by_paypal else Status.CHEQUE_DUE, by=by, **changes)
    lines = list(
        OrderLine.objects.filter(refund_lines__refund=refund).select_related("product", "program")
    )
    _give_back(refund, lines, by=by, at=now)
    emails.refund(refund, "granted")
    if by_paypal:
        transaction.on_commit(lambda: paying_back.wake(refund.pk), robust=True)


def _give_back(refund: Refund, lines: Sequence[OrderLine], *, by: User, at: datetime) -> None:
    """What the lines hold: keys are dead, quota counts no more, and stock where it can be used."""
    order = refund.order
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(given_back_at=at)
    LicenseKey.objects.filter(line__in=lines, revoked_at=None).update(revoked_at=at)
    owed = Fulfilment.objects.select_for_update().filter(line__in=lines, status="owed")
    unsent = {row.line_id for row in owed}
    for row in owed:
        move(row, Fulfilment.Status.CANCELLED, by=by, note=str(refund))
    quota.refund(order, at=at, lines=lines)
    _send_the_rest(order, by=by, at=at)
    if order.status != Order.Status.PAID_UNALLOCATED:  # whose stock was given back before
        back = {
            line.product_id: line.quantity
            for line in lines
            if line.pk in unsent or refund.goods_came_back
        }
        stock.put_back(f"{order.number}-refund", back, by=by)


def _send_the_rest(order: Order, *, by: User, at: datetime) -> None:
    """An order whose last owed line goes back is sent, if anything of it was."""
    lines = Fulfilment.objects.filter(line__order=order, line__given_back_at=None)
    if order.status == Order.Status.PAID and lines and not lines.owed().exists():
        move(order, Order.Status.FULFILLED, by=by, fulfilled_at=at)
        emails.licences_ready(order)


@transaction.atomic
def decline(pk: int, *, by: User, answer: str) -> Refund:
    """Staff do not grant it; `answer` tells the buyer why."""
    refund = lock(pk)
    if not refund.is_undecided:
        raise ValidationError(_("This refund is decided already."), "decided")
    if by.pk == refund.requested_by_id:
        raise ValidationError(_("Somebody else decides what you asked for."), "own")
    if not answer.strip():
        raise ValidationError(_("Tell the buyer why."), "no_answer")
    move(refund, Status.DECLINED, by=by, note=answer, answer=answer, decided_at=timezone.now())
    refund.lines.update(is_open=False)
    emails.refund(refund, "declined")
    return refund


@transaction.atomic
def withdraw(pk: int, *, by: User) -> Refund:
    """Who asked keeps it after all; twice is once."""
    refund = lock(pk)
    if refund.status == Status.WITHDRAWN:
        return refund
    if refund.status != Status.REQUESTED:
        raise ValidationError(_("This refund is decided already."), "decided")
    move(refund, Status.WITHDRAWN, by=by)
    refund.lines.update(is_open=False)
    return refund


def lock(pk: int) -> Refund:
    """The refund, its payment and its order locked, in the order of the house."""
    order = Order.objects.lock_with_owner(refunds=pk)
    return paying_back.lock_in(order, pk)
