"""Search: which products a list shows, from what its address asks.

Words are looked for in both languages, without minding accents or endings, then by likeness, so
that a typing error still finds something.
"""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts.languages import sort_key
from catalog.models import Category, Partner, Product, Program
from catalog.models.product import ProductQuerySet

# As the index of migration 0002 has it; %s is what was typed.
MATCHES = """
(to_tsvector('portal_fr', catalog_product.name_fr || ' ' || catalog_product.summary_fr
             || ' ' || catalog_product.sku)
 || to_tsvector('portal_en', catalog_product.name_en || ' ' || catalog_product.summary_en
                || ' ' || catalog_product.sku))
@@ (websearch_to_tsquery('portal_fr', %s) || websearch_to_tsquery('portal_en', %s))
OR portal_norm(catalog_product.name_fr || ' ' || catalog_product.name_en || ' '
               || catalog_product.sku) LIKE '%%' || portal_norm(%s) || '%%'
"""
ALIKE = """
portal_norm(%s) <%% portal_norm(catalog_product.name_fr || ' ' || catalog_product.name_en
                                || ' ' || catalog_product.sku)
"""
SORTS = {
    "": ("program__partner__position", "program__position", "position"),
    "name": None,  # the reader's language decides
    "fee": ("fee",),
    "-fee": ("-fee",),
}


@dataclass(frozen=True)
class Found:
    """What a search found, and whether only by likeness."""

    products: ProductQuerySet
    is_guess: bool = False


class SearchForm(forms.Form):
    """What a list can be asked; every state of it is an address."""

    is_filter = True  # no "(optional)" beside each field

    q = forms.CharField(
        label=_("Search"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    partner = forms.ChoiceField(label=_("Donor partner"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All")), *Program.Kind.choices], required=False
    )
    platform = forms.ChoiceField(
        label=_("Works on"), choices=[("", _("All")), *Product.Platform.choices], required=False
    )
    available = forms.BooleanField(label=_("Only what is in stock"), required=False)
    ours = forms.BooleanField(label=_("Only what we may order"), required=False)
    sort = forms.ChoiceField(
        label=_("Sort"),
        choices=[
            ("", _("By partner")),
            ("name", _("By name")),
            ("fee", _("Lowest fee first")),
            ("-fee", _("Highest fee first")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, for_member: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _("All"))]
        partners = [(p.slug, p.name) for p in Partner.objects.all()]
        self.fields["partner"].choices = everything + partners  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["category"].choices = everything + category_choices()  # type: ignore[attr-defined]  # a ChoiceField
        if not for_member:
            del self.fields["ours"]

    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense; the rest of the address is passed over."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def active(self) -> list[tuple[str, str]]:
        """The filters in force: (field, in words), to be taken away one by one."""
        asked = self.asked()
        words: list[tuple[str, str]] = []
        for name in ("partner", "category", "kind", "platform", "available", "ours"):
            if name in asked:
                choices = dict(getattr(self.fields[name], "choices", ()))
                words.append((name, str(choices.get(asked[name], self.fields[name].label))))
        return words


def category_choices() -> list[tuple[str, str]]:
    """Both levels, the second as parent/child."""
    rows = list(Category.objects.all())
    choices = []
    for parent in (row for row in rows if row.parent_id is None):
        choices.append((parent.slug, parent.name))
        children = (row for row in rows if row.parent_id == parent.pk)
        choices += [(f"{parent.slug}/{child.slug}", f"– {child.name}") for child in children]
    return choices


def find(asked: dict[str, Any], *, programs: set[int] | None = None) -> Found:
    """The products that answer; `programs` are those open to the organization that asks."""
    products = filtered(Product.objects.live(), asked, programs).for_cards()
    order = SORTS.get(asked.get("sort", "")) or (sort_key("name"),)
    words = asked.get("q", "").strip()
    if not words:
        return Found(products.order_by(*order, "pk"))
    literally = re.sub(r"([\\%_])", r"\\\1", words)  # no wildcards of LIKE from outside
    matches = RawSQL(MATCHES, [words, words, literally], output_field=BooleanField())  # noqa: S611  (typed words are parameters)
    exact = products.filter(matches)
    if exact.exists():
        return Found(exact.order_by(*order, "pk"))
    alike = RawSQL(ALIKE, [words], output_field=BooleanField())  # noqa: S611  (as above)
    guess = products.filter(alike)
    return Found(guess.order_by(*order, "pk"), is_guess=True)


def filtered(
    products: ProductQuerySet, asked: dict[str, Any], programs: set[int] | None
) -> ProductQuerySet:
    """Everything but the words."""
    if partner := asked.get("partner"):
        products = products.filter(program__partner__slug=partner)
    if category := asked.get("category"):
        parent, _slash, child = category.partition("/")
        products = products.filter(category__parent__slug=parent)
        if child:
            products = products.filter(category__slug=child)
    if kind := asked.get("kind"):
        products = products.filter(program__kind=kind)
    if platform := asked.get("platform"):
        products = products.filter(platforms__contains=[platform])
    if asked.get("available"):
        products = products.in_stock()
    if asked.get("ours") and programs is not None:
        products = products.filter(program__in=programs).in_stock()
    return products
