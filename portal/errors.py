"""Error pages: what happened, what is saved, where next, in both languages."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
RETRY_AFTER = "5"  # seconds


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more was sent than we take; nothing of it was read."""
    return render(request, "413.html", status=413)


def conflict(request: HttpRequest) -> HttpResponse:
    """409: somebody else was faster, and the page the reader saw is out of date."""
    return render(request, "409.html", status=409)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was open too long, or cookies are off."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500; 507 when a disk is full, 503 when the database is away or busy: in both languages, and
    without the database."""
    error = sys.exc_info()[1]
    is_full = isinstance(error, OSError) and error.errno in DISK_FULL
    is_away = isinstance(error, OperationalError | InterfaceError)
    status = 507 if is_full else 503 if is_away else 500
    page = loader.get_template(f"{status}.html").render({"request": request})
    headers = {"Retry-After": RETRY_AFTER} if is_away else {}
    return HttpResponse(page, status=status, headers=headers)
