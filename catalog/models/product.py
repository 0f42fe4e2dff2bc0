"""Products, and the two levels of categories they stand in."""

from collections.abc import Iterable

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import Bilingual
from catalog.models.program import Program


class Category(models.Model):
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    slug = models.SlugField(_("slug"), max_length=80)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Bilingual()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "slug"], name="catalog_category_slug", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(models.QuerySet["Product"]):
    def live(self) -> "ProductQuerySet":
        """What can be ordered by somebody; a discontinued product keeps only its page."""
        return self.filter(status=Product.Status.LIVE)

    def in_stock(self) -> "ProductQuerySet":
        return self.filter(Q(stock=None) | Q(stock__gt=0))

    def for_cards(self) -> "ProductQuerySet":
        """With everything a product card shows, in one query."""
        return self.select_related("program__partner", "category__parent")

    def lock_all(self, pks: Iterable[int]) -> "list[Product]":
        """These with their rows locked, in one order, so that no two carts deadlock."""
        return list(self.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",)))


@pghistory.track()
class Product(models.Model):
    """One thing that can be ordered. `stock` is what nobody holds yet; None cannot run out."""

    class Status(models.TextChoices):
        LIVE = "live", _("Live")
        DISCONTINUED = "discontinued", _("Discontinued")

    class Platform(models.TextChoices):
        WINDOWS = "windows", "Windows"
        MAC = "mac", "macOS"
        LINUX = "linux", "Linux"
        IOS = "ios", "iOS"
        ANDROID = "android", "Android"
        WEB = "web", _("Web")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="products")
    sku = models.CharField(_("SKU"), max_length=40, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    summary_fr = models.TextField(_("summary in French"))
    summary_en = models.TextField(_("summary in English"))
    details_fr = models.TextField(_("details in French"), help_text=_("Markdown"))
    details_en = models.TextField(_("details in English"), help_text=_("Markdown"))
    requirements_fr = models.TextField(_("requirements in French"), blank=True)
    requirements_en = models.TextField(_("requirements in English"), blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    title_group = models.CharField(_("title group"), max_length=80, blank=True)
    fee = models.DecimalField(_("administration fee (CAD)"), max_digits=9, decimal_places=2)
    retail_value = models.DecimalField(
        _("retail value (CAD)"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    units_per_pack = models.PositiveIntegerField(_("units per pack"), default=1)
    platforms = ArrayField(
        models.CharField(max_length=10, choices=Platform.choices),
        verbose_name=_("platforms"),
        default=list,
        blank=True,
    )
    stock = models.IntegerField(_("stock"), null=True, blank=True)
    personal_use = models.BooleanField(_("personal use allowed"), default=False)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.LIVE
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Bilingual()
    summary = Bilingual()
    details = Bilingual()
    requirements = Bilingual()

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["position", "sku"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                name="catalog_fee_not_negative",
                condition=Q(fee__gte=0),
                violation_error_message=_("A fee cannot be negative."),
            ),
            models.CheckConstraint(
                name="catalog_stock_not_negative",
                condition=Q(stock=None) | Q(stock__gte=0),
                violation_error_message=_("There is not enough in stock."),
            ),
            models.CheckConstraint(
                name="catalog_pack_not_empty",
                condition=Q(units_per_pack__gte=1),
                violation_error_message=_("A pack holds at least one unit."),
            ),
            models.CheckConstraint(
                name="catalog_only_discontinued_is_replaced",
                condition=Q(replaced_by=None) | Q(status="discontinued"),
                violation_error_message=_("Only a discontinued product is replaced."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_platforms_display(self) -> list[str]:
        """The platforms in words."""
        return [str(self.Platform(platform).label) for platform in self.platforms]

    @property
    def is_out_of_stock(self) -> bool:
        return self.stock == 0
