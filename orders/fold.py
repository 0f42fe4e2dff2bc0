"""The fold: what an answer of PayPal's changes in our rows. No call leaves from here.

Each function is one short transaction under the locks organization, order, payment. An answer is
applied monotonically: what is old, repeated or out of order changes nothing (docs/adr/0007).
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit.models import record
from audit.moves import move
from orders import emails, issues, settlement
from orders.gateway import GatewayError, Rejected, Snapshot
from orders.models import MoneyEntry, Order, Payment
from orders.models.payment import PaymentQuerySet

log = logging.getLogger(__name__)

Status = Payment.Status
# When the truth is asked for again, by how often it was asked; then hourly.
CHECKS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 60))
SLOWLY = timedelta(hours=6)  # what PayPal holds for review, after a day
STOP_CAPTURING = timedelta(hours=5)  # PayPal forgets a request id after six
PAYER_TIME = timedelta(hours=6, minutes=15)  # 3 h to come, 3 h to approve, and a margin
STOP_ASKING = timedelta(days=30)
SECOND_CHANCE = timedelta(hours=24)  # to pay otherwise, when PayPal denies after days of checking
MOST_ROUNDS = 2
WAITING = {"CREATED", "SAVED", "PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED"}
# Whose money is taken in; for any other order it is a second payment, to be given back.
PAYABLE = {Order.Status.AWAITING_PAYMENT, Order.Status.EXPIRED, Order.Status.CANCELLED}


def lock(pk: int) -> Payment:
    """The payment with the organization's, the order's and its own row locked, in that order."""
    order = Order.objects.lock_with_owner(payments=pk)
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=pk)
    payment.order = order
    return payment


@transaction.atomic
def created(pk: int, made: Snapshot) -> None:
    """PayPal has the order: its id is kept before anybody is sent there."""
    payment = lock(pk)
    if payment.status == Status.CREATING:
        move(
            payment,
            Status.AWAITING_PAYER,
            by=None,
            note=made.paypal_id,
            paypal_id=made.paypal_id,
            approve_url=made.approve_url,
            next_check_at=timezone.now() + CHECKS[0],
            checks=0,
        )


@transaction.atomic
def failed(pk: int, refusal: Rejected) -> None:
    """PayPal would not make the order: our fault, or our account's."""
    payment = lock(pk)
    if payment.status == Status.CREATING:
        log.error("payment %s: PayPal refused to make it: %s", payment, refusal)
        _end(payment, Status.FAILED, detail=_words(refusal), debug_id=refusal.debug_id)


@transaction.atomic
def abandon(pk: int) -> None:
    """Nobody waits for a payment any more that PayPal was never seen to make."""
    payment = lock(pk)
    if payment.status == Status.CREATING:
        _end(payment, Status.ABANDONED, detail="order no longer payable")


@transaction.atomic
def claim(pk: int, truth: Snapshot) -> int | None:
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
    if not payment.order.is_payable or _siblings(payment).filter(status__in=Payment.BLOCKING):
        _end(payment, Status.ABANDONED, detail="order no longer payable")
        return None
    move(payment, Status.CAPTURING, by=None, next_check_at=timezone.now() + CHECKS[0], checks=0)
    return payment.capture_generation


@transaction.atomic
def refused(pk: int, refusal: Rejected) -> None:
    """PayPal did not capture: the payer may try again, or this payment is over."""
    payment = lock(pk)
    if payment.status != Status.CAPTURING:
        return
    found = set(refusal.issues)
    if issues.is_gone(refusal):
        _end(payment, Status.EXPIRED, detail=_words(refusal))
    elif found & issues.TRY_AGAIN and payment.capture_generation < MOST_ROUNDS:
        _back_to_payer(payment, _words(refusal))
    elif found & (issues.REFUSED | issues.TRY_AGAIN):
        _end(payment, Status.DECLINED, detail=_words(refusal), debug_id=refusal.debug_id)
    else:
        _review(payment, _words(refusal), debug_id=refusal.debug_id)


@transaction.atomic
def gone(pk: int, refusal: Rejected) -> None:
    """PayPal no longer knows the order: nothing was or will be taken."""
    payment = lock(pk)
    if Status.EXPIRED in Payment.MOVES.get(payment.status, ()):
        _end(payment, Status.EXPIRED, detail=_words(refusal))
    elif payment.status == Status.PENDING:
        _review(payment, f"pending, and PayPal says {_words(refusal)}")
    else:
        _stop_asking(payment)


@transaction.atomic
def unreadable(pk: int, refusal: Rejected) -> None:
    """PayPal refuses to tell about one of its orders: people have to look."""
    payment = lock(pk)
    if payment.status != Status.CAPTURED:
        _review(payment, f"PayPal does not tell: {_words(refusal)}", debug_id=refusal.debug_id)


@transaction.atomic
def unanswered(pk: int, error: GatewayError) -> None:
    """No answer: ask again later, and no sooner than PayPal wants it."""
    payment = lock(pk)
    log.warning("payment %s: no answer: %s", payment, error)
    _ask_later(payment, at_least=timedelta(seconds=error.retry_after or 0))


@transaction.atomic
def apply(pk: int, truth: Snapshot) -> None:
    """Apply what PayPal says. Money is judged by its capture, never by the order's status."""
    payment = lock(pk)
    if payment.status == Status.CAPTURED:
        _stop_asking(payment)
        return
    match truth.capture_status:
        case "COMPLETED":
            _captured(payment, truth)
        case "PENDING":
            _pending(payment, truth)
        case "DECLINED" | "FAILED":
            _declined(payment, truth)
        case "":
            _still_open(payment, truth)
        case status:  # refunded before we saw the money, reversed, or a word new to us
            _review(payment, f"capture status {status}")


