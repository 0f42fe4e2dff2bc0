"""What each product is found by; kept by triggers of the database (migration 0003)."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class ProductWords(models.Model):
    """Apart from the product, so that selling from stock writes no index.

    Beside a product's own texts it holds its partner's name, and the names and SKUs of what it
    replaced: people look for what they know.
    """

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, primary_key=True, related_name="words"
    )
    vector = SearchVectorField(_("stems in both languages"))
    plain = models.TextField(_("names, without accents"))

    class Meta:
        verbose_name = _("words of a product")
        verbose_name_plural = _("words of products")
        indexes = [
            GinIndex(fields=["vector"], name="catalog_words_vector"),
            GinIndex(fields=["plain"], name="catalog_words_plain", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.plain
