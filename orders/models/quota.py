"""The quota ledger: what an organization holds, uses and gives back. It only grows."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Program
from orders.models.order import OrderLine
from orgs.models import Organization


class QuotaEntryQuerySet(models.QuerySet["QuotaEntry"]):
    def of(self, organization: Organization) -> "QuotaEntryQuerySet":
        """Those of its orders: an order that moved in a merge took its entries with it."""
        return self.filter(line__order__organization=organization)


class QuotaEntry(models.Model):
    """One step of an order line: held when placed, settled when paid, or given back (and
    held again, when money came late, then perhaps given back with a refund). `organization` is
    whose order it was at that step."""

    class Kind(models.TextChoices):
        HOLD = "hold", _("Held")
        SETTLE = "settle", _("Settled")
        GIVE_BACK = "give_back", _("Given back")
        HOLD_AGAIN = "hold_again", _("Held again")
        REFUND = "refund", _("Given back with a refund")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="quota_entries"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="quota_entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title_group = models.CharField(_("title group"), max_length=80, blank=True)
    units = models.PositiveIntegerField(_("units"))
    fees = models.DecimalField(_("fees (CAD)"), max_digits=11, decimal_places=2)
    at = models.DateTimeField(_("at"))

    objects = QuotaEntryQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("quota entry")
        verbose_name_plural = _("quota entries")
        indexes = [models.Index(fields=["organization", "program", "at"], name="orders_quota")]
        constraints = [
            models.UniqueConstraint(fields=["line", "kind"], name="orders_quota_step_once")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.units}"
