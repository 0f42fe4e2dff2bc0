"""Documents: private files of an organization, and the pictures of their pages."""

import secrets
from collections.abc import Container, Mapping
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.aggregates import JSONBAgg
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orgs.models.organization import Organization

DRAWN = ("number", "width", "height", "image")  # what a picture of a page is shown by


def private_path(document: "Document", filename: str) -> str:
    """A name nobody can guess; what the person called the file stays text in `name`."""
    return f"documents/{secrets.token_hex(2)}/{secrets.token_hex(20)}"


def picture_path(page: "Page", filename: str) -> str:
    return f"pages/{secrets.token_hex(2)}/{secrets.token_hex(20)}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def of(self, organization: Organization) -> "DocumentQuerySet":
        """The organization's papers, without those it took back."""
        return self.filter(organization=organization, removed_at=None)

    def lock(self, *, pk: int) -> "Document":
        """The document with its row locked."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def of_applications(self) -> "DocumentQuerySet":
        """Those that were sent with neither a change request nor a message nor an order."""
        elsewhere = self.exclude(kind=Document.Kind.DELIVERY)
        return elsewhere.filter(evidence=None, case_file=None)

    def accepted(self) -> "DocumentQuerySet":
        """Those that count as a paper: not refused."""
        return self.exclude(status=Document.Status.REFUSED)

    def served(self) -> "DocumentQuerySet":
        """Those that may be opened: neither refused nor waiting for the scanner."""
        return self.filter(status__in=Document.SERVED)

    def with_pages(self) -> "DocumentQuerySet":
        """With `drawn`: number, width, height and image of each page, in the same query."""
        page = JSONObject(**{name: f"pages__{name}" for name in DRAWN})
        drawn = JSONBAgg(page, filter=~Q(pages=None), order_by="pages__number", default=Value([]))
        return self.annotate(drawn=drawn)

    def to_scan(self) -> "DocumentQuerySet":
        """Never looked at by a virus scanner, and due, the longest waiting first."""
        unscanned = [Document.Status.PENDING, Document.Status.UNSCANNED]
        due = self.filter(status__in=unscanned, scan_due_at__lte=timezone.now())
        return due.order_by("scan_due_at", "pk")

    def to_draw(self) -> "DocumentQuerySet":
        """Whose pages are to be made into pictures now."""
        due = self.served().filter(removed_at=None, draw_due_at__lte=timezone.now())
        return due.order_by("draw_due_at", "pk")


class Document(models.Model):
    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("Notice of charity registration")
        LETTERS_PATENT = "letters_patent", _("Letters patent or articles")
        BYLAWS = "bylaws", _("By-laws")
        STATEMENTS = "statements", _("Financial statements")
        LIBRARY_PROOF = "library_proof", _("Proof of public library status")
        BRANCH_LETTER = "branch_letter", _("Branch letter")
        DELIVERY = "delivery", _("Proof of a delivery address")
        OTHER = "other", _("Other document")

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("document", "Being checked for viruses")
        CLEAN = "clean", pgettext_lazy("document", "Received")
        UNSCANNED = "unscanned", pgettext_lazy("document", "Not scanned: no scanner configured")
        REFUSED = "refused", pgettext_lazy("document", "Refused")

    class Refusal(models.TextChoices):
        VIRUS = "virus", _("Our virus scanner found something in this file. Send another copy.")

    MOVES: ClassVar[Mapping[str, Container[str]]] = {
        Status.PENDING: {Status.CLEAN, Status.REFUSED},
        Status.UNSCANNED: {Status.CLEAN, Status.REFUSED},
    }
    SERVED: ClassVar = (Status.CLEAN, Status.UNSCANNED)

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.UNSCANNED
    )
    refusal = models.CharField(
        _("why it was refused"), max_length=20, choices=Refusal.choices, blank=True
    )
    file = models.FileField(_("file"), upload_to=private_path, blank=True)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=60)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    source_sha256 = models.CharField(_("SHA-256 of what was sent"), max_length=64, blank=True)
    is_changed = models.BooleanField(_("active parts were taken out"), default=False)
    page_count = models.PositiveIntegerField(_("pages"), default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("sent by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    removed_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    scan_due_at = models.DateTimeField(_("scan due"), default=timezone.now, null=True, blank=True)
    scan_attempts = models.PositiveIntegerField(_("scans tried"), default=0)
    scanned_at = models.DateTimeField(_("scanned"), null=True, blank=True)
    scanner = models.CharField(_("what the scanner said"), max_length=250, blank=True)
    draw_due_at = models.DateTimeField(_("pictures due"), default=timezone.now, null=True)
    draw_attempts = models.PositiveIntegerField(_("pictures tried"), default=0)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at", "pk"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [
            models.Index(
                fields=["scan_due_at"], name="orgs_scan_due", condition=~Q(scan_due_at=None)
            ),
            models.Index(
                fields=["draw_due_at"], name="orgs_draw_due", condition=~Q(draw_due_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="orgs_refused_has_reason_and_no_file",
                condition=(Q(status="refused", file="") & ~Q(refusal=""))
                | (~Q(status="refused") & Q(refusal="") & ~Q(file="")),
                violation_error_message=_("A refused document has a reason, and no file."),
            ),
            models.CheckConstraint(
                name="orgs_waits_for_a_scan_that_is_due",
                condition=~Q(status="pending") | ~Q(scan_due_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_served(self) -> bool:
        """Whether it may be opened by those who may read it."""
        return self.status in self.SERVED and self.removed_at is None

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def is_refused(self) -> bool:
        return self.status == self.Status.REFUSED

    @property
    def is_drawn(self) -> bool:
        """Every page was tried: see `pages`."""
        return self.draw_due_at is None

    @property
    def extension(self) -> str:
        return {"application/pdf": "pdf", "image/png": "png"}.get(self.content_type, "jpg")


class Page(models.Model):
    """A page of a document as a picture; without one when it could not be drawn."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(_("number"))
    image = models.FileField(_("picture"), upload_to=picture_path, blank=True)
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)

    class Meta:
        ordering = ["document", "number"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"],
                name="orgs_one_picture_a_page",
                violation_error_message=_("There is one picture of each page."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.number}"
