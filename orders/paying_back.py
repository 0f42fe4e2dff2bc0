"""Paying back: a granted refund's money, by PayPal or by cheque, and what PayPal says of it.

As with payments, PayPal is asked, never believed: the row comes first, the request id is stable,
no call is made inside a transaction, and answer, notice and sweep apply the same truth.
"""

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orders import emails, gateway
from orders.gateway import GatewayError, RefundSnapshot, Rejected
from orders.models import MoneyEntry, Order, Payment, Refund

log = logging.getLogger(__name__)

Status = Refund.Status
LEASE = timedelta(minutes=2)  # another worker asks again after this
CHECKS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 60))
DAILY = timedelta(days=1)  # what waits at PayPal, such as an e-cheque
STOP_SENDING = timedelta(days=40)  # PayPal forgets a refund's request id after 45
SWEEP = 50  # refunds a pass
TOO_OLD = {"REFUND_TIME_LIMIT_EXCEEDED"}
LOST = {"FAILED", "CANCELLED"}
ELSEWHERE = {"CAPTURE_FULLY_REFUNDED", "REFUND_AMOUNT_EXCEEDED"}


def wake(pk: int) -> None:
    """Tell a worker at once; when the broker is down the sweep finds the row anyway."""
    from orders.tasks import send_refund  # tasks import this module

    send_refund.apply_async((pk,), retry=False)


def sweep() -> int:
    """Send or ask for what is due, here and now, without a broker; how many refunds were due."""
    due = list(Refund.objects.due().values_list("pk", flat=True)[:SWEEP])
    for pk in due:
        check(pk)
    return len(due)


def check(pk: int) -> None:
    """Send a due refund, or ask what became of it; without an answer it is asked again later."""
    due = Refund.objects.due().filter(pk=pk).order_by()
    if not due.update(next_check_at=timezone.now() + LEASE):
        return  # another worker has it
    try:
        settle(pk)
    except GatewayError as error:
        unanswered(pk, error)


def settle(pk: int) -> Refund:
    """Send a refund to PayPal, or ask what became of it; any number of times.

    Raises NotSent or OutcomeUnknown when PayPal does not answer: the sweep comes again.
    """
    refund = Refund.objects.select_related("order__placed_by", "payment").get(pk=pk)
    provider = gateway.provider()
    try:
        if refund.paypal_refund_id and refund.status in {Status.SENDING, Status.PENDING}:
            apply(pk, provider.fetch_refund(refund.paypal_refund_id))
        elif refund.status == Status.SENDING and refund.payment and refund.payment.capture_id:
            asked, generation = _asked(refund), refund.generation
            apply(
                pk, provider.refund(refund.payment.capture_id, asked=asked, generation=generation)
            )
    except Rejected as refusal:
        if ELSEWHERE & set(refusal.issues) and refund.payment:
            reconcile(refund.payment)
        refused(pk, refusal)
    return Refund.objects.get(pk=pk)


def _asked(refund: Refund) -> gateway.RefundRequest:
    """The same for every try, since PayPal compares them."""
    with translation.override(refund.order.language):
        note = _("Refund of order %(number)s") % {"number": refund.order.number}
    return gateway.RefundRequest(
        reference=refund.reference,
        invoice_id=refund.invoice_id,
        amount=refund.amount,
        currency=refund.currency,
        note=note,
    )


def reconcile(payment: Payment) -> None:
    """Bring our refunds of a payment in line with PayPal's list of them.

    One that we did not ask for is money given back on PayPal's own pages: it is kept, entered,
    and people look at it. Raises the gateway's errors.
    """
    if not payment.paypal_id:
        return
    for truth in gateway.provider().fetch_order(payment.paypal_id).refunds:
        ours = Refund.objects.filter(payment=payment, paypal_refund_id=truth.refund_id)
        if not ours and truth.status in LOST:
            continue  # an earlier try of ours, which we know, or nothing that moved money
        ours = ours or Refund.objects.filter(payment=payment, reference__in=_uuid(truth.reference))
        if found := ours.first():
            apply(found.pk, truth)
        else:
            external(payment.pk, truth)


