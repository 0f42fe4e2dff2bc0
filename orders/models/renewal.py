"""Renewals: until when a line that was sent serves, and who is reminded of its end."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Program
from orders.models.order import Order, OrderLine
from orgs.days import today
from orgs.models import Organization

Mode = Program.Renewal
HERE = (Mode.REORDER, Mode.PORTAL, Mode.YEARLY_FEE)
"""Ordered again on this portal; the others end, or go on at the partner."""


class RenewalQuerySet(models.QuerySet["Renewal"]):
    def of(self, organization: Organization) -> "RenewalQuerySet":
        return self.filter(line__order__organization=organization)

    def serving(self) -> "RenewalQuerySet":
        """Not over, and not given back."""
        sent = (Order.Status.PAID, Order.Status.FULFILLED, Order.Status.DELIVERED)
        kept = self.filter(line__given_back_at=None, line__order__status__in=sent)
        return kept.filter(ends_on__gte=today())


class Renewal(models.Model):
    """The end of what one line gives; `told` are the reminders that went out, in days before."""

    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="renewal")
    ends_on = models.DateField(_("ends on"))
    partner_ends_on = models.DateField(
        _("end of the subscription at the partner"), null=True, blank=True
    )
    readers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, verbose_name=_("who is reminded")
    )
    told = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    objects = RenewalQuerySet.as_manager()

    class Meta:
        ordering = ["ends_on", "pk"]
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")
        indexes = [models.Index(fields=["ends_on"], name="orders_renewal_ends")]

    def __str__(self) -> str:
        return f"{self.line} – {self.ends_on}"

    @property
    def mode(self) -> str:
        return str(self.line.program.renewal)

    @property
    def is_here(self) -> bool:
        """It is ordered again on this portal."""
        return self.mode in HERE

    @property
    def is_access(self) -> bool:
        """Two dates count: of the fee here, and of the subscription at the partner."""
        return self.mode == Mode.YEARLY_FEE

    @property
    def uses_quota(self) -> bool:
        """Ordering it again counts in a limit."""
        return self.is_here and bool(self.line.program.limits)
