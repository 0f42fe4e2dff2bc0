"""Organizations on file and how they stand, their members and roles."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orgs import facts, identity, notices
from orgs.admin import queue, standing
from orgs.admin.kept import KeptAdmin
from orgs.days import today
from orgs.models import Activity, Organization
from orgs.models.organization import OrganizationQuerySet


class StatusFilter(admin.SimpleListFilter):
    """How organizations stand; of those never qualified, where their application is."""

    title = _("status")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return notices.statuses()

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Organization]
    ) -> QuerySet[Organization]:
        if not self.value():
            return queryset
        rows = cast(OrganizationQuerySet, queryset)
        return notices.with_status(rows, str(self.value()), on=today())


class ProvinceFilter(queue.ProvinceFilter):
    """The provinces by name, without asking the database which there are."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(province=self.value()) if self.value() else queryset


@admin.register(Organization)
class OrganizationAdmin(KeptAdmin):
    list_display = (
        "plain_number",
        "legal_name",
        "kind",
        "city",
        "province",
        "stands",
        "qualified_until",
    )
    list_filter = (StatusFilter, "kind", ProvinceFilter, "language")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = queue.PageByKeys
    search_fields = ("number", "legal_name", "bn", "neq", "email", "former_names")
    exclude = ("number",)
    readonly_fields = (
        "plain_number",
        "qualified_since",
        "qualified_until",
        "suspended_on",
        "closed_on",
        "merged_into",
        "created_at",
    )
    raw_id_fields = ("parent",)
    filter_horizontal = ("activities",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What staff write is theirs: its source says so."""
        super().save_model(request, obj, form, change)
        identity.index(obj)
        facts.enter(obj, facts.of_fields(form.changed_data), by=cast(User, request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        rows = cast(OrganizationQuerySet, super().get_queryset(request))
        return notices.with_newest_status(rows)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(standing.page)
        return [
            path("<int:pk>/standing/", view, name="orgs_organization_standing"),
            *super().get_urls(),
        ]

    @admin.display(description=_("number"), ordering="number")
    def plain_number(self, organization: Organization) -> str:
        """A name of figures, not an amount: 100001."""
        return str(organization.number)

    @admin.display(description=_("status"))
    def stands(self, organization: Organization) -> str:
        newest = getattr(organization, "newest_status", None)
        return str(notices.status(organization, newest, on=today()))


@admin.register(Activity)
class ActivityAdmin(KeptAdmin):
    list_display = ("code", "name_fr", "name_en", "group")