def _uuid(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return []


def lock_in(order: Order, pk: int) -> Refund:
    """A refund of a locked order, with its payment and itself locked."""
    payment = Payment.objects.filter(refunds=pk).select_for_update(of=("self",)).first()
    refund = Refund.objects.select_for_update(of=("self",)).get(pk=pk)
    refund.order = order
    refund.payment = payment
    return refund


def lock(pk: int) -> Refund:
    return lock_in(Order.objects.lock_with_owner(refunds=pk), pk)


@transaction.atomic
def apply(pk: int, truth: RefundSnapshot) -> None:
    """Apply what PayPal says of one refund; what is old, or repeated, changes nothing."""
    refund = lock(pk)
    if refund.status in {Status.COMPLETED, *Refund.ENDED, *Refund.UNDECIDED}:
        if truth.status == "COMPLETED" and truth.refund_id != refund.paypal_refund_id:
            _look(refund, "PayPal gave it back too", truth.refund_id)
        _stop_asking(refund)
        return
    if refund.status == Status.CHEQUE_DUE and truth.status != "COMPLETED":
        return
    told = (truth.amount, truth.currency)
    if truth.amount is not None and told != (refund.amount, refund.currency):
        _look(refund, f"PayPal says {truth.amount} {truth.currency}", truth.refund_id)
        return
    match truth.status:
        case "COMPLETED":
            _complete(refund, truth)
        case "PENDING":
            _pending(refund, truth)
        case "FAILED" | "CANCELLED":
            _fail(refund, truth.detail or truth.status, refund_id=truth.refund_id)
        case status:
            _look(refund, f"refund status {status}", truth.refund_id)


def _complete(refund: Refund, truth: RefundSnapshot) -> None:
    enter(refund, external_id=truth.refund_id)
    move(
        refund,
        Status.COMPLETED,
        by=None,
        note=truth.refund_id,
        means=Refund.Means.PAYPAL,
        paypal_refund_id=truth.refund_id,
        completed_at=timezone.now(),
        next_check_at=None,
        needs_a_look=False,
        detail="",
    )
    finish(refund, by=None)


def _pending(refund: Refund, truth: RefundSnapshot) -> None:
    if refund.status == Status.SENDING:
        move(refund, Status.PENDING, by=None, note=truth.detail, paypal_refund_id=truth.refund_id)
    Refund.objects.filter(pk=refund.pk).update(next_check_at=timezone.now() + DAILY)


def _fail(refund: Refund, why: str, *, refund_id: str | None = None, debug_id: str = "") -> None:
    """PayPal did not give it back: the money is still owed, and people choose another way."""
    if refund.status == Status.FAILED:
        return
    log.error("refund %s: PayPal did not give it back: %s", refund, why)
    move(
        refund,
        Status.FAILED,
        by=None,
        note=why,
        detail=why[:120],
        debug_id=debug_id,
        paypal_refund_id=refund_id or refund.paypal_refund_id,
        next_check_at=None,
    )


def _look(refund: Refund, why: str, refund_id: str) -> None:
    log.error("refund %s: to be looked at: %s", refund, why)
    if refund.detail != why[:120]:
        record(refund, "refund.look", by=None, note=why, refund_id=refund_id)
    later = timezone.now() + DAILY
    Refund.objects.filter(pk=refund.pk).update(
        needs_a_look=True, detail=why[:120], next_check_at=later
    )


def _stop_asking(refund: Refund) -> None:
    Refund.objects.filter(pk=refund.pk).update(next_check_at=None)


@transaction.atomic
def refused(pk: int, refusal: Rejected) -> None:
    """PayPal refuses: after 180 days a cheque is mailed, anything else is for people."""
    refund = lock(pk)
    if refund.status != Status.SENDING:
        return
    words = (", ".join(refusal.issues) or f"status {refusal.status}")[:120]
    if TOO_OLD & set(refusal.issues):
        pay_by_cheque(refund, by=None, why=words)
    else:
        _fail(refund, words, debug_id=refusal.debug_id)


@transaction.atomic
def unanswered(pk: int, error: GatewayError) -> None:
    """No answer: again later with the same request id, as long as PayPal remembers it."""
    refund = lock(pk)
    log.warning("refund %s: no answer: %s", refund, error)
    age = timezone.now() - (refund.decided_at or refund.requested_at)
    if refund.status == Status.SENDING and age > STOP_SENDING:
        _look(refund, "no answer for forty days", "")
        _stop_asking(refund)
        return
    wait = CHECKS[min(refund.checks, len(CHECKS) - 1)]
    wait = max(wait, timedelta(seconds=error.retry_after or 0))
    Refund.objects.filter(pk=pk).update(
        next_check_at=timezone.now() + wait, checks=refund.checks + 1
    )


@transaction.atomic
def external(payment_pk: int, truth: RefundSnapshot) -> None:
    """Money given back on PayPal's own pages: kept once, and people look at it."""
    order = Order.objects.lock_with_owner(payments=payment_pk)
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_pk)
    is_known = Refund.objects.filter(paypal_refund_id=truth.refund_id).exists()
    if is_known or truth.status != "COMPLETED" or not truth.amount:
        return
    refund = Refund.objects.create(
        order=order,
        payment=payment,
        seq=order.refunds.count() + 1,
        status=Status.COMPLETED,
        origin=Refund.Origin.EXTERNAL,
        means=Refund.Means.PAYPAL,
        amount=truth.amount,
        currency=truth.currency,
        reason=truth.detail,
        paypal_refund_id=truth.refund_id,
        completed_at=timezone.now(),
        needs_a_look=True,
    )
    enter(refund, external_id=truth.refund_id)
    record(refund, "refund.external", by=None, note=truth.refund_id, amount=str(truth.amount))
    log.error("refund %s: given back on PayPal's own pages", refund)


def enter(refund: Refund, *, external_id: str) -> None:
    """Into the ledger of money, once a refund."""
    MoneyEntry.objects.get_or_create(
        kind=MoneyEntry.Kind.REFUND,
        external_id=external_id,
        defaults={
            "payment": refund.payment,
            "cheque": None if refund.payment else refund.order.cheque,
            "amount": refund.amount,
            "currency": refund.currency,
        },
    )


def finish(refund: Refund, *, by: Any) -> None:
    """The money is back: the buyer is told; with the last line, the order is refunded."""
    order = refund.order
    is_open = order.lines.filter(given_back_at=None).exists()
    waits = order.refunds.filter(status__in=Refund.GRANTED).exclude(status=Status.COMPLETED)
    if not is_open and not waits.exists() and order.status != Order.Status.REFUNDED:
        move(order, Order.Status.REFUNDED, by=by, note=str(refund), given_back_at=timezone.now())
    emails.refund(refund, "paid")


def pay_by_cheque(refund: Refund, *, by: User | None, why: str) -> None:
    """PayPal cannot: a cheque is due, and the buyer is told."""
    cheque = Refund.Means.CHEQUE
    move(refund, Status.CHEQUE_DUE, by=by, note=why, means=cheque, detail=why, next_check_at=None)
    emails.refund(refund, "cheque")
