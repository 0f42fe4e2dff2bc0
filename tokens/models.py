"""Tokens, the clients that may check them, and who checked what."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Partner
from orgs.models import Organization


class TokenQuerySet(models.QuerySet["Token"]):
    def of(self, organization: Organization) -> "TokenQuerySet":
        return self.filter(organization=organization)

    def valid(self) -> "TokenQuerySet":
        """Neither ended nor revoked."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def with_checks(self) -> "TokenQuerySet":
        """With how often and when last each was checked, in the same query."""
        return self.select_related("created_by").annotate(
            checks=models.Count("verifications"), checked_at=models.Max("verifications__at")
        )


class Token(models.Model):
    """Shown once to the person it is for; only its digest is kept."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tokens")
    bearer_name = models.CharField(_("person it is for"), max_length=150)
    bearer_email = models.EmailField(_("that person’s e-mail address"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last4 = models.CharField(_("last characters"), max_length=4)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("validation token")
        verbose_name_plural = _("validation tokens")
        constraints = [
            models.CheckConstraint(
                name="tokens_expire_after_creation",
                condition=Q(expires_at__gt=F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return f"…{self.last4}"

    @property
    def state(self) -> str:
        """`active`, `ending` (within a week), `expired` or `revoked`."""
        now = timezone.now()
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        return "ending" if self.expires_at <= now + timedelta(days=7) else "active"


class Client(models.Model):
    """An outside program that may check tokens, by its key; a donor partner's or anybody's."""

    name = models.CharField(_("name"), max_length=120)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="clients"
    )
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    key_last4 = models.CharField(_("last characters of the key"), max_length=4, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return self.name


class Verification(models.Model):
    """One check: which client asked about which token (None: no such token), and the answer."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="verifications")
    token = models.ForeignKey(
        Token, on_delete=models.PROTECT, null=True, related_name="verifications"
    )
    is_valid = models.BooleanField(_("valid"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        indexes = [models.Index(fields=["client", "at"], name="tokens_checks_of_client")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.at:%Y-%m-%d %H:%M}"
