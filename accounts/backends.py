"""Who somebody is, by e-mail or username and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.prepared import Prepared

BY_KEY = Prepared(lambda pk: User.objects.filter(pk=pk), pk=-1)


class Backend(AuthenticationBackend):
    """allauth's, with two differences.

    The password that everybody knows opens nothing outside of a demo. Rights come with a group,
    never singly: who may do what is read in one place, and a page of staff asks once.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        if credentials.get("password") == settings.DEMO_PASSWORD and not settings.DEBUG:
            return None
        return super().authenticate(request, **credentials)

    def get_user(self, user_id: int) -> User | None:
        """Who is signed in, at every request; None when they no longer may be."""
        for user in BY_KEY.rows(pk=int(user_id)):
            return user if self.user_can_authenticate(user) else None
        return None

    def _get_user_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        return Permission.objects.none()
