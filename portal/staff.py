"""The door of the staff's desk: the site's own sign-in, and outside development a second factor."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class StaffSite(admin.AdminSite):
    """Signing in has the site's limits and factors; staff without a second factor set one up."""

    def has_permission(self, request: HttpRequest) -> bool:
        may = super().has_permission(request)
        return may and (settings.DEBUG or is_mfa_enabled(request.user))

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Work today: the queues of all apps, and one's own applications."""
        from orgs.queue import due_words  # models are not loaded yet when this file is
        from portal import work

        user: Any = request.user
        context = {
            "title": _("Work today"),
            "waiting": work.waiting(user),
            "mine": [(one, *due_words(one)) for one in work.mine(user)],
        }
        return super().index(request, context | (extra_context or {}))

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Where everybody goes who may not be here: to sign in, or to set up a second factor."""
        if super().has_permission(request) and not self.has_permission(request):
            text = _("Staff sign in with a second step. Set it up now; the desk opens after that.")
            messages.warning(request, text)
            return redirect("mfa_activate_totp")
        return secure_admin_login(super().login)(request, extra_context)
