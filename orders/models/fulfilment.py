"""What is owed for each paid line, and the licence keys that can be given."""

from collections.abc import Container, Mapping
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Program
from catalog.models.product import ProductQuerySet
from orders.models.order import OrderLine
from orgs.days import today

LOW_POOL = 10  # keys to spare, below which staff ask the partner for more
BY_KEY = (Program.Delivery.KEY, Program.Delivery.LINK, Program.Delivery.CODE)


class FulfilmentQuerySet(models.QuerySet["Fulfilment"]):
    def due(self) -> "FulfilmentQuerySet":
        """Owed from a key pool, and to be tried now, the longest waiting first."""
        due = self.owed().by_key().filter(due_at__lte=timezone.now(), line__order__held_at=None)
        return due.order_by("due_at")

    def owed(self) -> "FulfilmentQuerySet":
        return self.filter(status=Fulfilment.Status.OWED)

    def by_key(self) -> "FulfilmentQuerySet":
        """Delivered from a key pool; people send the others."""
        return self.filter(line__program__delivery__in=BY_KEY)

    def late(self) -> "FulfilmentQuerySet":
        """A step of it is later than it was to be; staff look at it before the buyer waits."""
        day = today()
        late_step = Q(send_by__lt=day) | Q(hand_over_by__lt=day, handed_at=None)
        return self.owed().filter(Q(promised_on__lt=day) | late_step)

    def broken(self) -> "FulfilmentQuerySet":
        """Owed for longer than the buyer was promised."""
        return self.owed().filter(promised_on__lt=today())


class Fulfilment(models.Model):
    """One order line that is to be delivered. The row is written with the payment."""

    class Status(models.TextChoices):
        OWED = "owed", _("Being prepared")
        DONE = "done", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {Status.OWED: {Status.DONE, Status.CANCELLED}}

    line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, related_name="fulfilment", verbose_name=_("line")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OWED
    )
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    hand_over_by = models.DateField(_("to be handed to the partner by"), null=True, blank=True)
    handed_at = models.DateTimeField(_("handed to the partner"), null=True, blank=True)
    send_by = models.DateField(_("to be sent by"), null=True, blank=True)
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    told_late_at = models.DateTimeField(_("buyer told of the delay"), null=True, blank=True)
    done_at = models.DateTimeField(_("sent"), null=True, blank=True)
    note = models.TextField(_("what was sent, and how to follow it"), blank=True)

    objects = FulfilmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")
        indexes = [
            models.Index(
                fields=["due_at"], name="orders_fulfilment_due", condition=Q(status="owed")
            )
        ]

    def __str__(self) -> str:
        return str(self.line)

    @property
    def is_shipped(self) -> bool:
        return bool(self.line.program.delivery == Program.Delivery.SHIPMENT)

    @property
    def late_since(self) -> date | None:
        """The first promised day of a step that is over and not done; None when nothing is late."""
        if self.status != self.Status.OWED:
            return None
        days = [self.send_by, self.promised_on, None if self.handed_at else self.hand_over_by]
        return min((day for day in days if day and day < today()), default=None)


class LicenseKeyQuerySet(models.QuerySet["LicenseKey"]):
    def free(self) -> "LicenseKeyQuerySet":
        return self.filter(line=None)


class LicenseKey(models.Model):
    """A key, link or code: encrypted at rest, and found again only through its blind index."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="license_keys")
    ciphertext = models.TextField(_("ciphertext"), unique=True)
    blind_index = models.CharField(_("blind index"), max_length=64, unique=True)
    last4 = models.CharField(_("last characters"), max_length=4)
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("imported by"),
    )
    line = models.ForeignKey(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="license_keys",
        verbose_name=_("given to"),
    )
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = LicenseKeyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("licence key")
        verbose_name_plural = _("licence keys")
        indexes = [
            models.Index(fields=["product", "id"], name="orders_free_keys", condition=Q(line=None))
        ]
        constraints = [
            models.CheckConstraint(
                name="orders_key_given_at",
                condition=Q(line=None, given_at=None) | (~Q(line=None) & ~Q(given_at=None)),
            ),
            models.CheckConstraint(
                name="orders_key_revoked_was_given",
                condition=Q(revoked_at=None) | ~Q(line=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.sku} …{self.last4}"


class KeyPoolQuerySet(ProductQuerySet):
    def counted(self) -> "KeyPoolQuerySet":
        """Those that keys deliver, with the keys that are `free`, `given` and `wanted` by paid
        orders, and those that are to `spare`."""
        keys = LicenseKey.objects.filter(product=OuterRef("pk")).order_by().values("product")
        owed = OrderLine.objects.filter(
            product=OuterRef("pk"), fulfilment__status=Fulfilment.Status.OWED
        ).order_by()
        wanted = owed.values("product").annotate(n=Sum("quantity")).values("n")
        pools: Any = self.filter(program__delivery__in=BY_KEY).annotate(
            free=_count(keys.filter(line=None)),
            given=_count(keys.exclude(line=None)),
            wanted=Coalesce(Subquery(wanted), 0),
        )
        return pools.annotate(spare=F("free") - F("wanted"))

    def low(self) -> "KeyPoolQuerySet":
        """Of products that can be ordered: fewer than LOW_POOL are to spare."""
        pools: Any = self.visible()
        return pools.counted().filter(spare__lt=LOW_POOL)


def _count(keys: Any) -> Coalesce:
    return Coalesce(Subquery(keys.annotate(n=Count("pk")).values("n")), 0)


class KeyPool(Product):
    """A product, as staff see it who keep its licence keys in supply."""

    objects: ClassVar[Any] = KeyPoolQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = _("key pool")
        verbose_name_plural = _("key pools")
