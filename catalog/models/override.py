"""Overrides: a program opened to one organization by two of the staff, until a day."""

from collections.abc import Container, Mapping
from datetime import date, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import JSONArray
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.program import Program
from orgs.models import Organization

LONGEST = timedelta(days=366)


class Days(Func):
    """The days from one to another, both included."""

    function = "daterange"
    output_field = DateRangeField()


DAYS: Final = JSONArray("program_id", "from_on", "until_on")
"""What `eligibility.Granted.from_data` reads."""


class OverrideQuerySet(models.QuerySet["Override"]):
    def lock(self, *, pk: int) -> "Override":
        """With its row locked; the organization is locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def waiting(self) -> "OverrideQuerySet":
        """What a second person has to look at."""
        return self.filter(status=Override.Status.ASKED)

    def granted(self) -> "OverrideQuerySet":
        return self.filter(status=Override.Status.GRANTED)

    def holding(self, *, on: date) -> "OverrideQuerySet":
        """Those that open a program on a day of Toronto."""
        return self.granted().filter(from_on__lte=on, until_on__gte=on)


class Override(models.Model):
    """Opens a program to an organization although a criterion fails; it opens nothing else."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("exception", "Waits for a second person")
        GRANTED = "granted", pgettext_lazy("exception", "Granted")
        REFUSED = "refused", pgettext_lazy("exception", "Refused")
        ENDED = "ended", pgettext_lazy("exception", "Ended early")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.ASKED: {Status.GRANTED, Status.REFUSED},
        Status.GRANTED: {Status.ENDED},
    }

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="overrides",
        verbose_name=_("organization"),
    )
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="overrides", verbose_name=_("program")
    )
    reason = models.TextField(_("reason, for our staff"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until, this day included"))
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.ASKED
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("exception to the rules")
        verbose_name_plural = _("exceptions to the rules")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="catalog_override_ends",
                condition=Q(until_on__gte=F("from_on")) & Q(until_on__lte=F("from_on") + LONGEST),
                violation_error_message=_("An exception ends within a year, not before it begins."),
            ),
            models.CheckConstraint(
                name="catalog_override_by_two",
                condition=Q(status="asked")
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False)),
                violation_error_message=_("A second person grants an exception."),
            ),
            models.CheckConstraint(
                name="catalog_override_by_another",
                condition=Q(decided_by=None) | ~Q(status="granted") | ~Q(decided_by=F("asked_by")),
                violation_error_message=_("Who asks for an exception does not grant it."),
            ),
            ExclusionConstraint(
                name="catalog_one_override_a_day",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("program", RangeOperators.EQUAL),
                    (
                        Days("from_on", "until_on", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status__in=["asked", "granted"]),
                violation_error_message=_("There is an exception for some of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"E-{self.pk}"
