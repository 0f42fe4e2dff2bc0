"""The fair queue: who waits for packs of a scarce product, and for whom some are held."""

from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from orgs.models import Organization

MOST = 100
"""Packs that one place may wait for."""


class QueuePlaceQuerySet(models.QuerySet["QueuePlace"]):
    def of(self, organization: Organization) -> "QueuePlaceQuerySet":
        return self.filter(organization=organization)

    def waiting(self) -> "QueuePlaceQuerySet":
        """Those who wait, the first first."""
        return self.filter(status=QueuePlace.Status.WAITING).order_by("pk")

    def held(self) -> "QueuePlaceQuerySet":
        return self.filter(status=QueuePlace.Status.OFFERED)

    def open(self) -> "QueuePlaceQuerySet":
        """Waiting, or with packs held."""
        return self.filter(status__in=OPEN)

    def over(self) -> "QueuePlaceQuerySet":
        """Whose hold has ended without an order."""
        return self.held().filter(hold_until__lte=timezone.now())


class QueuePlace(models.Model):
    """One organization's place in the queue for one product."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("Packs held")
        USED = "used", _("Ordered")
        EXPIRED = "expired", _("Hold ended")
        REFUSED = "refused", _("Passed over")
        LEFT = "left", _("Left the queue")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.WAITING: {Status.OFFERED, Status.REFUSED, Status.LEFT},
        Status.OFFERED: {Status.USED, Status.EXPIRED, Status.LEFT},
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="queue_places"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="queue_places")
    quantity = models.PositiveIntegerField(
        _("quantity"), validators=[MinValueValidator(1), MaxValueValidator(MOST)]
    )
    held = models.PositiveIntegerField(_("held packs"), default=0)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.WAITING
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("put in by"),
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    hold_until = models.DateTimeField(_("end of the hold"), null=True, blank=True)

    objects = QueuePlaceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("place in a queue")
        verbose_name_plural = _("places in queues")
        indexes = [
            models.Index(
                fields=["product", "id"],
                name="catalog_queue_waiting",
                condition=Q(status="waiting"),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "product"],
                condition=Q(status__in=["waiting", "offered"]),
                name="catalog_one_place_per_organization",
                violation_error_message=_("Your organization is in this queue already."),
            ),
            models.CheckConstraint(
                name="catalog_queue_quantity",
                condition=Q(quantity__gte=1, quantity__lte=MOST),
                violation_error_message=_("Wait for 1 to 100 packs."),
            ),
            models.CheckConstraint(
                name="catalog_held_has_an_end",
                condition=~Q(status="offered") | Q(held__gte=1, hold_until__isnull=False),
                violation_error_message=_("What is held has a quantity and an end."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.product}"

    @property
    def is_held(self) -> bool:
        return self.status == self.Status.OFFERED


OPEN = (QueuePlace.Status.WAITING, QueuePlace.Status.OFFERED)
