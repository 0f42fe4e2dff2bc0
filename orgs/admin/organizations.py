"""Organizations on file, their members, roles and papers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from orgs.admin.kept import KeptAdmin
from orgs.models import Activity, Document, Membership, Organization, Role


@admin.register(Organization)
class OrganizationAdmin(KeptAdmin):
    list_display = ("number", "legal_name", "kind", "city", "province", "qualified_until")
    list_filter = ("kind", "province", "language")
    search_fields = ("number", "legal_name", "bn", "neq", "email", "former_names")
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


@admin.register(Membership)
class MembershipAdmin(KeptAdmin):
    list_display = ("user", "organization", "role", "joined_at")
    list_select_related = ("user", "organization", "role")
    search_fields = ("user__email", "organization__legal_name", "organization__number")
    raw_id_fields = ("user", "organization")


@admin.register(Role)
class RoleAdmin(KeptAdmin):
    list_display = ("code", "name_fr", "name_en", "organization")


@admin.register(Activity)
class ActivityAdmin(KeptAdmin):
    list_display = ("code", "name_fr", "name_en", "group")


@admin.register(Document)
class DocumentAdmin(KeptAdmin):
    """The list only: a document is opened on the review page, where reading is recorded."""

    list_display = ("name", "organization", "kind", "size", "uploaded_at")
    list_select_related = ("organization",)
    exclude = ("file",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
