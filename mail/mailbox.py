"""The mailbox: what the catcher keeps, as pages; in development only."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

SHOWN = 100
HEADERS = ("From", "To", "Reply-To", "Date", "Message-ID", "Content-Language")


def development_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def read(name: str) -> dict[str, Any]:
    """One e-mail by its file's name, with what the pages show of it. Raises Http404."""
    file = Path(settings.MAILBOX_DIR) / f"{name}.eml"
    if not file.is_file():
        raise Http404
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  (the policy makes them)
    return {
        "name": name,
        "subject": message["Subject"],
        "to": message["To"],
        "at": message["Date"].datetime if message["Date"] else None,
        "headers": [(header, message[header]) for header in HEADERS if message[header]],
        "text": part(message, "plain"),
        "html": part(message, "html"),
    }


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    return str(found.get_content()) if found else ""


@require_safe
@development_only
def inbox(request: HttpRequest) -> HttpResponse:
    """Every e-mail, newest first."""
    files = sorted(Path(settings.MAILBOX_DIR).glob("*.eml"), reverse=True)[:SHOWN]
    return render(request, "mail/mailbox/inbox.html", {"mails": [read(f.stem) for f in files]})


@require_safe
@development_only
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One e-mail: its headers, its text, and its HTML in a frame."""
    return render(request, "mail/mailbox/letter.html", {"mail": read(name)})


@require_safe
@development_only
@xframe_options_sameorigin
def html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, without rights: no script, no form, only its own style."""
    response = HttpResponse(read(name)["html"])
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox "
        "allow-popups allow-top-navigation-by-user-activation"
    )
    response._csp_exempt = True  # type: ignore[attr-defined]  # it has a stricter one of its own
    return response
