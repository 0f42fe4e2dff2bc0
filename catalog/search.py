"""Search: which products a list shows, from what its address asks.

Words are looked for in both languages, without minding accents or endings, also as parts of names;
then by likeness, so that a typing error still finds something.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import F, Func, Q, TextField, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.languages import sort_key
from catalog.models import Category, Partner, Product, Program
from catalog.models.product import ProductQuerySet

BY_PARTNER = ("program__partner__position", "program__position", "position")


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

    def __init__(
        self, *args: Any, partners: Collection[Partner], for_member: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _("All"))]
        choices: dict[str, list[Any]] = {
            "partner": [*everything, *((p.slug, p.name) for p in partners)],
            "category": [*everything, *category_choices()],
        }
        if self.data.get("q", "").strip():
            choices["sort"] = [("", _("Best match first")), *self.base_fields["sort"].choices[1:]]  # type: ignore[attr-defined]  # a ChoiceField
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]  # a ChoiceField
        if not for_member:
            del self.fields["ours"]

    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense; the rest of the address is passed over."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def active(self) -> list[tuple[str, str]]:
        """The filters in force: (field, in words), to be taken away one by one."""
        asked = self.asked()
        words = [("q", gettext("“%(words)s”") % {"words": asked["q"]})] if "q" in asked else []
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


def find(asked: dict[str, Any], *, programs: Collection[int] | None = None) -> Found:
    """The products that answer; `programs` are those open to the organization that asks."""
    products = filtered(Product.objects.live(), asked, programs).for_cards()
    sort = asked.get("sort", "")
    order = (sort_key("name"),) if sort == "name" else (sort,) if sort else ()
    typed = asked.get("q", "")
    if not typed:
        return Found(products.order_by(*(order or BY_PARTNER), "pk"))
    query = _stems(typed, "portal_fr") | _stems(typed, "portal_en")
    parts = Q()
    for part in typed.split():
        parts &= Q(words__plain__contains=_plain(part))
    exact = products.filter(Q(words__vector=query) | parts)
    if exact.exists():
        best = SearchRank(F("words__vector"), query).desc()
        return Found(exact.order_by(*(order or (best, *BY_PARTNER)), "pk"))
    alike = Q()
    for part in typed.split():
        alike |= Q(words__plain__trigram_word_similar=_plain(part))
    guess = products.filter(alike)
    likest = TrigramWordSimilarity(_plain(typed), "words__plain").desc()  # type: ignore[arg-type]  # an expression will do
    return Found(guess.order_by(*(order or (likest,)), "pk"), is_guess=True)


def _stems(typed: str, language: str) -> SearchQuery:
    return SearchQuery(typed, config=language, search_type="websearch")


def _plain(typed: str) -> Func:
    """As migration 0003 wrote the names: without accents and capitals."""
    return Func(Value(typed), function="portal_norm", output_field=TextField())


def filtered(
    products: ProductQuerySet, asked: dict[str, Any], programs: Collection[int] | None
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
