"""The shelf: how many live products stand together, kept by triggers (migration 0006)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Category, Product
from catalog.models.program import Program


class ShelfEntry(models.Model):
    """Products that no filter tells apart came or went; the sum of `change` is what there is.

    A list's counts are read from here, exactly and without going through the products. Rows are
    only added, so that no two orders wait for each other; catalog/shelf.py puts them together.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    fee_range = models.PositiveSmallIntegerField(_("fee range"))
    in_stock = models.BooleanField(_("in stock"))
    personal_use = models.BooleanField(_("personal use allowed"))
    platforms = ArrayField(
        models.CharField(max_length=10, choices=Product.Platform.choices),
        verbose_name=_("platforms"),
    )
    published_from = models.DateTimeField(_("shown from"), null=True)
    published_until = models.DateTimeField(_("shown until"), null=True)
    change = models.IntegerField(_("change"))

    class Meta:
        verbose_name = _("change of the shelf")
        verbose_name_plural = _("changes of the shelf")

    def __str__(self) -> str:
        return f"{self.program_id}/{self.category_id} {self.change:+d}"
