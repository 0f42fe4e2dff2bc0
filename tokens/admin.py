"""Staff's view of tokens: whom we let check, and what was checked."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tokens import issue
from tokens.models import Client, Token, Verification


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    list_display = ("organization", "bearer_name", "created_at", "expires_at", "revoked_at")
    list_select_related = ("organization",)
    search_fields = ("organization__legal_name", "bearer_name")
    exclude = ("digest",)


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    list_display = ("at", "client", "token", "is_valid")
    list_select_related = ("client", "token")
    list_filter = ("is_valid", "client")


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin):
    """A new client gets its key on saving; it is shown in the message that follows, once."""

    list_display = ("name", "partner", "key_last4", "is_active", "created_at")
    list_select_related = ("partner",)
    actions = ("make_new_key",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            self.show_new_key(request, obj)

    @admin.action(description=_("Make a new key (the old one ends now)"))
    def make_new_key(self, request: HttpRequest, queryset: Any) -> None:
        for client in queryset:
            self.show_new_key(request, client)

    def show_new_key(self, request: HttpRequest, client: Client) -> None:
        key = issue.new_key(client, by=request.user)  # type: ignore[arg-type]  # staff are signed in
        text = _("%(name)s’s key is %(key)s. Copy it now: it is not shown again.")
        self.message_user(request, text % {"name": client.name, "key": key}, messages.WARNING)
