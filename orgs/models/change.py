"""Requests to change a fact that our staff check first; the old value stays until they approve."""

from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.fieldclasses import SUBJECTS, Subject, changed
from orgs.models.document import Document
from orgs.models.organization import Organization
from orgs.models.thread import ThreadMessage


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def of(self, organization: Organization) -> "ChangeRequestQuerySet":
        return self.filter(organization=organization)

    def lock(self, *, pk: int) -> "ChangeRequest":
        """The request with its row locked; lock its organization first."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open(self) -> "ChangeRequestQuerySet":
        """Neither decided nor withdrawn."""
        return self.filter(status__in=ChangeRequest.OPEN)

    def waiting_for_staff(self) -> "ChangeRequestQuerySet":
        """The queue: what staff have to look at, soonest due first."""
        waiting = (ChangeRequest.Status.SENT, ChangeRequest.Status.ANSWERED)
        return self.filter(status__in=waiting).order_by("due_on", "pk")


class ChangeRequest(models.Model):
    """What the file should say instead, as JSON beside what it said when it was sent."""

    class Status(models.TextChoices):
        SENT = "sent", pgettext_lazy("change request", "Sent")
        INFO_NEEDED = "info_needed", _("We need something from you")
        ANSWERED = "answered", pgettext_lazy("change request", "Answered")
        APPROVED = "approved", pgettext_lazy("change request", "Approved")
        DECLINED = "declined", pgettext_lazy("change request", "Not accepted")
        WITHDRAWN = "withdrawn", pgettext_lazy("change request", "Withdrawn")

    OPEN: ClassVar = (Status.SENT, Status.INFO_NEEDED, Status.ANSWERED)

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.SENT: {
            Status.INFO_NEEDED,
            Status.APPROVED,
            Status.DECLINED,
            Status.WITHDRAWN,
        },
        Status.ANSWERED: {
            Status.INFO_NEEDED,
            Status.APPROVED,
            Status.DECLINED,
            Status.WITHDRAWN,
        },
        Status.INFO_NEEDED: {Status.ANSWERED, Status.DECLINED, Status.WITHDRAWN},
    }

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="change_requests",
        verbose_name=_("organization"),
    )
    subject = models.CharField(
        _("what is to change"),
        max_length=20,
        choices=[(s.code, s.title) for s in SUBJECTS.values()],
    )
    old = models.JSONField(_("before"))
    new = models.JSONField(_("after"))
    words = models.TextField(_("explanation"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.SENT
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("sent by"),
    )
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    due_on = models.DateField(_("due on"))
    waiting_since = models.DateField(_("waiting for an answer since"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    documents = models.ManyToManyField(
        Document, through="Evidence", related_name="+", verbose_name=_("documents")
    )

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subject"],
                condition=Q(status__in=["sent", "info_needed", "answered"]),
                name="orgs_one_open_change_a_subject",
                violation_error_message=_("A request to change this is under way."),
            ),
            models.CheckConstraint(
                name="orgs_change_decided_by_somebody_sometime",
                condition=Q(
                    status__in=["approved", "declined"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | (
                    ~Q(status__in=["approved", "declined"])
                    & Q(decided_at=None)
                    & Q(decided_by=None)
                ),
                violation_error_message=_("A decision has a person and a time."),
            ),
            models.CheckConstraint(
                name="orgs_change_clock_stands_still",
                condition=(Q(status="info_needed") & ~Q(waiting_since=None))
                | (~Q(status="info_needed") & Q(waiting_since=None)),
            ),
            models.CheckConstraint(
                name="orgs_change_changes_something", condition=~Q(old=models.F("new"))
            ),
        ]

    def __str__(self) -> str:
        return f"M-{self.pk}"

    @property
    def about(self) -> Subject:
        """Its subject, with the fields and what is checked."""
        return SUBJECTS[self.subject]

    @property
    def differing(self) -> list[str]:
        """The fields that would change."""
        return changed(self.old, self.new)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class Evidence(models.Model):
    """A paper that was sent with a request; it stays as long as the request does."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="evidence")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="evidence")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return str(self.document)


class ChangeMessage(ThreadMessage):
    """A question of staff about a request, or the answer."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="messages")

    class Meta(ThreadMessage.Meta):
        verbose_name = _("message about a change")
        verbose_name_plural = _("messages about changes")
