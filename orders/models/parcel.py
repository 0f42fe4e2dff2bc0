"""Parcels: what a carrier has, and where it can be followed."""

from typing import ClassVar
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.fulfilment import Fulfilment
from orgs.days import today


class ParcelQuerySet(models.QuerySet["Parcel"]):
    def under_way(self) -> "ParcelQuerySet":
        """Sent, and nobody said that it came."""
        return self.filter(arrived_at=None)

    def late(self) -> "ParcelQuerySet":
        """Under way for longer than the carrier takes."""
        return self.under_way().filter(expected_on__lt=today())


class Parcel(models.Model):
    """Packs of one order line that left together."""

    class Carrier(models.TextChoices):
        UPS = "ups", "UPS"
        CANPAR = "canpar", "Canpar"
        PUROLATOR = "purolator", "Purolator"
        CANADA_POST = "canada_post", _("Canada Post")
        FEDEX = "fedex", "FedEx"
        OTHER = "other", pgettext_lazy("carrier", "Another")

    FOLLOW: ClassVar[dict[str, str]] = {
        Carrier.UPS: "https://www.ups.com/track?tracknum=",
        Carrier.CANPAR: "https://www.canpar.com/en/tracking/track.htm?barcode=",
        Carrier.PUROLATOR: "https://www.purolator.com/en/shipping/tracker?pin=",
        Carrier.CANADA_POST: "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor=",
        Carrier.FEDEX: "https://www.fedex.com/fedextrack/?trknbr=",
    }

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="parcels")
    quantity = models.PositiveIntegerField(_("packs"))
    carrier = models.CharField(_("carrier"), max_length=20, choices=Carrier.choices)
    tracking_number = models.CharField(_("tracking number"), max_length=40, blank=True)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("sent by"),
    )
    expected_on = models.DateField(_("expected"))
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints = [
            models.CheckConstraint(
                name="orders_parcel_not_empty",
                condition=Q(quantity__gte=1),
                violation_error_message=_("A parcel holds at least one pack."),
            ),
            models.UniqueConstraint(
                fields=["fulfilment", "carrier", "tracking_number"],
                condition=~Q(tracking_number=""),
                name="orders_parcel_once",
                violation_error_message=_("This parcel is entered already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_carrier_display()} {self.tracking_number}".strip()

    @property
    def follow_url(self) -> str:
        """The carrier's page about it; "" when there is none."""
        page = self.FOLLOW.get(self.carrier)
        return page + quote(self.tracking_number) if page and self.tracking_number else ""
