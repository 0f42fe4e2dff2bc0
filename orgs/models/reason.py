"""Texts that are ready: the reasons and questions staff choose from, in both languages."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import Bilingual
from orgs.models.application import Application


class ReadyTextQuerySet(models.QuerySet["ReadyText"]):
    def current(self) -> "ReadyTextQuerySet":
        """Those that may be chosen: a retired one stays where it was used."""
        return self.filter(retired_at=None)

    def with_uses(self) -> "ReadyTextQuerySet":
        """With how often each was chosen, in the same query."""
        return self.annotate(used=models.Count("uses"))


class ReadyText(models.Model):
    """A question, or a reason to decline; applicants read it in their language."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        REASON = "reason", _("Reason to decline")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text_fr = models.TextField(_("text in French"))
    text_en = models.TextField(_("text in English"))
    position = models.PositiveIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    text = Bilingual()

    objects = ReadyTextQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position", "pk"]
        verbose_name = _("ready text")
        verbose_name_plural = _("ready texts")
        constraints = [
            models.CheckConstraint(
                name="orgs_ready_in_both_languages",
                condition=~Q(text_fr__regex=r"^\s*$") & ~Q(text_en__regex=r"^\s*$"),
                violation_error_message=_("Write the text in both languages."),
            )
        ]

    def __str__(self) -> str:
        return self.text


class ReadyTextUse(models.Model):
    """One time that a ready text was sent to an applicant."""

    ready = models.ForeignKey(ReadyText, on_delete=models.PROTECT, related_name="uses")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("use of a ready text")
        verbose_name_plural = _("uses of ready texts")

    def __str__(self) -> str:
        return f"{self.application}: {self.ready}"
