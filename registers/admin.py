"""Staff read the registers' entries and how each file was taken in; nobody changes them here."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from registers import codes, search, words
from registers.models import Charity, Corporation, Import, Return


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that come from files: there is nothing to add, change or delete by hand."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class VanishedFilter(admin.SimpleListFilter):
    title = _("in the newest file")
    parameter_name = "listed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(vanished_on=None)
            case "no":
                return queryset.exclude(vanished_on=None)
        return queryset


class EntryAdmin(ReadOnlyAdmin):
    """A register with names: searched as applicants do, by number or by words without accents."""

    search_fields = ("name",)  # shows the box; the search is below
    search_help_text = _("A name or a part of it, or a number.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        if number := search.number_in(term):
            return queryset.filter(self.numbered(number)), False
        rows = queryset.alias(plain=search.name_of(self.model))
        for word in words.plain(term).split():
            rows = rows.filter(plain__contains=word)
        return rows, False

    def numbered(self, number: str) -> Q:
        raise NotImplementedError


@admin.register(Charity)
class CharityAdmin(EntryAdmin):
    list_display = ("bn", "name", "status", "status_on", "city", "province", "vanished_on")
    list_filter = (VanishedFilter, "status", "province")
    fields = (
        *("bn", "name", "status", "status_on", "sanction", "donee_kind", "designated"),
        *("charity_type", "categorized", "street", "city", "province", "country", "postal_code"),
        *("first_read_on", "changed_on", "vanished_on"),
    )
    readonly_fields = ("designated", "categorized")

    def numbered(self, number: str) -> Q:
        return Q(bn__startswith=number)

    @admin.display(description=_("designation"))
    def designated(self, charity: Charity) -> Any:
        return codes.DESIGNATIONS.get(charity.designation, charity.designation)

    @admin.display(description=_("category"))
    def categorized(self, charity: Charity) -> str:
        words = codes.category_words(charity.category)
        return f"{charity.category} {words}" if words != charity.category else words


@admin.register(Corporation)
class CorporationAdmin(EntryAdmin):
    list_display = ("number", "name", "other_name", "act", "status", "province", "vanished_on")
    list_filter = (VanishedFilter, "act", "status", "province")

    def numbered(self, number: str) -> Q:
        dashed = f"{number[:-1]}-{number[-1]}"
        return Q(bn_root=number[:9]) if len(number) >= 9 else Q(number=dashed)


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin):
    list_display = ("bn", "period_end", "expenditure", "revenue", "total", "vanished_on")
    search_fields = ("bn__startswith",)
    search_help_text = _("The first digits of a business number.")


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """The newest first: when, of which day, and what came of it."""

    list_display = (
        *("started_at", "register", "as_of", "status", "rows", "new", "changed", "unchanged"),
        *("vanished", "revoked", "file_name"),
    )
    list_filter = ("register", "status")
