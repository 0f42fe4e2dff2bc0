"""Staff's view of payments: what has to be looked at first, PayPal's notices, and the money."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.models import record
from orders import gateway, payments, webhooks
from orders.admin.readonly import ReadOnly, Rows
from orders.gateway import GatewayError
from orders.models import MoneyEntry, Payment, WebhookEvent

Status, Outcome = Payment.Status, WebhookEvent.Outcome
# What people have to look at, the most pressing first; the rest by age.
PRESSING = (Status.REVIEW, Status.FAILED, Status.CAPTURING, Status.PENDING)
MOST_CHECKS = 20  # payments that one press of the button asks PayPal about
PATIENCE = 30  # seconds for all of them


def first(pressing: Iterable[str], field: str) -> OrderBy:
    """Rows whose field has one of these values before all others, in this order."""
    ranks = [When(**{field: value}, then=Value(rank)) for rank, value in enumerate(pressing)]
    return Case(*ranks, default=Value(len(ranks)), output_field=IntegerField()).asc()


class MoneyInline(Rows):
    model = MoneyEntry
    fields = readonly_fields = ("kind", "amount", "currency", "external_id", "at")


@admin.register(Payment)
class PaymentAdmin(ReadOnly):
    list_display = ("invoice", "order_status", "status", "amount", "detail", "created_at")
    list_filter = ("status",)
    list_select_related = ("order",)
    search_fields = ("=order__number", "=paypal_id", "=capture_id", "=debug_id")
    date_hierarchy = "created_at"
    inlines = (MoneyInline,)
    actions = ("check_again",)
    exclude = ("approve_url",)
    ordering = (first(PRESSING, "status"), "-pk")

    @admin.display(description=_("invoice"), ordering="order__number")
    def invoice(self, payment: Payment) -> str:
        return payment.invoice_id

    @admin.display(description=_("order"), ordering="order__status")
    def order_status(self, payment: Payment) -> str:
        return payment.order.get_status_display()

    @admin.action(description=_("Check again with PayPal"), permissions=["act"])
    def check_again(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        """Settle the chosen payments now, as the sweep would."""
        silent = 0
        chosen = list(queryset[:MOST_CHECKS])
        with gateway.within(PATIENCE):
            for payment in chosen:
                record(payment, "payment.checked_by_hand", by=request.user)
                try:
                    payments.settle(payment.pk)
                except GatewayError:
                    silent += 1
        asked = len(chosen) - silent
        text = ngettext(
            "PayPal answered about %(count)s payment.",
            "PayPal answered about %(count)s payments.",
            asked,
        )
        self.message_user(request, text % {"count": asked}, messages.SUCCESS)
        if silent:
            text = ngettext(
                "PayPal did not answer about %(count)s payment: the sweep asks again.",
                "PayPal did not answer about %(count)s payments: the sweep asks again.",
                silent,
            )
            self.message_user(request, text % {"count": silent}, messages.WARNING)


@admin.register(MoneyEntry)
class MoneyEntryAdmin(ReadOnly):
    list_display = ("at", "kind", "amount", "currency", "external_id", "payment")
    list_filter = ("kind",)
    list_select_related = ("payment__order",)
    search_fields = ("=external_id", "=payment__order__number")
    date_hierarchy = "at"


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnly):
    """What PayPal told us; given-up and forged notices first."""

    list_display = ("received_at", "event_type", "outcome", "paypal_id", "tries", "handled_at")
    list_filter = ("outcome", "event_type")
    search_fields = ("=event_id", "=paypal_id")
    date_hierarchy = "received_at"
    exclude = ("raw",)
    ordering = (first((Outcome.DEAD, Outcome.FORGED), "outcome"), "-pk")
    actions = ("read_again",)

    @admin.action(description=_("Read again"), permissions=["act"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        """Given-up notices are due again; what was read or forged stays as it is."""
        given_up = queryset.filter(outcome=Outcome.DEAD)
        for event in given_up:
            webhooks.read_again(event, by=request.user)
        self.message_user(request, _("Given-up notices are read again within a minute."))
