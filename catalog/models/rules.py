"""Rules of a program over time: published versions, which nobody changes, and their drafts."""

from collections.abc import Container, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.languages import Bilingual
from catalog.models.program import Program

LONGEST_GRACE = 90

# A catalogue file may say that a version was written down wrongly; catalog/loading.py, which
# writes that into the trail, sets this for its transaction. Before its day, in Toronto, a version
# may be withdrawn: nothing else of it changes.
KEPT = """
IF current_setting('catalog.correcting', true) = 'yes' THEN RETURN NEW; END IF;
IF TG_OP = 'UPDATE' THEN
    IF OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND OLD.effective > (now() AT TIME ZONE 'America/Toronto')::date
        AND to_jsonb(NEW) - 'withdrawn_at' = to_jsonb(OLD) - 'withdrawn_at'
    THEN RETURN NEW; END IF;
END IF;
RAISE EXCEPTION 'published rules never change: publish new ones from another day on';
"""


class Terms(models.Model):
    """What a version says, and its draft before it."""

    criteria: Any = models.JSONField(_("criteria"), default=list, blank=True)
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace for carts"),
        default=0,
        help_text=_("What was in a cart before can still be ordered by the earlier rules."),
    )
    note_fr = models.TextField(_("what changes, in French"), blank=True)
    note_en = models.TextField(_("what changes, in English"), blank=True)

    note = Bilingual()

    class Meta:
        abstract = True


class StandingVersions(models.Manager["ProgramVersion"]):
    """Without those that were withdrawn before their day: they never decide anything."""

    def get_queryset(self) -> models.QuerySet["ProgramVersion"]:
        return super().get_queryset().filter(withdrawn_at=None)


@pghistory.track()
class ProgramVersion(Terms):
    """The eligibility rules of a program from a day on, in the form of the catalogue file.

    `objects`, and with it `program.versions`, leaves out what was withdrawn; a draft and an
    announcement keep their version.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="versions")
    effective = models.DateField(_("effective"))
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = StandingVersions()

    class Meta:
        ordering = ["program", "effective"]
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "effective"],
                name="catalog_one_version_a_day",
                condition=Q(withdrawn_at=None),
                violation_error_message=_("There are rules from this day already."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=KEPT,
            )
        ]

    def __str__(self) -> str:
        return f"{self.program.slug} {self.effective}"

    @property
    def grace_until(self) -> date | None:
        """The last day on which carts from before are judged by the earlier rules."""
        if not self.grace_days:
            return None
        return self.effective + timedelta(days=self.grace_days - 1)


class RuleDraftQuerySet(models.QuerySet["RuleDraft"]):
    def lock(self, *, pk: int) -> "RuleDraft":
        """With its row locked; its program is locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class RuleDraft(Terms):
    """Rules that somebody of the staff prepares; publishing makes a version of them.

    A draft follows on `based_on`, the version that it was compared with: when another one is in
    force by then, it is compared again before it is published.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("rules", "Draft")
        PUBLISHED = "published", pgettext_lazy("rules", "Published")
        DISCARDED = "discarded", pgettext_lazy("rules", "Discarded")
        WITHDRAWN = "withdrawn", pgettext_lazy("rules", "Withdrawn")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.DRAFT: {Status.PUBLISHED, Status.DISCARDED},
        Status.PUBLISHED: {Status.WITHDRAWN},
    }

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="drafts")
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.DRAFT
    )
    effective = models.DateField(_("in force from"), null=True, blank=True)
    based_on = models.ForeignKey(
        ProgramVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.OneToOneField(
        ProgramVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="draft"
    )
    edition = models.PositiveIntegerField(default=1)
    """Grows with each change: who saves an older one is told, and overwrites nothing."""
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = RuleDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at"]
        verbose_name = _("draft of rules")
        verbose_name_plural = _("drafts of rules")
        constraints = [
            models.CheckConstraint(
                name="catalog_published_has_version",
                condition=Q(status__in=["published", "withdrawn"], version__isnull=False)
                | Q(status__in=["draft", "discarded"], version=None),
                violation_error_message=_("A draft is published when its version is."),
            ),
            models.CheckConstraint(
                name="catalog_grace_is_short",
                condition=Q(grace_days__lte=LONGEST_GRACE),
                violation_error_message=_("Carts get at most 90 days of grace."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.slug} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.DRAFT


class Announcement(models.Model):
    """Telling the organizations that a version opens or closes a program to: how far it is.

    When it is withdrawn, those who were told are told that too.
    """

    version = models.ForeignKey(
        ProgramVersion, on_delete=models.PROTECT, related_name="announcements"
    )
    is_withdrawal = models.BooleanField(default=False)
    total = models.PositiveIntegerField(_("organizations to tell"))
    told = models.PositiveIntegerField(_("told"), default=0)
    after = models.BigIntegerField(default=0)
    """Organizations up to this key are done."""
    done_at = models.DateTimeField(_("all told"), null=True, blank=True)

    class Meta:
        verbose_name = _("announcement of rules")
        verbose_name_plural = _("announcements of rules")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "is_withdrawal"],
                name="catalog_announced_once",
                violation_error_message=_("This is announced already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.version)
