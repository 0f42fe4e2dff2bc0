"""Cheques: which organizations may pay by one, and where each one is."""

from collections.abc import Container, Mapping
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.order import Order
from orgs.models import Organization


class ChequePermissionQuerySet(models.QuerySet["ChequePermission"]):
    def of(self, organization: Organization) -> "ChequePermissionQuerySet":
        return self.filter(organization=organization)

    def on(self, day: date) -> "ChequePermissionQuerySet":
        """Those that hold on a day of Toronto."""
        return self.filter(ended_at=None, until__gte=day)


class ChequePermission(models.Model):
    """That an organization may pay by cheque until a day, and why; staff give and end it."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="cheque_permissions",
        verbose_name=_("organization"),
    )
    reason = models.TextField(_("reason"))
    until = models.DateField(_("until"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("granted by"),
    )
    granted_at = models.DateTimeField(_("granted"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ChequePermissionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("permission to pay by cheque")
        verbose_name_plural = _("permissions to pay by cheque")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(ended_at=None),
                name="orders_one_cheque_permission",
                violation_error_message=_("It may pay by cheque already: end that first."),
            )
        ]

    def __str__(self) -> str:
        return str(self.organization)


class ChequeQuerySet(models.QuerySet["Cheque"]):
    def of(self, organization: Organization) -> "ChequeQuerySet":
        return self.filter(order__organization=organization)

    def waiting(self) -> "ChequeQuerySet":
        """Received, and not at the bank yet as far as we know."""
        return self.filter(status=Cheque.Status.RECEIVED)


class Cheque(models.Model):
    """The cheque that is to pay an order. Until it is received, no stock is held for it."""

    class Status(models.TextChoices):
        ANNOUNCED = "announced", pgettext_lazy("cheque", "Announced")
        RECEIVED = "received", pgettext_lazy("cheque", "Received")
        CLEARED = "cleared", pgettext_lazy("cheque", "Cleared")
        RETURNED = "returned", pgettext_lazy("cheque", "Returned")
        MISSED = "missed", pgettext_lazy("cheque", "No longer awaited")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.ANNOUNCED: {Status.RECEIVED, Status.RETURNED, Status.MISSED},
        Status.RECEIVED: {Status.CLEARED, Status.RETURNED},
    }

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="cheque", verbose_name=_("order")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ANNOUNCED
    )
    amount = models.DecimalField(_("amount"), max_digits=11, decimal_places=2)
    number = models.CharField(_("cheque number"), max_length=30, blank=True)
    announced_at = models.DateTimeField(_("announced"), auto_now_add=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    why_returned = models.TextField(_("why it was returned"), blank=True)
    told_gone_at = models.DateTimeField(_("told that stock is gone"), null=True, blank=True)

    objects = ChequeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("cheque")
        verbose_name_plural = _("cheques")
        indexes = [
            models.Index(
                fields=["announced_at"],
                name="orders_cheques_open",
                condition=Q(status__in=["announced", "received"]),
            )
        ]
        constraints = [
            models.CheckConstraint(name="orders_cheque_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="orders_cheque_received_has_number",
                condition=~Q(status__in=["received", "cleared"])
                | (~Q(number="") & Q(received_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number} {self.number}".strip()
