"""Products, and the two levels of categories they stand in."""

from collections.abc import Iterable

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.languages import Bilingual, sort_key
from catalog.models.override import DAYS, Override
from catalog.models.partner import PartnerQuestion
from catalog.models.program import Program
from catalog.models.rules import ProgramVersion
from orgs.models import Organization


class Category(models.Model):
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("category above"),
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


VERSION = {"effective": "effective", "criteria": "criteria"}
"""What a version of a program's rules is, in a column of versions."""


class ProductQuerySet(models.QuerySet["Product"]):
    def published(self) -> "ProductQuerySet":
        """What has a page: everything but what is still to come."""
        return self.filter(Q(published_from=None) | Q(published_from__lte=timezone.now()))

    def visible(self) -> "ProductQuerySet":
        """What lists, searches and counts show; a product that is no longer keeps only its page."""
        is_not_over = Q(published_until=None) | Q(published_until__gt=timezone.now())
        return self.published().filter(is_not_over, status=Product.Status.LIVE)

    def in_stock(self) -> "ProductQuerySet":
        return self.filter(Q(stock=None) | Q(stock__gt=0))

    def for_cards(self) -> "ProductQuerySet":
        """With everything a product card shows, in one query."""
        return self.select_related("program__partner", "category__parent")

    def for_page(self) -> "ProductQuerySet":
        """With all that a product's page shows, in one query: `history` has the versions of its
        program's rules, `faq` its partner's questions in the reader's language, `former_skus`
        its earlier product numbers."""
        versions = ProgramVersion.objects.filter(program=OuterRef("program_id"))
        questions = PartnerQuestion.objects.filter(partner=OuterRef("program__partner_id"))
        former = FormerName.objects.filter(product=OuterRef("pk")).exclude(sku="")
        words = {"question": sort_key("question"), "answer": sort_key("answer")}
        rows: ProductQuerySet = self.for_cards().annotate(
            history=ArraySubquery(versions.values_list(JSONObject(**VERSION))),
            former_skus=ArraySubquery(former.values("sku")),
            faq=ArraySubquery(questions.order_by("position").values_list(JSONObject(**words))),
        )
        return rows

    def for_page_of(self, organization: Organization | None) -> "ProductQuerySet":
        """The same; `granted` has the exceptions that an organization has for its program."""
        if organization is None:
            return self.for_page()
        granted = Override.objects.granted().filter(
            program=OuterRef("program_id"), organization=organization
        )
        return self.for_page().annotate(granted=ArraySubquery(granted.values_list(DAYS)))

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
    retail_on = models.DateField(
        _("day of the retail value"),
        null=True,
        blank=True,
        help_text=_("When somebody last looked. A new value without a day is of today."),
    )
    retail_source = models.CharField(
        _("source of the retail value"),
        max_length=120,
        blank=True,
        help_text=_("A store or a website, as readers know it; empty for our own estimate."),
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
    published_from = models.DateTimeField(
        _("shown from"), null=True, blank=True, help_text=_("Toronto time; empty for at once.")
    )
    published_until = models.DateTimeField(
        _("shown until"), null=True, blank=True, help_text=_("Toronto time; empty for no end.")
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
        indexes = [
            # None on stock: selling from it writes no index.
            models.Index(fields=["fee", "id"], name="catalog_product_fee"),
        ]
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
            models.CheckConstraint(
                name="catalog_shown_from_until",
                condition=Q(published_from=None)
                | Q(published_until=None)
                | Q(published_from__lt=F("published_until")),
                violation_error_message=_("A product cannot vanish before it is shown."),
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

    @property
    def is_visible(self) -> bool:
        """Whether it can be ordered by somebody now, as `visible()` says it of many."""
        now = timezone.now()
        is_begun = self.published_from is None or self.published_from <= now
        is_over = self.published_until is not None and self.published_until <= now
        return self.status == self.Status.LIVE and is_begun and not is_over


class FormerName(models.Model):
    """What a product was called until a day; what stayed the same is empty.

    The database writes one whenever a product's SKU, address or name changes (migration 0004);
    staff add what was before this portal.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="former_names")
    sku = models.CharField(_("former SKU"), max_length=40, blank=True)
    slug = models.SlugField(_("former address"), max_length=80, blank=True)
    name_fr = models.CharField(_("former name in French"), max_length=200, blank=True)
    name_en = models.CharField(_("former name in English"), max_length=200, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        indexes = [
            models.Index(fields=["sku"], name="catalog_former_sku", condition=~Q(sku="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="catalog_former_something",
                condition=~Q(sku="", slug="", name_fr="", name_en=""),
                violation_error_message=_("Give a former SKU, address or name."),
            )
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.sku, self.slug, self.name_fr, self.name_en)))
