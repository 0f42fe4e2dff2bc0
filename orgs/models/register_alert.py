"""Alerts: a qualified organization of which a public register says something else now."""

from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.organization import Organization
from registers.codes import status_words
from registers.models import Register


class RegisterAlertQuerySet(models.QuerySet["RegisterAlert"]):
    def lock(self, *, pk: int) -> "RegisterAlert":
        """With its row locked; lock its organization before."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open(self) -> "RegisterAlertQuerySet":
        return self.filter(status=RegisterAlert.Status.OPEN)


class RegisterAlert(models.Model):
    """What a register says of an organization, which staff look at: they suspend or dismiss."""

    class What(models.TextChoices):
        STATUS = "status", _("Another status")
        VANISHED = "vanished", _("Not listed any more")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("alert", "To look at")
        SUSPENDED = "suspended", pgettext_lazy("alert", "Organization suspended")
        DISMISSED = "dismissed", pgettext_lazy("alert", "Dismissed")
        CLEARED = "cleared", pgettext_lazy("alert", "Listed again")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.OPEN: {Status.SUSPENDED, Status.DISMISSED, Status.CLEARED},
        Status.CLEARED: {Status.OPEN},
    }

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="register_alerts",
        verbose_name=_("organization"),
    )
    register = models.CharField(_("register"), max_length=20, choices=Register.choices)
    entry = models.CharField(_("entry"), max_length=40)
    what = models.CharField(_("what"), max_length=20, choices=What.choices)
    said = models.CharField(_("status in the register"), max_length=60, blank=True)
    on = models.DateField(_("since"))
    read_on = models.DateField(_("in the file of"))
    opened_at = models.DateTimeField(_("noticed"), auto_now_add=True)
    status = models.CharField(
        _("state"), max_length=20, choices=Status.choices, default=Status.OPEN
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    reason = models.TextField(_("reason"), blank=True)

    objects = RegisterAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("register alert")
        verbose_name_plural = _("register alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "register", "entry", "what", "said", "on"],
                name="orgs_told_once_of_a_register",
                violation_error_message=_("This is known already."),
            ),
            models.CheckConstraint(
                name="orgs_alert_is_closed_sometime",
                condition=Q(status="open", closed_at=None)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
                violation_error_message=_("A closed alert says when."),
            ),
            models.CheckConstraint(
                name="orgs_alert_is_closed_for_a_reason",
                condition=Q(status__in=["open", "cleared"]) | ~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.words}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def words(self) -> str | Promise:
        """What the register says now."""
        if self.what == self.What.VANISHED:
            return self.What.VANISHED.label
        return status_words(self.said)
