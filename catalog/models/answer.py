"""Answers: what each qualified organization was last known to be eligible for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.program import Program
from orgs.models import Organization


class LastAnswer(models.Model):
    """Written each night; a change is told once. Nothing decides by it: it may be a day old."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="last_answers"
    )
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+")
    is_eligible = models.BooleanField(_("eligible"))
    version = models.DateField(_("rules from"), null=True)
    changed_on = models.DateField(_("since"))
    is_by_rules = models.BooleanField(_("changed with the rules"), default=False)
    is_told = models.BooleanField(_("told"), default=True)

    class Meta:
        verbose_name = _("last answer")
        verbose_name_plural = _("last answers")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "program"], name="catalog_one_last_answer"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization"],
                name="catalog_answers_to_tell",
                condition=models.Q(is_told=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.program_id}"
