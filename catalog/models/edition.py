"""Editions: each change of what lists show begins a new one."""

from django.db import models
from django.db.models.functions import Now, Random
from django.utils.translation import gettext_lazy as _


class Edition(models.Model):
    """Triggers add one with each statement that changes a list, in it (migration 0008).

    Not with an order that leaves some in stock. catalog/editions.py reads them as one name.
    """

    at = models.DateTimeField(_("at"), db_default=Now())
    mark = models.FloatField(_("mark"), db_default=Random())

    class Meta:
        verbose_name = _("edition of the catalogue")
        verbose_name_plural = _("editions of the catalogue")

    def __str__(self) -> str:
        return str(self.pk)
