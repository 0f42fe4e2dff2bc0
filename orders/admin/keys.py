"""Staff's view of licence keys: how many are left of each product, and the import of new ones."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.models import Product
from orders import key_import, replacing
from orders.admin.readonly import ReadOnly
from orders.delivery_forms import ImportForm
from orders.models import KeyPool, LicenseKey
from orders.models.fulfilment import LOW_POOL
from orgs.admin.filters import FilledFilter

MOST_FAULTS = 200  # shown of one import


class SupplyFilter(admin.SimpleListFilter):
    title = _("supply")
    parameter_name = "supply"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("low", _("Running low"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.low() if self.value() == "low" else queryset


@admin.register(KeyPool)
class KeyPoolAdmin(ReadOnly):
    """Products that keys deliver: those that orders wait for, then the scarcest on offer."""

    list_display = ("sku", "title", "program", "free", "wanted", "given", "warning", "add_keys")
    list_filter = (SupplyFilter, "program__partner")
    list_select_related = ("program",)
    search_fields = ("sku", "name_fr", "name_en")
    fields = readonly_fields = ("sku", "title", "program", "free", "wanted", "given")

    def get_queryset(self, request: HttpRequest) -> QuerySet[KeyPool]:
        pools: Any = super().get_queryset(request)
        return pools.counted()

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        first = Case(When(spare__lt=0, then=0), When(status=Product.Status.LIVE, then=1), default=2)
        return first, F("spare").asc(), "sku"

    @admin.display(description=_("product"))
    def title(self, pool: KeyPool) -> str:
        return pool.name

    @admin.display(description=_("free keys"), ordering="free")
    def free(self, pool: Any) -> int:
        return pool.free

    @admin.display(description=_("owed to orders"), ordering="wanted")
    def wanted(self, pool: Any) -> int:
        return pool.wanted

    @admin.display(description=_("given"), ordering="given")
    def given(self, pool: Any) -> int:
        return pool.given

    @admin.display(description=_("supply"), ordering="spare")
    def warning(self, pool: Any) -> str:
        if pool.spare < 0:
            return format_html("<strong>{}</strong>", _("Orders are waiting for keys"))
        if not pool.is_visible:
            return str(_("Not offered"))
        return str(_("Low")) if pool.spare < LOW_POOL else ""

    @admin.display(description=_("to do"))
    def add_keys(self, pool: Any) -> str:
        url = reverse("admin:orders_keypool_import", args=[pool.pk])
        return format_html('<a href="{}">{}</a>', url, _("Import keys"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_keys)
        return [path("<int:pk>/import/", view, name="orders_keypool_import"), *super().get_urls()]

    def import_keys(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look at the keys first (a dry run), then import those that are new."""
        if not request.user.has_perm("orders.add_licensekey"):
            raise PermissionDenied
        pool = get_object_or_404(self.get_queryset(request), pk=pk)
        form = ImportForm(request.POST or None, request.FILES or None)
        report = None
        if request.method == "POST" and form.is_valid():
            if "import" in request.POST:
                self._import(request, pool, form.lines)
                return redirect("admin:orders_keypool_changelist")
            report = key_import.examine(form.lines)
            # The keys go on in the page, so that what was looked at is what is imported.
            form = ImportForm(initial={"pasted": "\n".join(form.lines)})
        context = self.admin_site.each_context(request) | {
            "title": _("Import keys"),
            "opts": self.opts,
            "pool": pool,
            "form": form,
            "report": report,
            "faults": report.faults[:MOST_FAULTS] if report else [],
        }
        response = render(request, "orders/admin/import_keys.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _import(self, request: HttpRequest, pool: KeyPool, lines: list[str]) -> None:
        try:
            report = key_import.add(pool, lines, by=request.user)
        except IntegrityError:
            sorry = _("Somebody imported some of these keys at this moment. Try again.")
            self.message_user(request, sorry, messages.ERROR)
            return
        text = ngettext(
            "%(count)s key was imported.", "%(count)s keys were imported.", len(report.fresh)
        )
        self.message_user(request, text % {"count": len(report.fresh)}, messages.SUCCESS)
        if report.faults:
            left_out = ngettext(
                "%(count)s line was left out.", "%(count)s lines were left out.", len(report.faults)
            )
            self.message_user(request, left_out % {"count": len(report.faults)}, messages.WARNING)


class ReplaceForm(forms.Form):
    """Why a key is replaced."""

    reason = forms.CharField(label=_("Why it is replaced"), max_length=500)


class UseFilter(FilledFilter):
    words = _("use"), _("Given to an order"), _("Free")


@admin.register(LicenseKey)
class LicenseKeyAdmin(ReadOnly):
    """Masked, for staff too: the key itself is shown to the organization alone."""

    list_display = ("masked", "product", "line", "given_at", "revoked_at", "imported_at", "deed")
    list_filter = (("line", UseFilter),)
    list_select_related = ("product", "line__order", "imported_by")
    search_fields = ("=last4", "=product__sku", "=line__order__number")
    exclude = ("ciphertext", "blind_index", "last4")
    readonly_fields = ("masked",)

    @admin.display(description=_("to do"))
    def deed(self, key: LicenseKey) -> str:
        if key.line is None or key.revoked_at:
            return ""
        url = reverse("admin:orders_licensekey_replace", args=[key.pk])
        return format_html('<a href="{}">{}</a>', url, _("Replace"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.replace)
        return [
            path("<int:pk>/replace/", view, name="orders_licensekey_replace"),
            *super().get_urls(),
        ]

    def replace(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, then give the line another key."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        rows = LicenseKey.objects.exclude(line=None).select_related(
            "product", "line__order__organization"
        )
        key, form = get_object_or_404(rows, pk=pk), ReplaceForm(request.POST or None)
        if form.is_valid():
            try:
                replacing.replace(pk, by=request.user, reason=form.cleaned_data["reason"])
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                self.message_user(request, _("The key is replaced, and its readers are told."))
                return redirect("admin:orders_licensekey_changelist")
        context = self.admin_site.each_context(request) | {
            "title": _("Replace"),
            "opts": self.opts,
            "form": form,
            "key": key,
        }
        return render(request, "orders/admin/replace_key.html", context)

    @admin.display(description=_("key"))
    def masked(self, key: LicenseKey) -> str:
        return f"…{key.last4}"
