"""Staff's view of people: whose account it is, and ending it or its sessions."""

from typing import Any

from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from allauth.usersessions.admin import UserSessionAdmin
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.models import record

IDENTITY = ("email", "username", "first_name", "last_name", "language", "time_zone")
RIGHTS = ("is_active", "is_staff", "is_superuser", "groups")
CLOCK = ("date_joined", "last_login")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """No password: staff can start nothing but a reset. No deletion: people leave."""

    list_display = ("__str__", "email", "username", "is_active", "is_staff", "has_factor")
    list_filter = ("is_active", "is_staff", "groups", "language")
    search_fields = ("email", "username", "first_name", "last_name")
    ordering = ("last_name", "first_name", "pk")
    fieldsets = (
        (None, {"fields": IDENTITY}),
        (_("Rights"), {"fields": RIGHTS}),
        (_("When"), {"fields": CLOCK}),
    )
    readonly_fields = (*IDENTITY, *CLOCK)
    filter_horizontal = ("groups",)
    actions = ("end_sessions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rights are given by superusers: whoever may give them could take them all."""
        return bool(request.user.is_active and request.user.is_superuser)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factor = Authenticator.objects.filter(user=OuterRef("pk"))
        people: QuerySet[User] = super().get_queryset(request)
        return people.annotate(with_factor=Exists(factor))

    @admin.display(description=_("second step"), boolean=True)
    def has_factor(self, user: Any) -> bool:
        return bool(user.with_factor)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record(obj, "user.rights_changed", by=request.user, fields=sorted(form.changed_data))
        if not obj.is_active:
            end_sessions(obj)

    @admin.action(description=_("End all sessions"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = 0
        for person in queryset:
            with transaction.atomic():
                ended = end_sessions(person)
                record(person, "user.sessions_ended", by=request.user, count=ended)
            count += ended
        text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count)
        self.message_user(request, text % {"count": count})


class FactorFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Authenticator.Type.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(type=self.value()) if self.value() else queryset


admin.site.unregister([Authenticator, UserSession])


@admin.register(Authenticator)
class FactorAdmin(AuthenticatorAdmin):
    """Second steps, without their secrets. Superusers take one away from who has lost it."""

    list_display = ("user", "kind", "added", "used")
    list_filter = (FactorFilter,)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__username")
    fields = readonly_fields = ("user", "kind", "added", "used")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("kind"), ordering="type")
    def kind(self, factor: Authenticator) -> str:
        return factor.get_type_display()

    @admin.display(description=_("added on"), ordering="created_at")
    def added(self, factor: Authenticator) -> Any:
        return factor.created_at

    @admin.display(description=_("last used"), ordering="last_used_at")
    def used(self, factor: Authenticator) -> Any:
        return factor.last_used_at


@admin.register(UserSession)
class SessionAdmin(UserSessionAdmin):
    """Where somebody is signed in, without the key of it. A person's list ends them."""

    list_display = ("user", "begun", "seen", "address", "browser")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__username", "ip")
    fields = readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("signed in at"), ordering="created_at")
    def begun(self, session: UserSession) -> Any:
        return session.created_at

    @admin.display(description=_("last seen at"), ordering="last_seen_at")
    def seen(self, session: UserSession) -> Any:
        return session.last_seen_at

    @admin.display(description=_("IP address"), ordering="ip")
    def address(self, session: UserSession) -> str:
        return session.ip

    @admin.display(description=_("browser"))
    def browser(self, session: UserSession) -> str:
        return session.user_agent


def end_sessions(person: User) -> int:
    """Sign the person out everywhere; returns of how many places."""
    sessions = list(UserSession.objects.filter(user=person))
    for session in sessions:
        session.end()
    return len(sessions)