def _captured(payment: Payment, truth: Snapshot) -> None:
    """The money is there: recognize it first, then see to the order."""
    _enter(payment, truth)
    others = _siblings(payment)
    if mismatch := _mismatch(payment, truth):
        _review(payment, f"captured, but {mismatch}")
        return
    if others.filter(status=Status.CAPTURED).exists() or payment.order.status not in PAYABLE:
        _review(payment, "the order was paid already: refund this capture")
        return
    for other in others.filter(status__in=Payment.TAKING):
        _review(other, "another payment of this order was captured")
    now = timezone.now()
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
    order = payment.order
    is_late, may_wait = not order.is_payable, order.status != Order.Status.CANCELLED
    if is_late and not settlement.take_again(order, at=now):
        settlement.mark_unallocated(order, at=now, note=truth.capture_id)
        emails.paid_too_late(payment, may_wait=may_wait)
        log.error("order %s: paid, and its stock or quota is gone", order)
        return
    settlement.mark_paid(order, by=None, at=now, note=truth.capture_id)
    emails.receipt(payment)


def _enter(payment: Payment, truth: Snapshot) -> None:
    """Into the ledger of money, once a capture, whatever becomes of the payment."""
    MoneyEntry.objects.get_or_create(
        kind=MoneyEntry.Kind.CAPTURE,
        external_id=truth.capture_id,
        defaults={
            "payment": payment,
            "amount": payment.amount if truth.amount is None else truth.amount,
            "currency": truth.currency or payment.currency,
        },
    )


def _pending(payment: Payment, truth: Snapshot) -> None:
    if payment.status == Status.PENDING:
        _ask_later(payment)
    elif _mismatch(payment, truth) or _siblings(payment).filter(status__in=Payment.TAKING):
        _review(payment, "a second or different payment is pending at PayPal")
    else:
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
    if to not in Payment.MOVES.get(payment.status, ()):
        _stop_asking(payment)
        return
    _end(payment, to, detail=truth.detail or truth.capture_status)
    order = payment.order
    if to == Status.DENIED and order.is_payable:
        # The days PayPal took were not the member's: the order stays for another way to pay.
        until = timezone.now() + SECOND_CHANCE
        order.hold_until = max(order.hold_until or until, until)
        order.save(update_fields=["hold_until"])
        emails.payment_denied(payment)


def _still_open(payment: Payment, truth: Snapshot) -> None:
    """No capture: the payer has not come back, or never will."""
    if payment.status == Status.REVIEW:
        _ask_later(payment)
    elif payment.status not in {Status.AWAITING_PAYER, Status.CAPTURING}:
        _stop_asking(payment)
    elif truth.status == "VOIDED" or payment.created_at < timezone.now() - PAYER_TIME:
        _end(payment, Status.EXPIRED, detail=truth.status)
    elif truth.status not in WAITING:
        _review(payment, f"order status {truth.status}")
    elif payment.status == Status.CAPTURING and truth.status == "PAYER_ACTION_REQUIRED":
        _back_to_payer(payment, truth.status)  # a refusal whose answer we never got
    else:
        _ask_later(payment)


def _back_to_payer(payment: Payment, why: str) -> None:
    """A capture was refused for good: the next one is another request."""
    move(
        payment,
        Status.AWAITING_PAYER,
        by=None,
        note=why,
        detail=why,
        capture_generation=payment.capture_generation + 1,
        next_check_at=timezone.now() + CHECKS[0],
        checks=0,
    )


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


def _review(payment: Payment, why: str, *, debug_id: str = "") -> None:
    """People have to look; we go on asking."""
    changes = {"detail": why[:120], "debug_id": debug_id or payment.debug_id}
    if payment.status == Status.REVIEW:
        if payment.detail != changes["detail"]:
            record(payment, "payment.review", by=None, note=why)
            Payment.objects.filter(pk=payment.pk).update(**changes)
        _ask_later(payment)
        return
    log.error("payment %s: to be looked at: %s", payment, why)
    later = timezone.now() + CHECKS[-1]
    move(payment, Status.REVIEW, by=None, note=why, next_check_at=later, **changes)


def _ask_later(payment: Payment, *, at_least: timedelta = timedelta()) -> None:
    now = timezone.now()
    age = now - payment.created_at
    wait = CHECKS[min(payment.checks, len(CHECKS) - 1)]
    if payment.status in {Status.PENDING, Status.REVIEW}:
        wait = CHECKS[-1] if age < timedelta(days=1) else SLOWLY
    is_over = payment.status == Status.REVIEW and age > STOP_ASKING
    Payment.objects.filter(pk=payment.pk).update(
        next_check_at=None if is_over else now + max(wait, at_least), checks=payment.checks + 1
    )


def _stop_asking(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(next_check_at=None)


def _mismatch(payment: Payment, truth: Snapshot) -> str:
    """What PayPal would charge that we did not ask for; "" when it is ours to the cent."""
    told = (truth.amount, truth.currency, truth.reference)
    ours = (payment.amount, payment.currency, str(payment.reference))
    return "" if told == ours else "PayPal says {} {} for {}".format(*told)


def _siblings(payment: Payment) -> PaymentQuerySet:
    return payment.order.payments.exclude(pk=payment.pk)


def _words(refusal: Rejected) -> str:
    return (", ".join(refusal.issues) or f"status {refusal.status}")[:120]
