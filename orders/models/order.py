"""Orders and their lines, and the statuses they go through."""

import uuid
from collections.abc import Container, Mapping
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import connection, models
from django.db.models import Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.languages import Bilingual
from catalog.models import Product, Program
from orders.taxes import Tax
from orgs.models import Organization

FIRST_NUMBER = 10001
NEXT_NUMBER = Func(Value("orders_order_number"), function="nextval")


def next_number() -> int:
    """The next order number, from a sequence: 10001, 10002, …"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_order_number')")
        return int(cursor.fetchone()[0])


class OrderQuerySet(models.QuerySet["Order"]):
    def of(self, organization: Organization) -> "OrderQuerySet":
        return self.filter(organization=organization)

    def lock(self, *, pk: int) -> "Order":
        """The order with its row locked; the organization, if needed too, is locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def lock_with_owner(self, **which: int) -> "Order":
        """The one order that `which` finds, with its organization's row and its own locked.

        A merge holds the same lock while orders move: when this one has moved while we waited,
        its row is not locked, and its owner is looked up again.
        """
        while True:
            pk, owner_pk = self.values_list("pk", "organization").get(**which)
            owner = Organization.objects.lock(pk=owner_pk)
            locked = self.select_for_update(of=("self",)).filter(pk=pk, organization=owner)
            if order := locked.first():
                order.organization = owner
                return order

    def recent(self) -> "OrderQuerySet":
        return self.order_by("-placed_at", "-number")

    def held(self) -> "OrderQuerySet":
        """Stopped by staff, and not released yet."""
        return self.filter(held_at__isnull=False, status__in=Order.OPEN)

    def waiting_for_goods(self) -> "OrderQuerySet":
        """Paid when their goods were gone, whose buyers wait and do not ask for their money back;
        first come first."""
        stuck = self.filter(status=Order.Status.PAID_UNALLOCATED, held_at=None)
        stuck = stuck.exclude(lines__refund_lines__is_open=True)
        return stuck.filter(waits_since__isnull=False).order_by("waits_since", "pk")

    def unpaid_too_long(self) -> "OrderQuerySet":
        """Whose hold on stock and quota has ended without payment."""
        return self.filter(
            status=Order.Status.AWAITING_PAYMENT, hold_until__lte=timezone.now(), held_at=None
        ).order_by("hold_until")

    def unanswered_too_long(self) -> "OrderQuerySet":
        """Whose partner has not answered while stock and quota were held."""
        return self.filter(
            status=Order.Status.AWAITING_PARTNER, hold_until__lte=timezone.now(), held_at=None
        ).order_by("hold_until")


