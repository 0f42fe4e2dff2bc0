"""Documents: private files of an organization."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.models.organization import Organization


def private_path(document: "Document", filename: str) -> str:
    """A name nobody can guess; what the person called the file stays text in `name`."""
    return f"documents/{secrets.token_hex(2)}/{secrets.token_hex(20)}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def of(self, organization: Organization) -> "DocumentQuerySet":
        return self.filter(organization=organization)


class Document(models.Model):
    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("Notice of charity registration")
        LETTERS_PATENT = "letters_patent", _("Letters patent or articles")
        BYLAWS = "bylaws", _("By-laws")
        STATEMENTS = "statements", _("Financial statements")
        LIBRARY_PROOF = "library_proof", _("Proof of public library status")
        BRANCH_LETTER = "branch_letter", _("Branch letter")
        OTHER = "other", _("Other document")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    file = models.FileField(_("file"), upload_to=private_path)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=60)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.name
