"""Organizations on file, their members and roles."""

from django.contrib import admin
from django.http import HttpRequest

from orgs.admin.kept import KeptAdmin
from orgs.models import Activity, Organization


@admin.register(Organization)
class OrganizationAdmin(KeptAdmin):
    list_display = ("number", "legal_name", "kind", "city", "province", "qualified_until")
    list_filter = ("kind", "province", "language")
    search_fields = ("number", "legal_name", "bn", "neq", "email")
    readonly_fields = (
        "number",
        "qualified_since",
        "qualified_until",
        "suspended_on",
        "created_at",
    )
    raw_id_fields = ("parent",)
    filter_horizontal = ("activities",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Activity)
class ActivityAdmin(KeptAdmin):
    list_display = ("code", "name_fr", "name_en", "group")