class Order(models.Model):
    class Status(models.TextChoices):
        AWAITING_PARTNER = "awaiting_partner", _("Awaiting the partner’s approval")
        AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
        PAID = "paid", _("Paid, being prepared")
        # Money taken, and the goods are gone: staff see it at once.
        PAID_UNALLOCATED = "paid_unallocated", _("Problem, we are on it")
        FULFILLED = "fulfilled", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", pgettext_lazy("order", "Expired")
        REFUSED = "refused", _("Refused by the partner")
        REFUNDED = "refunded", _("Refunded")

    class Method(models.TextChoices):
        PAYPAL = "paypal", "PayPal"
        CHEQUE = "cheque", _("Cheque")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.AWAITING_PARTNER: {
            Status.AWAITING_PAYMENT,
            Status.REFUSED,
            Status.CANCELLED,
            Status.EXPIRED,
        },
        Status.AWAITING_PAYMENT: {
            Status.PAID,
            Status.PAID_UNALLOCATED,
            Status.CANCELLED,
            Status.EXPIRED,
        },
        # Money that arrives for an order we had given up is recognized first (payments.md, 23).
        Status.EXPIRED: {Status.PAID, Status.PAID_UNALLOCATED},
        Status.CANCELLED: {Status.PAID_UNALLOCATED},
        Status.PAID: {Status.FULFILLED, Status.PAID_UNALLOCATED, Status.REFUNDED},
        Status.PAID_UNALLOCATED: {Status.PAID, Status.FULFILLED, Status.REFUNDED},
        Status.FULFILLED: {Status.DELIVERED, Status.REFUNDED},
        Status.DELIVERED: {Status.REFUNDED},
    }
    OPEN: ClassVar = (
        Status.AWAITING_PARTNER,
        Status.AWAITING_PAYMENT,
        Status.PAID,
        Status.PAID_UNALLOCATED,
    )
    GIVEN_BACK: ClassVar = (Status.CANCELLED, Status.EXPIRED, Status.REFUSED, Status.REFUNDED)

    number = models.PositiveIntegerField(_("number"), unique=True, db_default=NEXT_NUMBER)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="orders")
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("placed by"),
    )
    placed_at = models.DateTimeField(_("placed"), default=timezone.now)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    method = models.CharField(
        _("way of paying"), max_length=10, choices=Method.choices, default=Method.PAYPAL
    )
    attempt = models.UUIDField(default=uuid.uuid4, editable=False)
    total = models.DecimalField(_("total (CAD)"), max_digits=11, decimal_places=2)
    taxes = models.JSONField(
        _("taxes"),  # of which these: [{tax, percent, amount}]
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
    )
    answers = models.JSONField(_("answers"), default=dict, blank=True)  # {program: {key: value}}
    attestations = models.JSONField(_("attestations"), default=list, blank=True)
    licence_email = models.EmailField(_("e-mail address for licences"), blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="fr"
    )
    hold_until = models.DateTimeField(_("held until"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    fulfilled_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_back_at = models.DateTimeField(_("given back"), null=True, blank=True)
    waits_since = models.DateTimeField(  # its buyer's choice, when the goods were gone
        _("waits for goods since"), null=True, blank=True
    )
    held_at = models.DateTimeField(_("stopped by staff"), null=True, blank=True)
    held_because = models.TextField(_("why it was stopped"), blank=True)  # never shown to members

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["organization", "-placed_at"], name="orders_of_organization"),
            models.Index(
                fields=["hold_until"], name="orders_hold", condition=Q(status="awaiting_payment")
            ),
            models.Index(
                fields=["status", "placed_at"],
                name="orders_wait_for_people",
                condition=Q(status__in=["awaiting_partner", "paid_unallocated"]),
            ),
            models.Index(fields=["paid_at"], name="orders_to_prepare", condition=Q(status="paid")),
            models.Index(
                fields=["placed_at"],
                name="orders_cheques_awaited",
                condition=Q(status="awaiting_payment", method="cheque"),
            ),
            models.Index(fields=["held_at"], name="orders_held", condition=~Q(held_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "attempt"], name="orders_placed_once_per_attempt"
            ),
            models.CheckConstraint(name="orders_total_not_negative", condition=Q(total__gte=0)),
            models.CheckConstraint(
                name="orders_given_back_has_a_time",
                condition=~Q(status__in=["cancelled", "expired", "refused", "refunded"])
                | ~Q(given_back_at=None),
            ),
            models.CheckConstraint(
                name="orders_held_has_a_reason",
                condition=Q(held_at=None, held_because="")
                | (~Q(held_at=None) & ~Q(held_because="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_held(self) -> bool:
        """Staff stopped it: nothing of it leaves, and it does not expire, until it is released."""
        return self.held_at is not None and self.status in self.OPEN

    @property
    def charged_taxes(self) -> list[Tax]:
        """What is in the total besides fees."""
        return [Tax.from_data(data) for data in self.taxes]

    @property
    def fees(self) -> Decimal:
        """Administration fees, in CAD."""
        return self.total - sum(tax.amount for tax in self.charged_taxes)

    @property
    def is_payable(self) -> bool:
        """Money that PayPal has for it pays it; a cheque is received by our staff."""
        is_open = self.status == self.Status.AWAITING_PAYMENT
        return is_open and self.method == self.Method.PAYPAL

    @property
    def is_open_to_pay(self) -> bool:
        """A payment may be begun: staff have not stopped it."""
        return self.is_payable and not self.is_held


class OrderLine(models.Model):
    """What was ordered, as it was called and cost then; `eligibility` is the answer given then."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(_("SKU"), max_length=40)
    name_fr = models.CharField(_("name in French"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    quantity = models.PositiveIntegerField(_("quantity"))
    fee = models.DecimalField(_("administration fee (CAD)"), max_digits=9, decimal_places=2)
    tax = models.DecimalField(  # of the whole line, paid besides the fees
        _("taxes (CAD)"),
        max_digits=9,
        decimal_places=2,
        default=Decimal("0.00"),
        db_default=Decimal("0.00"),
    )
    eligibility = models.JSONField(_("eligibility"), default=dict, blank=True)
    given_back_at = models.DateTimeField(_("given back"), null=True, blank=True)

    name = Bilingual()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(name="orders_line_quantity", condition=Q(quantity__gte=1)),
            models.UniqueConstraint(
                fields=["order", "product"], name="orders_product_once_per_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def total(self) -> Decimal:
        """Administration fees of this line, in CAD."""
        return self.fee * self.quantity

    @property
    def paid(self) -> Decimal:
        """With its taxes: what is given back with the line."""
        return self.total + self.tax
