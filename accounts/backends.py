"""Who somebody is, by e-mail or username and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest


class Backend(AuthenticationBackend):
    """allauth's, but for the password that everybody knows: it opens nothing outside of a demo."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        if credentials.get("password") == settings.DEMO_PASSWORD and not settings.DEBUG:
            return None
        return super().authenticate(request, **credentials)
