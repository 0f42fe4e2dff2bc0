"""The branch letter: an organization says that another one is its branch, and signs it here."""

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

LIFETIME = timedelta(days=30)


def in_a_month() -> datetime:
    return timezone.now() + LIFETIME


class BranchLetterQuerySet(models.QuerySet["BranchLetter"]):
    def open(self) -> "BranchLetterQuerySet":
        """Waiting for the parent's administrators."""
        return self.filter(status=BranchLetter.Status.ASKED, expires_at__gt=timezone.now())

    def overdue(self) -> "BranchLetterQuerySet":
        return self.filter(status=BranchLetter.Status.ASKED, expires_at__lte=timezone.now())

    def standing(self) -> "BranchLetterQuerySet":
        """Asked for or signed: there is one of a branch."""
        return self.filter(status__in=[BranchLetter.Status.ASKED, BranchLetter.Status.SIGNED])

    def signed(self) -> "BranchLetterQuerySet":
        return self.filter(status=BranchLetter.Status.SIGNED)

    def lock(self, *, pk: int) -> "BranchLetter":
        """With its row locked; the organizations are locked before it."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class BranchLetter(models.Model):
    """Asked for by a branch, signed or refused by its parent. Signed, it keeps what was read.

    Without a parent, no organization has the number that the branch typed.
    """

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("branch letter", "Waiting for a signature")
        SIGNED = "signed", pgettext_lazy("branch letter", "Signed")
        REFUSED = "refused", pgettext_lazy("branch letter", "Not signed")
        WITHDRAWN = "withdrawn", pgettext_lazy("branch letter", "Taken back")
        EXPIRED = "expired", pgettext_lazy("branch letter", "No answer")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.ASKED: {Status.SIGNED, Status.REFUSED, Status.WITHDRAWN, Status.EXPIRED},
    }

    branch = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="branch_letters",
        verbose_name=_("branch"),
    )
    parent = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="letters_to_sign",
        verbose_name=_("parent organization"),
    )
    asked_for = models.CharField(_("asked for"), max_length=40)
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.ASKED
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), default=in_a_month)
    version = models.CharField(_("version of the letter"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    text = models.TextField(_("text"), blank=True)
    signer_name = models.CharField(_("name of who signs"), max_length=150, blank=True)
    signer_title = models.CharField(_("title of who signs"), max_length=150, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("signed or refused"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    document = models.OneToOneField(
        Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="branch_letter"
    )

    objects = BranchLetterQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("branch letter")
        verbose_name_plural = _("branch letters")
        constraints = [
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(status__in=["asked", "signed"]),
                name="orgs_one_branch_letter",
                violation_error_message=_("This organization has named its parent already."),
            ),
            models.CheckConstraint(
                name="orgs_not_its_own_branch",
                condition=Q(parent=None) | ~Q(parent=models.F("branch")),
            ),
            models.CheckConstraint(
                name="orgs_signed_letter_is_whole",
                condition=~Q(status="signed")
                | (
                    Q(parent__isnull=False, decided_at__isnull=False)
                    & ~Q(text="")
                    & ~Q(signer_name="")
                    & ~Q(signer_title="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} · {self.asked_for}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.ASKED and self.expires_at > timezone.now()
