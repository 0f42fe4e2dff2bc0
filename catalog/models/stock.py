"""The stock ledger: every change of a product's stock, by whom and why. It only grows."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum, Window
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class StockEntryQuerySet(models.QuerySet["StockEntry"]):
    def with_balance(self) -> "StockEntryQuerySet":
        """The latest first, each with the `balance` of its product after it, and who made it."""
        balance = Window(Sum("change"), partition_by=F("product"), order_by=F("pk").asc())
        return self.select_related("by").annotate(balance=balance).order_by("-pk")


class StockEntry(models.Model):
    class Kind(models.TextChoices):
        OPENING = "opening", _("Opening stock")
        RECEIVED = "received", _("Received")
        TAKEN = "taken", _("Taken by an order")
        RETURNED = "returned", _("Given back by an order")
        CORRECTED = "corrected", _("Corrected")
        HELD = "held", _("Held for who waits")
        RELEASED = "released", _("No longer held")

    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        related_name="stock_entries",
        verbose_name=_("product"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    change = models.IntegerField(_("change"))
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = StockEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("stock entry")
        verbose_name_plural = _("stock entries")
        constraints = [
            # An order takes and gives back each product once.
            models.UniqueConstraint(
                fields=["product", "kind", "reference"],
                condition=~Q(reference=""),
                name="catalog_stock_once_per_reference",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.product.sku} {self.change:+d}"
