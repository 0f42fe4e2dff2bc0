"""Who wants to know when a product can be had again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class StockAlertQuerySet(models.QuerySet["StockAlert"]):
    def waiting(self) -> "StockAlertQuerySet":
        """Asked for, and not answered yet."""
        return self.filter(sent_at=None)

    def due(self) -> "StockAlertQuerySet":
        """Waiting for a product that can be had again."""
        return self.waiting().filter(product__in=Product.objects.visible().in_stock())


class StockAlert(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="alerts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stock_alerts"
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = StockAlertQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("product alert")
        verbose_name_plural = _("product alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "user"],
                condition=models.Q(sent_at=None),
                name="catalog_one_waiting_alert",
                violation_error_message=_("You will be told already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.product}"
