"""The application for qualification, and the questions staff ask about it."""

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.document import Document
from orgs.models.organization import Organization

DRAFT_KEPT = timedelta(days=90)  # without being saved


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of(self, organization: Organization) -> "ApplicationQuerySet":
        return self.filter(organization=organization)

    def lock(self, *, pk: int) -> "Application":
        """The application with its row locked."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open(self) -> "ApplicationQuerySet":
        """A draft, or with staff: an organization has one at most."""
        return self.filter(status__in=[Application.Status.DRAFT, *Application.OPEN_SENT])

    def newest(self) -> "Application | None":
        return self.order_by("-pk").first()

    def not_put_away(self) -> "ApplicationQuerySet":
        """Without drafts that ended unsent: what an organization asks, or has asked."""
        return self.exclude(status=Application.Status.PUT_AWAY)

    def sent(self) -> "ApplicationQuerySet":
        """What staff ever saw: neither drafts nor what was put away unsent."""
        return self.exclude(status__in=[Application.Status.DRAFT, Application.Status.PUT_AWAY])

    def waiting_for_staff(self) -> "ApplicationQuerySet":
        """The queue: sent, and not decided or waiting for the applicant; soonest due first."""
        waiting = (Application.Status.SUBMITTED, Application.Status.IN_REVIEW)
        return self.filter(status__in=waiting).order_by("due_on", "pk")


class Application(models.Model):
    """What an organization asks: to be recognized as real."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First application")
        RENEWAL = "renewal", _("Renewal")
        APPEAL = "appeal", _("Appeal")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", pgettext_lazy("application", "Sent")
        IN_REVIEW = "in_review", _("In review")
        INFO_NEEDED = "info_needed", _("We need something from you")
        QUALIFIED = "qualified", _("Qualified")
        DECLINED = "declined", _("Not accepted")
        PUT_AWAY = "put_away", _("Never sent, and put away")

    OPEN_SENT: ClassVar = (Status.SUBMITTED, Status.IN_REVIEW, Status.INFO_NEEDED)

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.DRAFT: {Status.SUBMITTED, Status.PUT_AWAY},
        Status.SUBMITTED: {
            Status.DRAFT,
            Status.IN_REVIEW,
            Status.INFO_NEEDED,
            Status.QUALIFIED,
            Status.DECLINED,
        },
        Status.IN_REVIEW: {Status.DRAFT, Status.INFO_NEEDED, Status.QUALIFIED, Status.DECLINED},
        Status.INFO_NEEDED: {Status.DRAFT, Status.IN_REVIEW, Status.DECLINED},
        Status.PUT_AWAY: {Status.DRAFT},
    }

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="applications"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.FIRST)
    previous = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("about the decision on"),
    )
    words = models.TextField(_("what the applicant says"), blank=True)
    files = models.ManyToManyField(
        Document, related_name="+", blank=True, verbose_name=_("sent with these words")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.DRAFT
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("begun by"),
    )
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    saved_at = models.DateTimeField(_("last saved"), default=timezone.now)
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent by"),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    waiting_since = models.DateField(_("waiting for the applicant since"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    checklist = models.JSONField(_("checklist"), default=dict, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.TextField(_("reason given to the applicant"), blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                name="orgs_open_by_due",
                condition=Q(status__in=["submitted", "in_review", "info_needed"]),
            ),
            models.Index(
                fields=["-decided_at", "-id"],
                name="orgs_decided",
                condition=Q(status__in=["qualified", "declined"]),
            ),
            models.Index(fields=["status"], name="orgs_by_status"),  # small: what counts read
            models.Index(
                fields=["-submitted_at", "-id"],
                name="orgs_sent",
                condition=Q(submitted_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(status__in=["draft", "submitted", "in_review", "info_needed"]),
                name="orgs_one_open_application",
                violation_error_message=_("This organization has an application under way."),
            ),
            models.UniqueConstraint(
                fields=["previous"],
                condition=Q(kind="appeal"),
                name="orgs_one_appeal_a_decision",
                violation_error_message=_("This decision has been appealed already."),
            ),
            models.CheckConstraint(
                name="orgs_appeal_is_about_a_decision",
                condition=Q(kind="appeal", previous__isnull=False)
                | (~Q(kind="appeal") & Q(previous=None)),
            ),
            models.CheckConstraint(
                name="orgs_decided_by_somebody_sometime",
                condition=Q(status__in=["qualified", "declined"], decided_at__isnull=False)
                | (~Q(status__in=["qualified", "declined"]) & Q(decided_at=None)),
            ),
            models.CheckConstraint(
                name="orgs_clock_stands_still",
                condition=(Q(status="info_needed") & ~Q(waiting_since=None))
                | (~Q(status="info_needed") & Q(waiting_since=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"D-{self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def kept_until(self) -> datetime:
        """When it is put away unless it is saved again, as long as it is a draft."""
        return self.saved_at + DRAFT_KEPT

    @property
    def is_over(self) -> bool:
        """Decided or put away: another one can be begun."""
        return self.is_decided or self.status == self.Status.PUT_AWAY

    @property
    def is_decided(self) -> bool:
        return self.status in {self.Status.QUALIFIED, self.Status.DECLINED}


class Inquiry(models.Model):
    """A question of staff about an application, and its answer."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="inquiries")
    question = models.TextField(_("question"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    files = models.ManyToManyField(
        Document, related_name="+", blank=True, verbose_name=_("sent with the answer")
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.question[:60]


class Remark(models.Model):
    """What an applicant adds unasked while staff have the application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="remarks")
    words = models.TextField(_("words"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), auto_now_add=True)
    files = models.ManyToManyField(
        Document, related_name="+", blank=True, verbose_name=_("sent with these words")
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")

    def __str__(self) -> str:
        return self.words[:60]


class NewBudget(models.Model):
    """The budget that a renewal declares; in force once the renewal is accepted."""

    DECLARED: ClassVar = ("annual_budget", "budget_source", "budget_year")

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="new_budget"
    )
    annual_budget = models.DecimalField(
        _("annual budget (CAD)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    budget_source = models.CharField(
        _("source of the budget"),
        max_length=20,
        choices=Organization.BudgetSource.choices,
        blank=True,
    )
    budget_year = models.PositiveIntegerField(_("year of the budget"), null=True, blank=True)

    class Meta:
        verbose_name = _("budget of a renewal")
        verbose_name_plural = _("budgets of renewals")
        constraints = [
            models.CheckConstraint(
                name="orgs_new_budget_not_negative",
                condition=Q(annual_budget=None) | Q(annual_budget__gte=0),
                violation_error_message=_("A budget cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.annual_budget}"
