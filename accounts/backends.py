"""Who somebody is, by e-mail or username and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest


class Backend(AuthenticationBackend):
    """allauth's, with two differences.

    The password that everybody knows opens nothing outside of a demo. Rights come with a group,
    never singly: who may do what is read in one place, and a page of staff asks once.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        if credentials.get("password") == settings.DEMO_PASSWORD and not settings.DEBUG:
            return None
        return super().authenticate(request, **credentials)

    def _get_user_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        return Permission.objects.none()
