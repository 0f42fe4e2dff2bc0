"""Facts: where each thing that is on file about an organization comes from, and of which day."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.models.document import Document
from orgs.models.organization import Organization
from registers.models import Register


class Fact(models.Model):
    """The source of a fact: who declared it, which document, or which entry of which register.

    A new source is a new row; the newest that still says what is on file counts.
    """

    class Source(models.TextChoices):
        DECLARED = "declared", _("Declared")
        DOCUMENT = "document", _("Document")
        REGISTER = "register", _("Public register")
        STAFF = "staff", _("Entered by our staff")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="facts")
    name = models.CharField(_("fact"), max_length=40)
    value = models.TextField(_("value"), blank=True)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    on = models.DateField(_("day"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, null=True, blank=True, related_name="facts"
    )
    register = models.CharField(_("register"), max_length=20, choices=Register.choices, blank=True)
    entry = models.CharField(_("entry"), max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        indexes = [models.Index(fields=["organization", "name"], name="orgs_fact_of")]
        constraints = [
            models.CheckConstraint(
                name="orgs_fact_has_its_source",
                condition=Q(source="document", document__isnull=False, register="")
                | Q(source="register", document=None) & ~Q(register="") & ~Q(entry="")
                | Q(source__in=["declared", "staff"], document=None, register=""),
                violation_error_message=_("A fact names the document or the entry it is from."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_source_display()}"
