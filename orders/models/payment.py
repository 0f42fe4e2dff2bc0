"""Payments: one row a PayPal order, the notices PayPal sends, and the money as a ledger."""

import uuid
from collections.abc import Container, Mapping
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.cheque import Cheque
from orders.models.order import Order


class PaymentQuerySet(models.QuerySet["Payment"]):
    def of(self, organization: object) -> "PaymentQuerySet":
        return self.filter(order__organization=organization)

    def due(self) -> "PaymentQuerySet":
        """Whose truth has to be asked for again, the longest waiting first."""
        return self.filter(next_check_at__lte=timezone.now()).order_by("next_check_at")


class Payment(models.Model):
    """One attempt to pay an order. `pk` in UUID is what PayPal knows it by (custom_id)."""

    class Status(models.TextChoices):
        CREATING = "creating", _("Being created")
        AWAITING_PAYER = "awaiting_payer", _("Awaiting the payer")
        CAPTURING = "capturing", _("Being captured")
        PENDING = "pending", _("Pending at PayPal")
        CAPTURED = "captured", _("Captured")
        DECLINED = "declined", _("Declined")
        DENIED = "denied", _("Denied")
        EXPIRED = "expired", _("Expired")
        ABANDONED = "abandoned", _("Abandoned")
        FAILED = "failed", _("Failed")
        REVIEW = "review", _("To be looked at")

    # payments.md 5.3. What PayPal says it captured is recognized from every status.
    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.CREATING: {Status.AWAITING_PAYER, Status.FAILED, Status.ABANDONED, Status.REVIEW},
        Status.AWAITING_PAYER: {
            Status.CAPTURING,
            Status.PENDING,
            Status.CAPTURED,
            Status.DECLINED,
            Status.EXPIRED,
            Status.ABANDONED,
            Status.REVIEW,
        },
        Status.CAPTURING: {
            Status.AWAITING_PAYER,
            Status.PENDING,
            Status.CAPTURED,
            Status.DECLINED,
            Status.EXPIRED,
            Status.REVIEW,
        },
        Status.PENDING: {Status.CAPTURED, Status.DENIED, Status.REVIEW},
        Status.EXPIRED: {Status.CAPTURED, Status.PENDING, Status.REVIEW},
        Status.ABANDONED: {Status.CAPTURED, Status.PENDING, Status.REVIEW},
        Status.DECLINED: {Status.CAPTURED, Status.PENDING, Status.REVIEW},
        Status.DENIED: {Status.CAPTURED, Status.PENDING, Status.REVIEW},
        Status.REVIEW: {Status.CAPTURED, Status.PENDING, Status.DECLINED, Status.EXPIRED},
    }
    OPEN: ClassVar = (Status.CREATING, Status.AWAITING_PAYER)
    TAKING: ClassVar = (Status.CAPTURING, Status.PENDING, Status.CAPTURED)
    # What people have to look at may have taken the money: no second payment beside it.
    BLOCKING: ClassVar = (*TAKING, Status.REVIEW)

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seq = models.PositiveIntegerField(_("attempt"))
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.CREATING
    )
    amount = models.DecimalField(_("amount"), max_digits=11, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CAD")
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("begun by"),
    )
    paypal_id = models.CharField(_("PayPal order"), max_length=64, null=True, unique=True)  # noqa: DJ001  (null is not yet known; unique)
    approve_url = models.URLField(_("payer’s page"), max_length=500, blank=True)
    capture_id = models.CharField(_("capture"), max_length=64, null=True, unique=True)  # noqa: DJ001  (as above)
    capture_generation = models.PositiveIntegerField(_("attempts to capture"), default=0)
    capture_status = models.CharField(_("capture status"), max_length=40, blank=True)
    detail = models.CharField(_("reason or issue"), max_length=120, blank=True)
    debug_id = models.CharField(_("PayPal debug id"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    captured_at = models.DateTimeField(_("captured"), null=True, blank=True)
    next_check_at = models.DateTimeField(_("next check"), null=True, blank=True)
    checks = models.PositiveIntegerField(_("checks"), default=0)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [
            models.Index(
                fields=["next_check_at"],
                name="orders_payment_due",
                condition=~Q(next_check_at=None),
            ),
            models.Index(
                fields=["created_at"], name="orders_payment_review", condition=Q(status="review")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="orders_payment_seq"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status__in=["capturing", "pending", "captured"]),
                name="orders_one_payment_takes_money",
            ),
            models.CheckConstraint(name="orders_payment_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="orders_captured_has_capture",
                condition=~Q(status="captured") | ~Q(capture_id=None),
            ),
        ]

    def __str__(self) -> str:
        return self.invoice_id

    @property
    def is_under_way(self) -> bool:
        """PayPal is taking the money: the order does not expire meanwhile."""
        return self.status in self.TAKING

    @property
    def invoice_id(self) -> str:
        """What PayPal shows as the invoice: the order, and which attempt."""
        return f"{self.order.number}-{self.seq}"


class MoneyEntry(models.Model):
    """One movement of money, of a PayPal payment or a cheque; PAID derives from these."""

    class Kind(models.TextChoices):
        CAPTURE = "capture", _("Captured")
        CHEQUE = "cheque", _("Cheque cleared")
        REFUND = "refund", _("Refunded")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="money")
    cheque = models.ForeignKey(Cheque, on_delete=models.PROTECT, null=True, related_name="money")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount = models.DecimalField(_("amount"), max_digits=11, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    external_id = models.CharField(_("PayPal’s number"), max_length=64)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("money entry")
        verbose_name_plural = _("money entries")
        constraints = [
            models.UniqueConstraint(fields=["kind", "external_id"], name="orders_money_once"),
            models.CheckConstraint(
                name="orders_money_of_one",
                condition=Q(payment=None, cheque__isnull=False)
                | Q(payment__isnull=False, cheque=None),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"


class WebhookEventQuerySet(models.QuerySet["WebhookEvent"]):
    def due(self) -> "WebhookEventQuerySet":
        """Received and not handled yet, the longest waiting first."""
        return self.filter(handled_at=None, due_at__lte=timezone.now()).order_by("due_at")


class WebhookEvent(models.Model):
    """A notice of PayPal, kept as it came: a hint to ask, never a fact."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        HANDLED = "handled", _("Handled")
        IGNORED = "ignored", _("Ignored")
        FORGED = "forged", _("Forged")
        DEAD = "dead", _("Given up")

    event_id = models.CharField(_("event"), max_length=80, unique=True)
    event_type = models.CharField(_("type"), max_length=80)
    # Of a notice about a refund, which does not name the order: the capture.
    paypal_id = models.CharField(_("PayPal order"), max_length=64, blank=True)
    headers = models.JSONField(_("headers"), default=dict)
    raw = models.BinaryField(_("body"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.NEW
    )
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("PayPal notice")
        verbose_name_plural = _("PayPal notices")
        indexes = [
            models.Index(fields=["due_at"], name="orders_webhook_due", condition=Q(handled_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"
