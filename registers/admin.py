"""Staff read the registers' entries and how each file was taken in; nobody changes them here."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext
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
    title = _("presence")
    parameter_name = "listed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("In the newest file")), ("no", _("Missing from it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(vanished_on=None)
            case "no":
                return queryset.exclude(vanished_on=None)
        return queryset


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(status, words) for status, words in codes.STATUSES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


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

    @admin.display(description=_("status"), ordering="status")
    def state(self, entry: Any) -> Any:
        return entry.status_words


@admin.register(Charity)
class CharityAdmin(EntryAdmin):
    list_display = ("bn", "name", "state", "status_on", "city", "province", "vanished_on")
    list_filter = (VanishedFilter, StatusFilter, "province")
    fields = (
        *("bn", "name", "state", "status_on", "sanction", "donee_kind", "designated"),
        *("charity_type", "categorized", "street", "city", "province", "country", "postal_code"),
        *("first_read_on", "changed_on", "vanished_on"),
    )
    readonly_fields = ("state", "designated", "categorized")

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
    list_display = ("number", "name", "other_name", "act", "state", "province", "vanished_on")
    list_filter = (VanishedFilter, "act", "province")

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

    list_display = ("started_at", "register", "as_of", "status", "summary", "file_name")
    list_filter = ("register", "status")

    @admin.display(description=_("what came of it"))
    def summary(self, row: Import) -> str:
        """The counts in words; of one that was refused, its first fault."""
        if row.status != Import.Status.DONE:
            return row.faults.partition("\n")[0]
        text = gettext(
            "%(rows)s rows: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, "
            "%(vanished)s vanished, %(revoked)s no longer registered"
        )
        counts = ("rows", "new", "changed", "unchanged", "vanished", "revoked")
        return text % {name: number_format(getattr(row, name)) for name in counts}
