"""Payments: one row a PayPal order, and one way to settle it for return, notices and sweep.

PayPal is asked, never believed. What is decided is committed before PayPal is called, no call is
made inside a transaction, and what PayPal answers goes through the fold (docs/adr/0007).
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from orders import fold, gateway, issues
from orders.gateway import GatewayError, OutcomeUnknown, Rejected, Snapshot
from orders.models import Order, Payment

Status = Payment.Status
LEASE = timedelta(minutes=2)  # another worker asks again after this
SWEEP = 50  # payments a pass


class NotPayable(Exception):
    """The order cannot be paid (any more), or a payment of it is under way."""


def start(order: Order, *, by: User, language: str) -> str:
    """The page where the payer pays this order; an open payment is taken up again.

    Raises NotPayable, and the gateway's errors: the order is kept in any case.
    """
    payment = _open(order.pk, by=by, language=language)
    if payment.status == Status.AWAITING_PAYER:
        # It may have been approved in another tab, or PayPal may have forgotten it.
        payment = settle(payment.pk)
        if payment.status != Status.AWAITING_PAYER:
            payment = _open(order.pk, by=by, language=language)
    if payment.status == Status.CREATING:
        _create(payment)
        payment.refresh_from_db()
    if payment.status != Status.AWAITING_PAYER:
        raise NotPayable
    return payment.approve_url


@transaction.atomic
def _open(order_pk: int, *, by: User, language: str) -> Payment:
    """The payment that waits for its payer, or a new row, committed before anything is sent."""
    order = Order.objects.lock(pk=order_pk)
    if not order.is_open_to_pay or order.payments.filter(status__in=Payment.BLOCKING).exists():
        raise NotPayable
    newest = order.payments.order_by("-seq").first()
    if newest and newest.status in Payment.OPEN:
        return newest
    return Payment.objects.create(
        order=order,
        seq=newest.seq + 1 if newest else 1,
        amount=order.total,
        currency=settings.CURRENCY,
        language=language,
        started_by=by,
        next_check_at=timezone.now() + fold.CHECKS[0],
    )


def _create(payment: Payment) -> None:
    """Make the PayPal order; its id is saved before anybody is sent there."""
    try:
        made = _made(_checkout(payment))
    except Rejected as refusal:
        fold.failed(payment.pk, refusal)
        raise
    fold.created(payment.pk, made)


def _checkout(payment: Payment) -> gateway.Checkout:
    """What the payer is asked; the same for every try, since PayPal compares them."""
    order = payment.order
    with translation.override(payment.language):
        names = (order.organization.number, order.number, payment.reference)
        return gateway.Checkout(
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
            tax=order.total - order.fees,
        )


def _made(checkout: gateway.Checkout) -> Snapshot:
    """PayPal's order, with one more try: a repeated request id brings back the first."""
    provider = gateway.provider()
    try:
        made = provider.create_order(checkout)
    except OutcomeUnknown:
        made = provider.create_order(checkout)
    if not made.approve_url:
        raise OutcomeUnknown("no page for the payer")
    return made


def settle(pk: int) -> Payment:
    """Ask PayPal, take the money when the payer has approved, and apply what it says.

    The payer's return, PayPal's notices and the sweep all lead here, in any order and more than
    once. Raises NotSent or OutcomeUnknown when PayPal does not answer: the sweep asks again.
    """
    payment = Payment.objects.select_related("order__organization").get(pk=pk)
    if payment.status == Status.CREATING and payment.order.is_payable:
        _create(payment)  # the answer to our first request was lost
    elif payment.status == Status.CREATING:
        fold.abandon(pk)
    elif payment.paypal_id and payment.status != Status.CAPTURED:
        _ask(payment, payment.paypal_id)
    return Payment.objects.select_related("order__organization").get(pk=pk)


def _ask(payment: Payment, paypal_id: str) -> None:
    try:
        truth = gateway.provider().fetch_order(paypal_id)
    except Rejected as refusal:
        tell = fold.gone if issues.is_gone(refusal) else fold.unreadable
        tell(payment.pk, refusal)
        return
    if truth.status == "APPROVED" and not truth.capture_id:
        truth = _capture(payment, truth) or truth
    fold.apply(payment.pk, truth)


def _capture(payment: Payment, truth: Snapshot) -> Snapshot | None:
    """Take the money of an approved order; None when it must not be taken, or was refused."""
    generation = fold.claim(payment.pk, truth)
    if generation is None:
        return None
    try:
        return gateway.provider().capture(
            truth.paypal_id, reference=payment.reference, generation=generation
        )
    except Rejected as refusal:
        fold.refused(payment.pk, refusal)
        return None


def sweep() -> int:
    """Settle what is due, here and now, without a broker; how many payments were due."""
    due = list(Payment.objects.due().values_list("pk", flat=True)[:SWEEP])
    for pk in due:
        check(pk)
    return len(due)


def check(pk: int) -> None:
    """The sweep's step: settle a due payment; without an answer it is asked again later."""
    due = Payment.objects.due().filter(pk=pk).order_by()
    if not due.update(next_check_at=timezone.now() + LEASE):
        return  # another worker has it
    settle_or_wait(pk)


def settle_or_wait(pk: int) -> None:
    """Settle a payment; without an answer it is asked again later."""
    try:
        settle(pk)
    except GatewayError as error:
        fold.unanswered(pk, error)
