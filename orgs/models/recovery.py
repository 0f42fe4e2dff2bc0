"""Recovery: an organization without a reachable administrator gets one, after time to object."""

import secrets
from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.organization import Organization


def paper_path(paper: "RecoveryPaper", filename: str) -> str:
    return f"recoveries/{secrets.token_hex(2)}/{secrets.token_hex(20)}"


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def open(self) -> "RecoveryQuerySet":
        return self.filter(status__in=Recovery.OPEN)

    def lock(self, *, pk: int) -> "Recovery":
        """With its row locked; the organization is locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Recovery(models.Model):
    """Somebody asks for the account of an organization whose administrators cannot be reached.

    Without an organization, none has the number that was typed; staff see that, the claimant does
    not.
    """

    class Status(models.TextChoices):
        NOTICE = "notice", pgettext_lazy("recovery", "Everybody concerned is told")
        APPROVED_ONCE = "approved_once", pgettext_lazy("recovery", "Approved by one of us")
        GRANTED = "granted", pgettext_lazy("recovery", "Granted")
        OBJECTED = "objected", pgettext_lazy("recovery", "Stopped by an objection")
        REFUSED = "refused", pgettext_lazy("recovery", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("recovery", "Taken back")

    OPEN: ClassVar = (Status.NOTICE, Status.APPROVED_ONCE)
    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.NOTICE: {
            Status.APPROVED_ONCE,
            Status.OBJECTED,
            Status.REFUSED,
            Status.WITHDRAWN,
        },
        Status.APPROVED_ONCE: {
            Status.GRANTED,
            Status.OBJECTED,
            Status.REFUSED,
            Status.WITHDRAWN,
        },
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="recoveries"
    )
    asked_for = models.CharField(_("asked for"), max_length=40)
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="recoveries",
        verbose_name=_("claimant"),
    )
    title = models.CharField(_("position in the organization"), max_length=150)
    words = models.TextField(_("what happened"))
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.NOTICE
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    not_before = models.DateField(_("not before"))
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first approval by"),
    )
    first_at = models.DateTimeField(_("first approval"), null=True, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second approval by"),
    )
    second_at = models.DateTimeField(_("second approval"), null=True, blank=True)
    reason = models.TextField(_("reason given to the claimant"), blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("recovery of an account")
        verbose_name_plural = _("recoveries of accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["claimant", "asked_for"],
                condition=Q(status__in=["notice", "approved_once"]),
                name="orgs_one_open_recovery",
                violation_error_message=_("You have asked for this account already."),
            ),
            models.CheckConstraint(
                name="orgs_recovery_by_two",
                condition=~Q(status="granted")
                | Q(
                    organization__isnull=False,
                    first_by__isnull=False,
                    second_by__isnull=False,
                    second_at__isnull=False,
                ),
                violation_error_message=_("Two of us approve before an account is given."),
            ),
            models.CheckConstraint(
                name="orgs_recovery_by_two_others",
                condition=(Q(second_by=None) | ~Q(second_by=models.F("first_by")))
                & (Q(first_by=None) | ~Q(first_by=models.F("claimant")))
                & (Q(second_by=None) | ~Q(second_by=models.F("claimant"))),
                violation_error_message=_("Two people approve, and neither is the claimant."),
            ),
        ]

    def __str__(self) -> str:
        return f"RC-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class RecoveryPaper(models.Model):
    """What the claimant shows: read by staff only, never by the organization's people."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="papers")
    file = models.FileField(_("file"), upload_to=paper_path)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=60)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("paper of a recovery")
        verbose_name_plural = _("papers of a recovery")

    def __str__(self) -> str:
        return self.name


class RecoveryNotice(models.Model):
    """Somebody who was told, and may object by the link in the e-mail; its digest is here."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="notices")
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    digest = models.CharField(_("SHA-256 of the secret"), max_length=64, unique=True)
    objected_at = models.DateTimeField(_("objected"), null=True, blank=True)
    words = models.TextField(_("objection"), blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("notice of a recovery")
        verbose_name_plural = _("notices of a recovery")
        constraints = [
            models.UniqueConstraint(fields=["recovery", "email"], name="orgs_one_notice_an_address")
        ]

    def __str__(self) -> str:
        return self.email
