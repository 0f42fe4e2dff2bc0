"""Small answers for machines: alive, ready, whom to tell of a weakness, where robots may go."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.unapplied import unapplied

PRIVATE = ("o", "account", "register")
log = logging.getLogger(__name__)


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return plain("ok\n")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The database and its migrations are there; what is missing is only logged.

    Valkey is not asked: without it the site serves, and only its workers wait.
    """
    if missing := lacking():
        log.error("Not ready: %s", missing)
        return plain("not ready\n", status=503)
    return plain("ok\n")


def lacking() -> str:
    """What keeps the site from serving, or nothing."""
    try:
        if waiting := unapplied():
            return f"migrations {sorted(waiting)}"
    except DatabaseError as error:
        return f"{type(error).__name__}: {error}"
    return ""


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116)."""
    expires = timezone.now() + timedelta(days=180)
    return plain(
        f"Contact: mailto:{settings.SUPPORT_EMAIL}\n"
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}\n"
        "Preferred-Languages: fr, en\n"
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt\n"
    )


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """The catalogue is for everybody; what belongs to people and organizations is not."""
    private = [f"/{code}/{part}/" for code, _ in settings.LANGUAGES for part in PRIVATE]
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in ("/admin/", "/api/", *private))]
    return plain("\n".join(lines) + "\n")


def plain(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
