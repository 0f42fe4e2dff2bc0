"""Merges: two organizations made one by two of the staff, for 30 days reversible."""

from collections.abc import Container, Mapping
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.organization import Organization

REVERSIBLE = timedelta(days=30)


class MergeQuerySet(models.QuerySet["Merge"]):
    def lock(self, *, pk: int) -> "Merge":
        """The merge with its row locked; its organizations are locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Merge(models.Model):
    """`gone` becomes part of `kept`. Who carries it out is not who proposed it.

    `before` holds the columns of both as they were, `after` what the merge made of them: undoing
    puts back what nobody has changed since.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("merge", "Proposed")
        DROPPED = "dropped", pgettext_lazy("merge", "Dropped")
        DONE = "done", pgettext_lazy("merge", "Carried out")
        UNDONE = "undone", pgettext_lazy("merge", "Undone")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.PROPOSED: {Status.DONE, Status.DROPPED},
        Status.DONE: {Status.UNDONE},
    }

    gone = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="merges_away",
        verbose_name=_("becomes part"),
    )
    kept = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="merges_in", verbose_name=_("stays")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PROPOSED
    )
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("carried out by"),
    )
    done_at = models.DateTimeField(_("carried out"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    before = models.JSONField(default=dict, blank=True, editable=False)
    after = models.JSONField(default=dict, blank=True, editable=False)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(
                name="orgs_merge_of_two",
                condition=~Q(gone=F("kept")),
                violation_error_message=_("An organization cannot be merged with itself."),
            ),
            models.CheckConstraint(
                name="orgs_merge_by_two_people",
                condition=Q(done_by=None) | ~Q(done_by=F("proposed_by")),
                violation_error_message=_("A colleague carries out what you proposed."),
            ),
            models.CheckConstraint(
                name="orgs_merge_done_by_somebody",
                condition=Q(status__in=["done", "undone"], done_at__isnull=False)
                & Q(done_by__isnull=False)
                | Q(status__in=["proposed", "dropped"], done_at=None, done_by=None),
            ),
            models.CheckConstraint(
                name="orgs_merge_undone_by_somebody",
                condition=Q(status="undone", undone_at__isnull=False, undone_by__isnull=False)
                | (~Q(status="undone") & Q(undone_at=None, undone_by=None)),
            ),
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(status__in=["proposed", "done"]),
                name="orgs_merged_once",
                violation_error_message=_(
                    "A merge of this organization is proposed, or carried out, already."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone.number} → {self.kept.number}"

    @property
    def is_reversible(self) -> bool:
        return bool(
            self.status == self.Status.DONE
            and self.done_at
            and timezone.now() < self.done_at + REVERSIBLE
        )


class MovedRow(models.Model):
    """A row that a merge gave to the organization that stays, so that undoing finds it again."""

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="rows")
    model = models.CharField(max_length=60)  # such as "orders.order"
    row = models.BigIntegerField()
    was = models.JSONField(default=dict, blank=True)  # what to put back

    class Meta:
        ordering = ["pk"]
        verbose_name = _("moved row")
        verbose_name_plural = _("moved rows")
        constraints = [
            models.UniqueConstraint(fields=["merge", "model", "row"], name="orgs_moved_once")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row}"
