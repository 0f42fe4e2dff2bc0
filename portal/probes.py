"""Small answers for machines: alive, ready, whom to tell of a weakness, where robots may go."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The database, its migrations and the cache are there; which is missing is in the log."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return HttpResponse("migrations\n", content_type="text/plain", status=503)
    cache.set("readyz", "1", 5)
    if cache.get("readyz") != "1":
        return HttpResponse("cache\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116."""
    expires = timezone.now() + timedelta(days=180)
    text = (
        f"Contact: mailto:{settings.SUPPORT_EMAIL}\n"
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}\n"
        "Preferred-Languages: fr, en\n"
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    text = "User-agent: *\nDisallow: /fr/o/\nDisallow: /en/o/\nDisallow: /admin/\n"
    return HttpResponse(text, content_type="text/plain")
