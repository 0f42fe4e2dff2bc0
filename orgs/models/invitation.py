"""How people come in: invited by an administrator, or asking for themselves."""

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.membership import Role
from orgs.models.organization import Organization

LIFETIME = timedelta(days=14)


def in_two_weeks() -> datetime:
    return timezone.now() + LIFETIME


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def of(self, organization: Organization) -> "InvitationQuerySet":
        return self.filter(organization=organization)

    def open(self) -> "InvitationQuerySet":
        """Neither answered nor called back, nor over."""
        return self.filter(status=Invitation.Status.OPEN, expires_at__gt=timezone.now())

    def overdue(self) -> "InvitationQuerySet":
        """Whose fourteen days are over, and that nobody wrote off yet."""
        return self.filter(status=Invitation.Status.OPEN, expires_at__lte=timezone.now())

    def lock(self, *, pk: int) -> "Invitation":
        """With its row locked; the organization is locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Invitation(models.Model):
    """An address that may join. The secret is in the e-mail only; here is its digest."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("invitation", "Waiting for an answer")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
        DECLINED = "declined", pgettext_lazy("invitation", "Declined")
        REVOKED = "revoked", pgettext_lazy("invitation", "Called back")
        EXPIRED = "expired", pgettext_lazy("invitation", "Expired")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.OPEN: {Status.ACCEPTED, Status.DECLINED, Status.REVOKED, Status.EXPIRED},
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"))
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    words = models.TextField(_("message"), blank=True)
    digest = models.CharField(_("SHA-256 of the secret"), max_length=64, unique=True)
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.OPEN
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("invited by"),
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    sendings = models.PositiveIntegerField(_("times sent"), default=1)
    expires_at = models.DateTimeField(_("expires"), default=in_two_weeks)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=Q(status="open"),
                name="orgs_one_open_invitation",
                violation_error_message=_("This address is invited already."),
            ),
            models.CheckConstraint(
                name="orgs_invitation_ended_or_open",
                condition=Q(status="open", ended_at=None)
                | (~Q(status="open") & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.organization}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN and self.expires_at > timezone.now()


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def of(self, organization: Organization) -> "JoinRequestQuerySet":
        return self.filter(organization=organization)

    def open(self) -> "JoinRequestQuerySet":
        return self.filter(status=JoinRequest.Status.OPEN, expires_at__gt=timezone.now())

    def overdue(self) -> "JoinRequestQuerySet":
        return self.filter(status=JoinRequest.Status.OPEN, expires_at__lte=timezone.now())

    def lock(self, *, pk: int) -> "JoinRequest":
        """With its row locked; the organization is locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class JoinRequest(models.Model):
    """Somebody asks to be let in. Without an organization, none has the number that was typed.

    The person who asked sees the same of both.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("join request", "Waiting for an answer")
        ACCEPTED = "accepted", pgettext_lazy("join request", "Accepted")
        DECLINED = "declined", pgettext_lazy("join request", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("join request", "Taken back")
        EXPIRED = "expired", pgettext_lazy("join request", "No answer")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.OPEN: {Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED},
    }

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="join_requests"
    )
    asked_for = models.CharField(_("asked for"), max_length=40, blank=True)  # the number typed
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="join_requests",
    )
    words = models.TextField(_("message"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.OPEN
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), default=in_two_weeks)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(status="open"),
                name="orgs_one_open_join_request",
                violation_error_message=_("You have asked this organization already."),
            ),
            models.CheckConstraint(
                name="orgs_join_request_ended_or_open",
                condition=Q(status="open", ended_at=None)
                | (~Q(status="open") & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.asked_for or self.organization}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN and self.expires_at > timezone.now()
