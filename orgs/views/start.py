"""The start of a registration: what it takes, one's drafts, and the search in public registers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import matches, prefill, registration
from orgs.models import Application
from orgs.models.application import ApplicationQuerySet
from registers import search


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Who can register, how long it takes, what to have at hand; and one's own drafts."""
    if request.method == "POST":
        return begin(request)
    return render(request, "orgs/register.html", {"drafts": drafts_of(request)})


def drafts_of(request: HttpRequest) -> ApplicationQuerySet | list[Application]:
    """What the person has begun and not sent, the newest first."""
    if not request.user.is_authenticated:
        return []
    mine = Application.objects.filter(
        organization__memberships__user=request.user, status=Application.Status.DRAFT
    )
    return mine.select_related("organization").order_by("-saved_at")


@require_safe
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Look for the organization in public registers; without it, one goes on by hand."""
    typed = request.GET.get("q", "").strip()
    found = search.find(typed) if typed else None
    htmx: Any = request.htmx  # type: ignore[attr-defined]  # django_htmx's middleware
    is_fragment = bool(htmx and not htmx.history_restore_request and htmx.target == "results")
    template = "orgs/_found.html" if is_fragment else "orgs/find.html"
    context = {"typed": typed, "found": found, "is_fragment": is_fragment}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft: empty, or with what the chosen entry of a register knows."""
    key = request.POST.get("entry", "")
    try:
        if not key:
            organization = registration.start(by=request.user)  # type: ignore[arg-type]  # signed in
            return redirect("orgs:tasks", organization.number)
        begun = prefill.begin(key, by=request.user)  # type: ignore[arg-type]  # signed in
    except prefill.NotListed:
        messages.error(request, _("The registers do not have this entry any more. Search again."))
        return redirect("orgs:find")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("orgs:register")
    if matches.unanswered(begun.organization):
        return redirect("orgs:possible", begun.organization.number)
    text = _("We filled in what the register knows. Check it, and complete the rest.")
    messages.success(request, text)
    return redirect("orgs:tasks", begun.organization.number)
