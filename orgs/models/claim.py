"""Claims: somebody says that an organization on file is theirs, with six facts about it."""

from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.membership import Role
from orgs.models.organization import Organization


class ClaimQuerySet(models.QuerySet["Claim"]):
    def lock(self, *, pk: int) -> "Claim":
        """The claim with its row locked."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def of(self, draft: Organization) -> "ClaimQuerySet":
        """Those filed from a draft, newest first."""
        return self.filter(draft=draft)

    def on(self, organization: Organization) -> "ClaimQuerySet":
        """Those that ask for an organization on file, newest first."""
        return self.filter(organization=organization)

    def open(self) -> "ClaimQuerySet":
        return self.filter(status=Claim.Status.FILED)


class Claim(models.Model):
    """Filed from the draft of somebody who wanted to register what is registered.

    `organization` is the one that staff, or the search, take it to be about. The claimant never
    reads which it is before the claim is accepted.
    """

    class Status(models.TextChoices):
        FILED = "filed", pgettext_lazy("claim", "With our staff")
        ACCEPTED = "accepted", pgettext_lazy("claim", "Accepted")
        DECLINED = "declined", pgettext_lazy("claim", "Not accepted")
        WITHDRAWN = "withdrawn", pgettext_lazy("claim", "Taken back")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.FILED: {Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN},
    }

    draft = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="claims", verbose_name=_("draft")
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="claims_on_it",
        verbose_name=_("organization"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.FILED
    )
    names = models.TextField(_("names today"))
    former_names = models.TextField(_("names of the past"), blank=True)
    address = models.TextField(_("address today"))
    former_addresses = models.TextField(_("addresses of the past"), blank=True)
    numbers = models.TextField(_("numbers"), blank=True)
    email = models.EmailField(_("shared e-mail address"), blank=True)
    words = models.TextField(_("what they do there, and how we can check it"))
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("filed by"),
    )
    filed_at = models.DateTimeField(_("sent"), default=timezone.now)
    due_on = models.DateField(_("due on"))
    role = models.ForeignKey(
        Role,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("role"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason given to the claimant"), blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes = [
            models.Index(fields=["due_on"], name="orgs_claim_due", condition=Q(status="filed"))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"],
                condition=Q(status="filed"),
                name="orgs_one_open_claim",
                violation_error_message=_("You have sent a claim: our staff look at it."),
            ),
            models.CheckConstraint(
                name="orgs_claim_is_on_another", condition=~Q(draft=models.F("organization"))
            ),
            models.CheckConstraint(
                name="orgs_claim_decided_by_somebody",
                condition=Q(status="filed", decided_at=None)
                | (~Q(status="filed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="orgs_claim_accepted_with_role",
                condition=(Q(status="accepted") & ~Q(role=None))
                | (~Q(status="accepted") & Q(role=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.FILED


class Voice(models.Model):
    """What an administrator of the claimed organization says of a claim; once each."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="voices")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_objection = models.BooleanField(_("objects"))
    words = models.TextField(_("why"), blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("answer of an administrator")
        verbose_name_plural = _("answers of administrators")
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "by"],
                name="orgs_one_voice",
                violation_error_message=_("You have answered this already."),
            ),
            models.CheckConstraint(
                name="orgs_objection_says_why", condition=Q(is_objection=False) | ~Q(words="")
            ),
        ]

    def __str__(self) -> str:
        return self.words[:60]
