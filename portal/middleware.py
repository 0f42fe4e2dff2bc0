"""Around every request: its id, the security headers, the reader's clock, and friendly refusals."""

import secrets
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control

from audit.moves import IllegalMove
from portal import errors

# Looked up once: Python reads six hundred files each time it is asked for them.
ZONES = zoneinfo.available_timezones()
Handler = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Gives each request a reference that error pages show and logs carry."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = secrets.token_hex(5)  # type: ignore[attr-defined]  # ours
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]  # ours
        return response


class HeadersMiddleware:
    """Headers that Django has no setting for, on every answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        # What a signed-in person sees is nobody else's, and not the next user of this computer's.
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response


class ClockMiddleware:
    """Shows times in the person's own zone; days of programs stay Toronto's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.time_zone in ZONES:
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
        else:
            timezone.deactivate()
        return self.get_response(request)


class ErrorsMiddleware:
    """A status that changed meanwhile, or a request too large, is a page that says so."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Before anybody reads the body: what is too large costs neither time nor memory.
        size = request.META.get("CONTENT_LENGTH") or ""
        if size.isdigit() and int(size) > settings.REQUEST_MAX_BYTES:
            return errors.too_large(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.conflict(request) if isinstance(error, IllegalMove) else None
