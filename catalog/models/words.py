"""What products are found by, and where they stand; kept by triggers of the database."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class ProductWords(models.Model):
    """Apart from the product, so that selling from stock writes no index (migration 0005).

    Beside a product's own texts it holds its partner's name, its former names and SKUs, and those
    of what it replaced: people look for what they know.
    """

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, primary_key=True, related_name="words"
    )
    names = SearchVectorField(_("stems of its names, in both languages"))
    fr = SearchVectorField(_("stems of its French texts"))
    en = SearchVectorField(_("stems of its English texts"))
    known = ArrayField(models.TextField(), verbose_name=_("whole names and SKUs"))
    plain = models.TextField(_("names, without accents"))
    sort_fr = models.TextField(_("place by its French name"))
    sort_en = models.TextField(_("place by its English name"))
    place = ArrayField(models.BigIntegerField(), verbose_name=_("place in the catalogue"))

    class Meta:
        verbose_name = _("words of a product")
        verbose_name_plural = _("words of products")
        # Written seldom and read all day: pending entries would be read by every search.
        indexes = [
            GinIndex(fields=["names"], name="catalog_words_names", fastupdate=False),
            GinIndex(fields=["fr"], name="catalog_words_fr", fastupdate=False),
            GinIndex(fields=["en"], name="catalog_words_en", fastupdate=False),
            GinIndex(fields=["known"], name="catalog_words_known", fastupdate=False),
            GinIndex(
                fields=["plain"],
                name="catalog_words_plain",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
            models.Index(fields=["place"], name="catalog_words_place"),
            models.Index(fields=["sort_fr", "product"], name="catalog_words_sort_fr"),
            models.Index(fields=["sort_en", "product"], name="catalog_words_sort_en"),
        ]

    def __str__(self) -> str:
        return self.plain


class Synonym(models.Model):
    """Words that mean the same: who looks for one finds what bears another, in both languages."""

    words_fr = models.CharField(
        _("words in French"), max_length=300, blank=True, help_text=_("Separated by commas.")
    )
    words_en = models.CharField(
        _("words in English"), max_length=300, blank=True, help_text=_("Separated by commas.")
    )
    # Written by a trigger: each word as a search, and a search for any of them.
    targets = ArrayField(models.TextField(), default=list, editable=False)
    means = models.TextField(default="", editable=False)

    class Meta:
        ordering = ["words_fr", "words_en"]
        verbose_name = _("words that mean the same")
        verbose_name_plural = _("words that mean the same")
        constraints = [
            models.CheckConstraint(
                name="catalog_synonym_words",
                condition=~Q(words_fr="", words_en=""),
                violation_error_message=_("Give the words of one language at least."),
            )
        ]

    def __str__(self) -> str:
        return " = ".join(filter(None, (self.words_fr, self.words_en)))


class Word(models.Model):
    """A word that stands in some name, without accents: what a mistyped one may have meant."""

    word = models.TextField(primary_key=True)

    class Meta:
        verbose_name = _("word of the catalogue")
        verbose_name_plural = _("words of the catalogue")
        indexes = [GinIndex(fields=["word"], name="catalog_word_like", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word
