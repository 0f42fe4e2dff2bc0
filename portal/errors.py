"""Error pages: what happened, what is saved, where next, in both languages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


def conflict(request: HttpRequest) -> HttpResponse:
    """409: somebody else was faster, and the page the reader saw is out of date."""
    return render(request, "409.html", status=409)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was open too long, or cookies are off."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: in both languages, with a reference, and without the database."""
    page = loader.get_template("500.html").render({"request": request})
    return HttpResponse(page, status=500)
