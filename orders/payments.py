"""Payments: one row a PayPal order, and one fold that the return, the notices and the sweep share.

PayPal is asked, never believed. What is decided under lock is committed before PayPal is called,
and what it answers is applied under the same locks (organization, order, payment), so that a
repeated, late or reordered answer changes nothing (docs/adr/0007).
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from audit.models import record
from audit.moves import move
from orders import emails, gateway, settlement
from orders.gateway import NotSent, OutcomeUnknown, Rejected, Snapshot
from orders.models import MoneyEntry, Order, Payment
from orgs.models import Organization

Status = Payment.Status
# When the truth is asked for again, by how often it was asked; then hourly.
CHECKS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 60))
STOP_CAPTURING = timedelta(hours=5)  # PayPal forgets a request id after six
PAYER_TIME = timedelta(hours=6, minutes=15)  # 3 h to come, 3 h to approve, and a margin
LEASE = timedelta(minutes=2)
# The payer can mend these: another card, another try on the same PayPal order.
TRY_AGAIN = {"INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED"}
REFUSED = {
    "TRANSACTION_REFUSED",
    "PAYER_CANNOT_PAY",
    "COMPLIANCE_VIOLATION",
    "PAYER_ACCOUNT_RESTRICTED",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "TRANSACTION_BLOCKED_BY_PAYEE",
    "TRANSACTION_LIMIT_EXCEEDED",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    "CARD_EXPIRED",
}
GONE = {"INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND", "ORDER_EXPIRED"}
MOST_ROUNDS = 3


class NotPayable(Exception):
    """The order cannot be paid (any more), or a payment of it is under way."""


def start(order: Order, *, by: User, language: str) -> str:
    """The page where the payer pays this order; an open payment is taken up again.

    Raises NotPayable, and the gateway's errors: the order is kept in any case.
    """
    payment = _open(order.pk, by=by, language=language)
    if payment.status == Status.CREATING:
        _create(payment)
        payment.refresh_from_db()
    return payment.approve_url


@transaction.atomic
def _open(order_pk: int, *, by: User, language: str) -> Payment:
    """The payment that waits for its payer, or a new row, committed before anything is sent."""
    order = Order.objects.lock(pk=order_pk)
    if not order.is_payable or order.payments.filter(status__in=Payment.TAKING).exists():
        raise NotPayable
    waiting = (Status.CREATING, Status.AWAITING_PAYER)
    newest = order.payments.order_by("-seq").first()
    if newest and newest.status in waiting and newest.language == language:
        return newest
    return Payment.objects.create(
        order=order,
        seq=newest.seq + 1 if newest else 1,
        amount=order.total,
        currency=settings.CURRENCY,
        language=language,
        started_by=by,
        next_check_at=timezone.now() + CHECKS[0],
    )


def _create(payment: Payment) -> None:
    """Make the PayPal order; its id is saved before anybody is sent there."""
    order = payment.order
    with translation.override(payment.language):
        names = (order.organization.number, order.number, payment.reference)
        checkout = gateway.Checkout(
            reference=payment.reference,
            invoice_id=payment.invoice_id,
            amount=payment.amount,
            currency=payment.currency,
            items=[
                gateway.Item(line.name, line.quantity, line.fee)
                for line in order.lines.all()
                if line.fee
            ],
            language=payment.language,
            brand=settings.SITE_NAME,
            return_url=settings.SITE_URL + reverse("orders:paypal_return", args=names),
            cancel_url=settings.SITE_URL + reverse("orders:paypal_cancel", args=names),
        )
    try:
        made = gateway.provider().create_order(checkout)
    except Rejected as refusal:
        _fail(payment.pk, refusal)
        raise
    with transaction.atomic():
        payment = lock(payment.pk)
        if payment.status == Status.CREATING:
            move(
                payment,
                Status.AWAITING_PAYER,
                by=None,
                note=made.paypal_id,
                paypal_id=made.paypal_id,
                approve_url=made.approve_url,
                next_check_at=timezone.now() + CHECKS[0],
            )


@transaction.atomic
def _fail(pk: int, refusal: Rejected) -> None:
    payment = lock(pk)
    if payment.status == Status.CREATING:
        _end(payment, Status.FAILED, detail=", ".join(refusal.issues), debug_id=refusal.debug_id)


def lock(pk: int) -> Payment:
    """The payment with the organization's, the order's and its own row locked, in that order."""
    ids = Payment.objects.values_list("order__organization", "order").get(pk=pk)
    organization = Organization.objects.lock(pk=ids[0])
    order = Order.objects.lock(pk=ids[1])
    order.organization = organization
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=pk)
    payment.order = order
    return payment


def settle(pk: int) -> Payment:
    """Ask PayPal, take the money when the payer has approved, and apply what it says.

    The payer's return, PayPal's notices and the sweep all lead here, in any order and more than
    once. Raises NotSent or OutcomeUnknown when PayPal does not answer: the sweep asks again.
    """
    payment = Payment.objects.get(pk=pk)
    if payment.status == Status.CREATING:
        _create_again(payment)
    elif payment.paypal_id:
        _fold(payment)
    return Payment.objects.select_related("order").get(pk=pk)


def _create_again(payment: Payment) -> None:
    """The answer to our first request was lost: the same request id brings it back."""
    if payment.order.is_payable:
        _create(payment)
        return
    with transaction.atomic():
        payment = lock(payment.pk)
        if payment.status == Status.CREATING:
            _end(payment, Status.ABANDONED, detail="order no longer payable")


def _fold(payment: Payment) -> None:
    try:
        truth = gateway.provider().fetch_order(payment.paypal_id or "")
    except Rejected as refusal:
        if not GONE & set(refusal.issues) and refusal.status != 404:
            raise
        _gone(payment.pk, refusal)
        return
    if truth.status == "APPROVED" and not truth.capture_id:
        truth = _capture(payment, truth) or truth
    _apply(payment.pk, truth)


def _capture(payment: Payment, truth: Snapshot) -> Snapshot | None:
    """Take the money of an approved order; None when it must not be taken, or was refused."""
    generation = _claim(payment.pk, truth)
    if generation is None:
        return None
    try:
        return gateway.provider().capture(
            truth.paypal_id, reference=payment.reference, generation=generation
        )
    except Rejected as refusal:
        _refused(payment.pk, refusal)
        return None


@transaction.atomic
def _claim(pk: int, truth: Snapshot) -> int | None:
    """Write down that we are about to capture; the generation of the request, or None.

    The partial unique index lets one payment of an order get here, whoever asks.
    """
    payment = lock(pk)
    if payment.status == Status.CAPTURING:
        if payment.created_at < timezone.now() - STOP_CAPTURING:
            _review(payment, "capture unresolved for five hours")
            return None
        return payment.capture_generation
    if payment.status != Status.AWAITING_PAYER:
        return None
    if mismatch := _mismatch(payment, truth):
        _review(payment, mismatch)
        return None
    taken = payment.order.payments.filter(status__in=Payment.TAKING).exists()
    if taken or not payment.order.is_payable:
        _end(payment, Status.ABANDONED, detail="order no longer payable")
        return None
    move(payment, Status.CAPTURING, by=None, next_check_at=timezone.now() + CHECKS[0])
    return payment.capture_generation


def _mismatch(payment: Payment, truth: Snapshot) -> str:
    """What PayPal would charge that we did not ask for; "" when it is ours to the cent."""
    told = (truth.amount, truth.currency, truth.reference)
    ours = (payment.amount, payment.currency, str(payment.reference))
    return "" if told == ours else f"PayPal says {told}, we asked {ours}"


@transaction.atomic
def _refused(pk: int, refusal: Rejected) -> None:
    """PayPal did not capture: the payer may try again, or this payment is over."""
    payment = lock(pk)
    if payment.status != Status.CAPTURING:
        return
    issues = set(refusal.issues)
    detail = ", ".join(refusal.issues)[:120]
    if issues & GONE or refusal.status == 404:
        _end(payment, Status.EXPIRED, detail=detail)
    elif issues & TRY_AGAIN and payment.capture_generation < MOST_ROUNDS:
        move(
            payment,
            Status.AWAITING_PAYER,
            by=None,
            note=detail,
            detail=detail,
            capture_generation=payment.capture_generation + 1,
        )
    elif issues & (REFUSED | TRY_AGAIN):
        _end(payment, Status.DECLINED, detail=detail, debug_id=refusal.debug_id)
    else:
        _review(payment, detail or f"status {refusal.status}")


@transaction.atomic
def _gone(pk: int, refusal: Rejected) -> None:
    """PayPal no longer knows the order: nothing was or will be taken."""
    payment = lock(pk)
    if Status.EXPIRED in Payment.MOVES.get(payment.status, ()):
        _end(payment, Status.EXPIRED, detail=", ".join(refusal.issues)[:120])
    else:
        _check_later(payment)


@transaction.atomic
def _apply(pk: int, truth: Snapshot) -> None:
    """Apply what PayPal says, monotonically: what is old or known changes nothing."""
    payment = lock(pk)
    match truth.capture_status:
        case "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED":
            _captured(payment, truth)
        case "PENDING":
            _pending(payment, truth)
        case "DECLINED" | "FAILED":
            _declined(payment, truth)
        case "":
            _still_open(payment, truth)
        case _:
            _review(payment, f"unknown capture status {truth.capture_status}")


def _captured(payment: Payment, truth: Snapshot) -> None:
    """The money is there: recognize it first, then see to the order."""
    if payment.status == Status.CAPTURED:
        _stop_checking(payment)
        return
    now = timezone.now()
    if mismatch := _mismatch(payment, truth):
        _review(payment, f"captured, but {mismatch}")
        return
    others = payment.order.payments.exclude(pk=payment.pk)
    if others.filter(status=Status.CAPTURED).exists():
        _review(payment, "the order was paid twice: refund this capture")
        return
    for other in others.filter(status__in=(Status.CAPTURING, Status.PENDING)):
        _review(other, "another payment of this order was captured")
    move(
        payment,
        Status.CAPTURED,
        by=None,
        note=truth.capture_id,
        capture_id=truth.capture_id,
        capture_status=truth.capture_status,
        captured_at=now,
        next_check_at=None,
        detail="",
    )
    MoneyEntry.objects.create(
        payment=payment,
        kind=MoneyEntry.Kind.CAPTURE,
        amount=truth.amount or payment.amount,
        currency=truth.currency,
        external_id=truth.capture_id,
    )
    order = payment.order
    if order.is_payable:
        settlement.mark_paid(order, by=None, at=now, note=truth.capture_id)
        emails.receipt(payment)
    else:
        settlement.mark_unallocated(order, at=now, note=truth.capture_id)
        emails.paid_too_late(payment)


def _pending(payment: Payment, truth: Snapshot) -> None:
    if payment.status == Status.PENDING:
        _check_later(payment)
        return
    if Status.PENDING not in Payment.MOVES.get(payment.status, ()):
        return
    move(
        payment,
        Status.PENDING,
        by=None,
        note=truth.detail,
        capture_id=truth.capture_id,
        capture_status=truth.capture_status,
        detail=truth.detail,
        next_check_at=timezone.now() + CHECKS[-1],
    )
    emails.payment_pending(payment)


def _declined(payment: Payment, truth: Snapshot) -> None:
    to = Status.DENIED if payment.status == Status.PENDING else Status.DECLINED
    if to in Payment.MOVES.get(payment.status, ()):
        _end(payment, to, detail=truth.detail or truth.capture_status)
        if to == Status.DENIED:
            emails.payment_denied(payment)


def _still_open(payment: Payment, truth: Snapshot) -> None:
    """No capture yet: the payer has not come back, or never will."""
    if payment.status not in {Status.AWAITING_PAYER, Status.CAPTURING}:
        _stop_checking(payment)
    elif truth.status == "VOIDED" or payment.created_at < timezone.now() - PAYER_TIME:
        _end(payment, Status.EXPIRED, detail=truth.status)
    else:
        _check_later(payment)


def _end(payment: Payment, status: Payment.Status, *, detail: str, debug_id: str = "") -> None:
    move(
        payment,
        status,
        by=None,
        note=detail,
        detail=detail[:120],
        debug_id=debug_id or payment.debug_id,
        next_check_at=None,
    )


def _review(payment: Payment, why: str) -> None:
    """Staff have to look; the sweep goes on asking."""
    if Status.REVIEW in Payment.MOVES.get(payment.status, ()):
        later = timezone.now() + CHECKS[-1]
        move(payment, Status.REVIEW, by=None, note=why, detail=why[:120], next_check_at=later)


def _check_later(payment: Payment) -> None:
    delay = CHECKS[min(payment.checks, len(CHECKS) - 1)]
    Payment.objects.filter(pk=payment.pk).update(
        next_check_at=timezone.now() + delay, checks=payment.checks + 1
    )


def _stop_checking(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(next_check_at=None)


def claim_due(pk: int) -> bool:
    """Take a due payment by putting off its next check; False when another worker has it."""
    due = Payment.objects.due().filter(pk=pk).order_by()
    return bool(due.update(next_check_at=timezone.now() + LEASE))


def check(pk: int) -> None:
    """The sweep's step: settle a due payment; without an answer it is asked again later."""
    if not claim_due(pk):
        return
    try:
        settle(pk)
    except (NotSent, OutcomeUnknown, Rejected) as error:
        with transaction.atomic():
            payment = lock(pk)
            record(payment, "payment.unanswered", by=None, note=str(error)[:200])
            _check_later(payment)
