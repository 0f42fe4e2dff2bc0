"""Changes of the address for licences: confirmed by the new one, stoppable by the old one."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.models.organization import Organization

CONFIRM_TIME = timedelta(days=7)
DELAY = timedelta(hours=48)  # from the confirmation until licences go to the new address
UNDO_TIME = timedelta(days=7)  # after that, while the old address can take it back


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    def of(self, organization: Organization) -> "AddressChangeQuerySet":
        return self.filter(organization=organization)

    def lock(self, *, pk: int) -> "AddressChange":
        """The change with its row locked; lock its organization first."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def under_way(self) -> "AddressChangeQuerySet":
        """Asked or confirmed, and neither in force nor stopped."""
        return self.filter(stopped_at=None, applied_at=None)

    def due(self) -> "AddressChangeQuerySet":
        """Confirmed 48 hours ago, and not in force yet."""
        return self.under_way().filter(confirmed_at__lte=timezone.now() - DELAY)


class AddressChange(models.Model):
    """Until `applied_at` the organization has its old address: orders need not know of this."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="address_changes"
    )
    old = models.EmailField(_("old address"), blank=True)
    new = models.EmailField(_("new address"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    applied_at = models.DateTimeField(_("in force since"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("change of the address for licences")
        verbose_name_plural = _("changes of the address for licences")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(stopped_at=None, applied_at=None),
                name="orgs_one_address_change_under_way",
                violation_error_message=_("A change of this address is under way."),
            ),
            models.CheckConstraint(
                name="orgs_address_confirmed_before_in_force",
                condition=Q(applied_at=None) | Q(confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    @property
    def applies_at(self) -> datetime | None:
        """When licences go to the new address; None while it is not confirmed."""
        return self.confirmed_at + DELAY if self.confirmed_at else None
