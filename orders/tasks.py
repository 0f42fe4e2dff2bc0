"""Celery's front door to orders: ids in, services called; every task may run twice."""

from celery import shared_task

from orders import (
    batches,
    cancellation,
    cheques,
    fulfilment,
    late_money,
    offers,
    paying_back,
    payments,
    renewals,
    supply,
    webhooks,
)
from orders.models import Batch, Fulfilment, Order, Payment, Refund, WebhookEvent

BATCH = 100


@shared_task
def sweep_payments() -> None:
    """Ask PayPal about every payment that is due. Beat runs it each minute."""
    for pk in Payment.objects.due().values_list("pk", flat=True)[:BATCH]:
        check_payment.delay(pk)


@shared_task
def check_payment(pk: int) -> None:
    payments.check(pk)


@shared_task
def sweep_refunds() -> None:
    """Send, or ask PayPal about, every refund that is due. Beat runs it each minute."""
    for pk in Refund.objects.due().values_list("pk", flat=True)[:BATCH]:
        send_refund.delay(pk)


@shared_task
def tell_gone() -> None:
    """Tell who pays by cheque that the stock is gone. Beat runs it each hour."""
    cheques.tell_gone()


@shared_task
def send_refund(pk: int) -> None:
    paying_back.check(pk)


@shared_task
def sweep_webhooks() -> None:
    """Hand every unread notice to a worker. Beat runs it each minute."""
    for pk in WebhookEvent.objects.due().values_list("pk", flat=True)[:BATCH]:
        handle_webhook.delay(pk)


@shared_task
def handle_webhook(pk: int) -> None:
    webhooks.handle(pk)


@shared_task
def fulfil_due() -> None:
    """Hand every line that is owed to a worker. Beat runs it every 30 seconds."""
    for pk in Fulfilment.objects.due().values_list("pk", flat=True)[:BATCH]:
        fulfil.delay(pk)
    untold = Fulfilment.objects.broken().filter(told_late_at=None, line__order__status="paid")
    for order in set(untold.values_list("line__order", flat=True)[:BATCH]):
        tell_late.delay(order)


@shared_task
def fulfil(pk: int) -> None:
    fulfilment.deliver(pk)


@shared_task
def sweep_batches() -> None:
    """Hand every batch that no worker is at to one. Beat runs it every 30 seconds."""
    for pk in Batch.objects.due().values_list("pk", flat=True)[:BATCH]:
        send_batch.delay(pk)


@shared_task
def send_batch(pk: int) -> None:
    """The next lines of a batch, and the others in a task of their own."""
    if batches.run(pk):
        batches.wake(pk)


@shared_task
def settle_payment(pk: int) -> None:
    """Settle one payment now; without an answer the sweep asks again."""
    payments.settle_or_wait(pk)


@shared_task
def tell_late(order_pk: int) -> None:
    fulfilment.tell_late(order_pk)


@shared_task
def expire_unpaid() -> None:
    """End orders whose hold is over. Beat runs it every five minutes."""
    for orders in (Order.objects.unpaid_too_long(), Order.objects.unanswered_too_long()):
        for pk in orders.values_list("pk", flat=True)[:BATCH]:
            cancellation.expire(pk)


@shared_task
def remind_of_ends() -> None:
    """Write down what ends in a year, and remind of what ends soon. Beat runs it each morning."""
    renewals.sweep()


@shared_task
def tell_low() -> None:
    """Tell staff of key pools that run low, once a pool and day. Beat runs it each hour."""
    supply.tell_low()


@shared_task
def offer_held() -> None:
    """Give what is free of scarce products to who paid, then offer it to who waits; each minute."""
    late_money.allocate_waiting()
    offers.offer_due()
