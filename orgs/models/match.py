"""Two organizations that may be one, and what was decided about it."""

from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.organization import Organization


class MatchQuerySet(models.QuerySet["Match"]):
    def lock(self, *, pk: int) -> "Match":
        """The match with its row locked."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def of(self, organization: Organization) -> "MatchQuerySet":
        """Those that an organization is one side of, most alike first."""
        sides = Q(first=organization) | Q(second=organization)
        return self.filter(sides).select_related("first", "second").order_by("-points", "pk")

    def undecided(self) -> "MatchQuerySet":
        return self.filter(status=Match.Status.FOUND)


class Match(models.Model):
    """`first` is the one registered first. `typed` are numbers that `second` could not be given,
    because `first` has them; `words` is why its people say that it is another organization.
    """

    class Status(models.TextChoices):
        FOUND = "found", pgettext_lazy("match", "To be decided")
        SAME = "same", pgettext_lazy("match", "The same organization")
        DIFFERENT = "different", pgettext_lazy("match", "Two organizations")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.FOUND: {Status.SAME, Status.DIFFERENT},
        Status.SAME: {Status.DIFFERENT, Status.FOUND},
        Status.DIFFERENT: {Status.SAME, Status.FOUND},
    }

    first = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="matches_as_first",
        verbose_name=_("first organization"),
    )
    second = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="matches_as_second",
        verbose_name=_("second organization"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.FOUND
    )
    points = models.PositiveSmallIntegerField(_("likeness"))
    reasons = models.JSONField(_("in common"), default=list)
    typed = models.JSONField(_("numbers typed"), default=dict, blank=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    words = models.TextField(_("why they say they are another"), blank=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("said by"),
    )
    said_at = models.DateTimeField(_("said"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["-points", "pk"]
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="orgs_match_once"),
            models.CheckConstraint(
                name="orgs_match_in_order",
                condition=Q(first__lt=F("second")),
                violation_error_message=_("A match names the older organization first."),
            ),
            models.CheckConstraint(
                name="orgs_match_decided_by_somebody",
                condition=Q(status="found", decided_at=None, decided_by=None)
                | (~Q(status="found") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first.number} ↔ {self.second.number}"

    def other(self, organization: Organization) -> Organization:
        """The side that is not this one."""
        return self.second if self.first_id == organization.pk else self.first
