"""Refunds: what is given back of an order, who decided it, and where the money is."""

import uuid
from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.order import Order, OrderLine
from orders.models.payment import Payment
from orgs.models import Organization


class RefundQuerySet(models.QuerySet["Refund"]):
    def of(self, organization: Organization) -> "RefundQuerySet":
        return self.filter(order__organization=organization)

    def due(self) -> "RefundQuerySet":
        """Whose truth has to be asked for again, the longest waiting first."""
        return self.filter(next_check_at__lte=timezone.now()).order_by("next_check_at")

    def waiting_for_staff(self) -> "RefundQuerySet":
        """To decide, to mail, or to look at."""
        return self.filter(Q(status__in=Refund.FOR_STAFF) | Q(needs_a_look=True))


class Refund(models.Model):
    """Some lines of an order given back, or money that PayPal says it gave back by itself.

    `reference` is what PayPal knows it by (custom_id). Above a limit two people decide, and
    neither of them is who asked: that is a constraint, as is each line being refunded once.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("refund", "Asked for")
        APPROVED_ONCE = "approved_once", pgettext_lazy("refund", "Waits for a second person")
        SENDING = "sending", pgettext_lazy("refund", "Being sent to PayPal")
        PENDING = "pending", pgettext_lazy("refund", "On its way at PayPal")
        CHEQUE_DUE = "cheque_due", pgettext_lazy("refund", "Cheque to be mailed")
        COMPLETED = "completed", pgettext_lazy("refund", "Refunded")
        FAILED = "failed", pgettext_lazy("refund", "PayPal could not refund it")
        DECLINED = "declined", pgettext_lazy("refund", "Not granted")
        WITHDRAWN = "withdrawn", pgettext_lazy("refund", "Withdrawn")

    class Means(models.TextChoices):
        PAYPAL = "paypal", "PayPal"
        CHEQUE = "cheque", _("Cheque")

    class Origin(models.TextChoices):
        MEMBER = "member", _("The member")
        STAFF = "staff", _("Our staff")
        EXTERNAL = "external", _("PayPal’s own pages")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.REQUESTED: {
            Status.APPROVED_ONCE,
            Status.SENDING,
            Status.CHEQUE_DUE,
            Status.DECLINED,
            Status.WITHDRAWN,
        },
        Status.APPROVED_ONCE: {Status.SENDING, Status.CHEQUE_DUE, Status.DECLINED},
        Status.SENDING: {Status.PENDING, Status.COMPLETED, Status.FAILED, Status.CHEQUE_DUE},
        Status.PENDING: {Status.COMPLETED, Status.FAILED},
        Status.FAILED: {Status.SENDING, Status.CHEQUE_DUE, Status.COMPLETED},
        Status.CHEQUE_DUE: {Status.COMPLETED},
    }
    FOR_STAFF: ClassVar = (
        Status.REQUESTED,
        Status.APPROVED_ONCE,
        Status.CHEQUE_DUE,
        Status.FAILED,
    )
    UNDECIDED: ClassVar = (Status.REQUESTED, Status.APPROVED_ONCE)
    ENDED: ClassVar = (Status.DECLINED, Status.WITHDRAWN)
    # Decided: the lines are given back, and the money is owed or was paid.
    GRANTED: ClassVar = (
        Status.SENDING,
        Status.PENDING,
        Status.CHEQUE_DUE,
        Status.COMPLETED,
        Status.FAILED,
    )

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("order")
    )
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name=_("payment"),
    )
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seq = models.PositiveIntegerField(_("which of the order"))
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.REQUESTED
    )
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    means = models.CharField(_("way of paying back"), max_length=10, choices=Means.choices)
    amount = models.DecimalField(_("amount"), max_digits=11, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CAD")
    reason = models.TextField(_("reason"))
    is_unused = models.BooleanField(_("says that nothing was installed"), default=False)
    is_exception = models.BooleanField(_("against the program’s policy"), default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    needs_two = models.BooleanField(_("two people decide"), default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("second person"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    answer = models.TextField(_("answer to the buyer"), blank=True)
    goods_came_back = models.BooleanField(_("goods are back in stock"), default=False)
    generation = models.PositiveIntegerField(default=0)
    paypal_refund_id = models.CharField(_("PayPal refund"), max_length=64, null=True, unique=True)  # noqa: DJ001  (null is not yet known; unique)
    detail = models.CharField(_("reason or issue"), max_length=120, blank=True)
    debug_id = models.CharField(_("PayPal debug id"), max_length=64, blank=True)
    needs_a_look = models.BooleanField(_("to be looked at"), default=False)
    cheque_number = models.CharField(_("cheque number"), max_length=30, blank=True)
    completed_at = models.DateTimeField(_("refunded"), null=True, blank=True)
    next_check_at = models.DateTimeField(_("next check"), null=True, blank=True)
    checks = models.PositiveIntegerField(_("checks"), default=0)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes = [
            models.Index(
                fields=["next_check_at"], name="orders_refund_due", condition=~Q(next_check_at=None)
            ),
            models.Index(
                fields=["requested_at"],
                name="orders_refunds_for_staff",
                condition=Q(status__in=["requested", "approved_once", "cheque_due", "failed"])
                | Q(needs_a_look=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="orders_refund_seq"),
            models.CheckConstraint(name="orders_refund_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="orders_refund_by_distinct_people",
                condition=(
                    Q(approved_by=None) | Q(requested_by=None) | ~Q(approved_by=F("requested_by"))
                )
                & (Q(second_by=None) | Q(requested_by=None) | ~Q(second_by=F("requested_by")))
                & (Q(second_by=None) | Q(approved_by=None) | ~Q(second_by=F("approved_by"))),
                violation_error_message=_(
                    "Who asks for a refund does not decide it, and two people decide a large one."
                ),
            ),
            models.CheckConstraint(
                name="orders_refund_is_decided",
                condition=Q(status__in=["requested", "approved_once", "declined", "withdrawn"])
                | Q(origin="external")
                | Q(approved_by__isnull=False, needs_two=False)
                | Q(approved_by__isnull=False, second_by__isnull=False),
            ),
            models.CheckConstraint(
                name="orders_refund_completed_has_proof",
                condition=~Q(status="completed")
                | Q(means="paypal", paypal_refund_id__isnull=False, completed_at__isnull=False)
                | (Q(means="cheque", completed_at__isnull=False) & ~Q(cheque_number="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number}-R{self.seq}"

    @property
    def is_undecided(self) -> bool:
        return self.status in self.UNDECIDED

    @property
    def invoice_id(self) -> str:
        """What PayPal shows as the invoice of the refund."""
        return str(self)


class RefundLine(models.Model):
    """One line of an order in one refund, whole; `is_open` until the refund is turned down."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="refund_lines", verbose_name=_("line")
    )
    is_open = models.BooleanField(_("open"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line of a refund")
        verbose_name_plural = _("lines of a refund")
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(is_open=True),
                name="orders_line_refunded_once",
                violation_error_message=_("This line is in a refund already."),
            ),
            models.UniqueConstraint(fields=["refund", "line"], name="orders_line_once_a_refund"),
        ]

    def __str__(self) -> str:
        return str(self.line)
