"""Staff's work on products, in both languages; their stock changes by a deed with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import record
from catalog import prices, stock, untranslated
from catalog.admin import sheet
from catalog.admin.partners import SHORT_TEXTS
from catalog.admin.toronto import TorontoField
from catalog.explaining import in_words
from catalog.models import Category, FormerName, Product
from orgs.admin.kept import KeptAdmin
from orgs.days import day_of

LEDGER_PAGE = 100  # entries


class ProductForm(forms.ModelForm):
    class Meta:
        labels = {"program": _("Program"), "category": _("Category")}

    platforms = forms.MultipleChoiceField(
        label=_("Platforms"),
        choices=Product.Platform.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    published_from = TorontoField(
        label=_("Shown from"), required=False, help_text=_("Toronto time; empty for at once.")
    )
    published_until = TorontoField(
        label=_("Shown until"), required=False, help_text=_("Toronto time; empty for no end.")
    )
    opening_stock = forms.IntegerField(
        label=_("Opening stock"),
        min_value=0,
        required=False,
        help_text=_("Packs to begin with; empty for a product that cannot run out."),
    )

    def clean_replaced_by(self) -> Product | None:
        """Another product, from which nothing leads back."""
        new: Product | None = self.cleaned_data["replaced_by"]
        later = new
        while later is not None:
            if later.pk == self.instance.pk:
                raise ValidationError(_("The replacements would lead back to this product."))
            later = later.replaced_by
        return new


class FormerNameInline(admin.TabularInline):
    """A new row is written by itself when a SKU, an address or a name changes."""

    model = FormerName
    extra = 0
    fields = ("sku", "slug", "name_fr", "name_en", "until")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("catalog.delete_formername")


class StockForm(forms.Form):
    """What happened to the stock."""

    deed = forms.ChoiceField(
        label=_("What happened"),
        choices=[("restock", _("The partner gave more")), ("correct", _("We counted again"))],
        widget=forms.RadioSelect,
    )
    change = forms.IntegerField(
        label=_("Packs"),
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("How many more; after counting, with a minus where there are fewer."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        change = data.get("change")
        if change == 0:
            self.add_error("change", _("Nothing would change."))
        elif data.get("deed") == "restock" and change is not None and change < 0:
            self.add_error("change", _("A partner gives one pack or more."))
        return data


@admin.register(Product)
class ProductAdmin(KeptAdmin):
    form = ProductForm
    change_list_template = "admin/catalog/product/list.html"
    formfield_overrides = SHORT_TEXTS
    list_display = ("sku", "name_fr", "name_en", "program", "fee", "stock", "life")
    list_filter = ("status", "program__partner", "program__kind", "program")
    list_select_related = ("program", "replaced_by")
    search_fields = ("sku", "slug", "name_fr", "name_en", "former_names__sku")
    raw_id_fields = ("replaced_by",)
    readonly_fields = ("stock_now", "earlier_prices")
    inlines = (FormerNameInline,)
    texts = (
        ("name_fr", "name_en"),
        ("summary_fr", "summary_en"),
        ("details_fr", "details_en"),
        ("requirements_fr", "requirements_en"),
    )
    fieldsets = (
        (None, {"fields": ("program", "sku", "slug", "category", "title_group", "position")}),
        (_("Texts"), {"fields": texts}),
        (_("Terms"), {"fields": ("fee", "units_per_pack", "personal_use")}),
        (
            _("Retail value"),
            {"fields": (("retail_value", "retail_on", "retail_source"), "earlier_prices")},
        ),
        (_("Works on"), {"fields": ("platforms",)}),
        (_("Life"), {"fields": (("published_from", "published_until"), "status", "replaced_by")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Stock is given once, with a new product."""
        field = "stock_now" if obj else "opening_stock"
        return [*self.fieldsets, (_("Stock"), {"fields": (field,)})]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new product was called nothing else yet."""
        return self.inlines if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Products stand on the second level."""
        if db_field.name == "category":
            kwargs["queryset"] = Category.objects.exclude(parent=None).select_related("parent")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        if change:
            # Not the stock: an order may have taken some since the form was opened.
            columns = [f.name for f in obj._meta.concrete_fields if f.name not in {"id", "stock"}]
            obj.save(update_fields=columns)
        else:
            obj.save()
        deed = "changed" if change else "added"
        record(obj, f"product.{deed}", by=request.user, fields=sorted(form.changed_data))
        if not change and (opening := form.cleaned_data["opening_stock"]) is not None:
            stock.open_with(obj, opening)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/stock/", view(self.change_stock), name="catalog_product_stock"),
            path("table/", view(sheet.page), name="catalog_product_import"),
            path("texts/", view(self.texts_to_write), name="catalog_product_texts"),
            path("table.csv", view(sheet.export), name="catalog_product_export"),
            *super().get_urls(),
        ]

    def texts_to_write(self, request: HttpRequest) -> HttpResponse:
        """Texts of the whole catalogue that one language lacks, each with the way to its editor."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": gettext("Texts to translate"),
            "opts": Product._meta,
            "lacks": list(untranslated.lacks()),
        }
        return render(request, "admin/catalog/product/texts.html", context)

    @admin.display(description=_("life"), ordering="status")
    def life(self, product: Product) -> str:
        """Whether it is offered, from and until when, or what took its place."""
        if product.status == Product.Status.DISCONTINUED:
            if product.replaced_by:
                sku = product.replaced_by.sku
                return gettext("Discontinued, replaced by %(sku)s") % {"sku": sku}
            return product.get_status_display()
        start, end, now = product.published_from, product.published_until, timezone.now()
        if start and start > now:
            return gettext("Shown from %(day)s") % {"day": in_words(day_of(start))}
        if end and end <= now:
            return gettext("Shown until %(day)s, no longer") % {"day": in_words(day_of(end))}
        if end:
            return gettext("Live until %(day)s") % {"day": in_words(day_of(end))}
        return product.get_status_display()

    @admin.display(description=_("stock"))
    def stock_now(self, product: Product) -> str:
        if product.stock is None:
            return gettext("It cannot run out.")
        url = reverse("admin:catalog_product_stock", args=[product.pk])
        return format_html('{} · <a href="{}">{}</a>', product.stock, url, gettext("Change"))

    @admin.display(description=_("fees and retail values so far"))
    def earlier_prices(self, product: Product) -> str:
        if not product.pk:
            return ""
        context = {"prices": prices.history(product)}
        return render_to_string("admin/catalog/product/_prices.html", context)

    def change_stock(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The ledger of a product's stock, and the form that adds to it."""
        if not request.user.has_perm("catalog.add_stockentry"):
            raise PermissionDenied
        product = get_object_or_404(Product, pk=pk)
        form = StockForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self.do(request, product, form):
            product.refresh_from_db()
            text = gettext("%(product)s: %(stock)s in stock.")
            messages.success(request, text % {"product": product, "stock": product.stock})
            return redirect("admin:catalog_product_change", product.pk)
        page = Paginator(product.stock_entries.with_balance(), LEDGER_PAGE)
        context = self.admin_site.each_context(request) | {
            "title": gettext("Stock of %(product)s") % {"product": product},
            "opts": Product._meta,
            "product": product,
            "form": form,
            "page": page.get_page(request.GET.get("page")),
        }
        status = 422 if form.errors else 200
        return render(request, "admin/catalog/product/stock.html", context, status=status)

    def do(self, request: HttpRequest, product: Product, form: StockForm) -> bool:
        """Whether the ledger took it; else the form says why not."""
        by, data = request.user, form.cleaned_data
        try:
            if data["deed"] == "restock":
                stock.restock(product, data["change"], by=by, reason=data["reason"])  # type: ignore[arg-type]  # staff are signed in
            else:
                stock.correct(product, data["change"], by=by, reason=data["reason"])  # type: ignore[arg-type]  # as above
        except ValidationError as refusal:
            form.add_error("change", refusal)
            return False
        return True
