"""Cases: what a member writes to our staff, the thread that follows, and its clock."""

from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.document import Document
from orgs.models.membership import Membership
from orgs.models.organization import Organization
from orgs.models.thread import ThreadMessage


class CaseQuerySet(models.QuerySet["Case"]):
    def of(self, organization: Organization) -> "CaseQuerySet":
        return self.filter(organization=organization)

    def readable_by(self, membership: Membership) -> "CaseQuerySet":
        """One's own, and for those who may change facts every case of the organization."""
        rows = self.of(membership.organization)
        if membership.may("profile.edit"):
            return rows
        return rows.filter(opened_by=membership.user)

    def lock(self, *, pk: int) -> "Case":
        """The case with its row locked."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def waiting_for_staff(self) -> "CaseQuerySet":
        """The queue, soonest due first."""
        return self.filter(status=Case.Status.WAITING_US).order_by("due_on", "pk")


class Case(models.Model):
    class Status(models.TextChoices):
        WAITING_US = "waiting_us", pgettext_lazy("case", "With our staff")
        WAITING_THEM = "waiting_them", pgettext_lazy("case", "Answered")
        DONE = "done", pgettext_lazy("case", "Closed")

    class Topic(models.TextChoices):
        ELIGIBILITY = "eligibility", _("Which programs are open to us")
        FACTS = "facts", _("What is on file")
        ORDER = "order", _("An order or a payment")
        LICENCES = "licences", _("Licences")
        ACCOUNT = "account", _("Our account, a branch or a merger")
        OTHER = "other", _("Something else")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.WAITING_US: {Status.WAITING_THEM, Status.DONE},
        Status.WAITING_THEM: {Status.WAITING_US, Status.DONE},
        Status.DONE: {Status.WAITING_US},
    }

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("organization"),
    )
    topic = models.CharField(_("about"), max_length=20, choices=Topic.choices)
    subject = models.CharField(_("subject"), max_length=150)
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.WAITING_US
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("opened by"),
    )
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    due_on = models.DateField(_("due on"))
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self) -> str:
        return f"C-{self.pk}"


class CaseMessage(ThreadMessage):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")

    class Meta(ThreadMessage.Meta):
        verbose_name = _("message of a conversation")
        verbose_name_plural = _("messages of conversations")


class CaseFile(models.Model):
    """A file that came with a message; it stays as long as the message does."""

    message = models.ForeignKey(CaseMessage, on_delete=models.PROTECT, related_name="files")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="case_file")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("file of a conversation")
        verbose_name_plural = _("files of conversations")

    def __str__(self) -> str:
        return str(self.document)
