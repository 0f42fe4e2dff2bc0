"""Registering: the start page, the task list, a page a step, check and send."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import qualification, registration
from orgs.access import OrgRequest, member
from orgs.forms.registration import STEPS, StepForm
from orgs.models import Application
from orgs.requirements import Requirement
from orgs.views.documents import files_of, papers

# Which step mends what is missing.
STEP_OF = {
    "legal_name": "identity",
    "kind": "identity",
    "bn": "identity",
    "neq": "identity",
    "corporation_number": "identity",
    "activities": "activities",
    "mission": "mission",
    "budget": "budget",
}


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Who can register, how long it takes, what to have at hand; and one's own drafts."""
    if request.method == "POST":
        return begin(request)
    drafts = []
    if request.user.is_authenticated:
        drafts = list(
            Application.objects.filter(
                organization__memberships__user=request.user, status=Application.Status.DRAFT
            ).select_related("organization")
        )
    return render(request, "orgs/register.html", {"drafts": drafts})


@login_required
def begin(request: HttpRequest) -> HttpResponse:
    try:
        organization = registration.start(by=request.user)  # type: ignore[arg-type]  # signed in
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("orgs:register")
    return redirect("orgs:tasks", organization.number)


def draft_of(request: OrgRequest) -> Application:
    """The draft that is being filled in; 404 once it was sent."""
    drafts = Application.objects.of(request.org).filter(status=Application.Status.DRAFT)
    return get_object_or_404(drafts)


def step_of(requirement: Requirement) -> str:
    """The step where something that is missing is asked."""
    if requirement.code.startswith("document:"):
        return "documents"
    return STEP_OF.get(requirement.code, "address")


@require_safe
@member("profile.edit")
def tasks(request: OrgRequest) -> HttpResponse:
    """What is done and what is missing, in any order."""
    application = request.org.applications.newest()
    if application is None or application.status != Application.Status.DRAFT:
        return redirect("dashboard", request.org.number)
    lacking = registration.lacks(request.org)
    missing = {step_of(requirement) for requirement in lacking}
    titles = {name: form.title for name, form in STEPS.items()}
    titles["documents"] = _("Documents")
    rows = [
        {
            "label": title,
            "url": reverse("orgs:step", args=[request.org.number, name]),
            "status": _("To complete") if name in missing else _("Completed"),
            "kind": "warn" if name in missing else None,
        }
        for name, title in titles.items()
    ]
    context = {"tasks": rows, "is_complete": not lacking}
    return render(request, "orgs/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def step(request: OrgRequest, name: str) -> HttpResponse:
    """One step; what is saved stays, complete or not."""
    draft = draft_of(request)
    if name == "documents":
        more = {"number": len(STEPS) + 1, "total": len(STEPS) + 1}
        return papers(request, "orgs:step", name, template="orgs/documents.html", **more)
    if name not in STEPS:
        raise Http404
    # A copy: what is refused must not show in the page's header.
    form = STEPS[name](request.POST or None, instance=copy(request.org))
    rival: list[dict[str, Any]] = []
    if form.is_valid():
        version = request.POST.get("version", "")
        try:
            registration.save_step(
                form, version=int(version) if version.isdigit() else 0, by=request.user
            )
        except registration.ChangedMeanwhile:
            text = _(
                "This application was saved in another window after you opened this page. "
                "Both values are below: keep what is right, and save again."
            )
            form.add_error(None, text)
            draft = draft_of(request)
            rival = form.rival()
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            warn_of_doubts(request, form)
            return redirect("orgs:tasks", request.org.number)
    names = [*STEPS, "documents"]
    context = {
        "form": form,
        "version": draft.version,
        "rival": rival,
        "number": names.index(name) + 1,
        "total": len(names),
    }
    return render(request, "orgs/step.html", context, status=422 if form.errors else 200)


def warn_of_doubts(request: OrgRequest, form: StepForm) -> None:
    """Say at once that a number just saved looks mistyped; it is saved all the same."""
    for doubt in registration.doubts(form.instance):
        if doubt.field in form.changed_data:
            messages.warning(request, doubt.text)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def check(request: OrgRequest) -> HttpResponse:
    """Everything on one page, with the way to change it; then send."""
    application = request.org.applications.newest()
    if application is None or application.status != Application.Status.DRAFT:
        # A second click on the button leads where the first one did.
        is_again = request.method == "POST"
        return redirect("orgs:sent" if is_again else "dashboard", request.org.number)
    if request.method == "POST":
        try:
            qualification.submit(application.pk, by=request.user)
        except ValidationError:
            messages.error(request, _("Something is still missing: see below."))
        else:
            return redirect("orgs:sent", request.org.number)
    lacking = [
        {"text": r.text, "url": reverse("orgs:step", args=[request.org.number, step_of(r)])}
        for r in registration.lacks(request.org)
    ]
    context = {
        "application": application,
        "lacking": lacking,
        "doubts": registration.doubts(request.org),
        "files": files_of(request, removable=False),
    }
    return render(request, "orgs/check.html", context)


@require_safe
@member("profile.edit")
def sent(request: OrgRequest) -> HttpResponse:
    """It arrived: its number, what happens next, and by when."""
    application = request.org.applications.newest()
    if application is None or application.status == Application.Status.DRAFT:
        return redirect("orgs:tasks", request.org.number)
    if application.is_decided:  # nothing is due any more
        return redirect("dashboard", request.org.number)
    return render(request, "orgs/sent.html", {"application": application})
