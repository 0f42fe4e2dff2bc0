"""manage.py sweep: one pass over everything that is due, without Celery or Redis."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog import announcing, editions, reevaluating, shelf, telling
from mail import outbox
from mail.models import Message
from orders import (
    batches,
    cancellation,
    cheques,
    fulfilment,
    offers,
    paying_back,
    payments,
    renewals,
    supply,
    webhooks,
)
from orders.models import Order
from orgs import (
    branches,
    drafts,
    invitations,
    joining,
    licence_address,
    matches,
    reminders,
    watch,
)


class Command(BaseCommand):
    help = "E-mails, PayPal's notices, payments, deliveries, expiry, reminders and alerts."

    def handle(self, **options: Any) -> None:
        webhooks.sweep()
        payments.sweep()
        paying_back.sweep()
        cheques.tell_gone()
        fulfilment.sweep()
        batches.sweep()
        for orders in (Order.objects.unpaid_too_long(), Order.objects.unanswered_too_long()):
            for pk in orders.values_list("pk", flat=True):
                cancellation.expire(pk)
        renewals.sweep()
        supply.tell_low()
        offers.offer_due()
        reminders.send_due()
        matches.find_nightly()
        licence_address.apply_due()
        drafts.sweep()
        branches.expire_due()
        invitations.expire_due()
        joining.expire_due()
        watch.look()
        announcing.tell_due()
        reevaluating.look()
        telling.send_due()
        shelf.put_together()
        editions.forget_old()
        outbox.send_due()
        self.stdout.write(f"{Message.objects.owed().count()} e-mails are still owed.")
