"""Registering: the task list, a page a step, check and send."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from orgs import evidence, matches, qualification, registration, tasklist
from orgs.access import OrgRequest, member
from orgs.forms.registration import STEPS, StepForm
from orgs.models import Application
from orgs.requirements import Profile, missing
from orgs.tasklist import DOCUMENTS, PARENT, State, Task, task_of
from orgs.views.documents import files_of, papers

TITLES = {name: form.title for name, form in STEPS.items()} | {
    DOCUMENTS: gettext_lazy("Documents"),
    PARENT: gettext_lazy("Branch of another organization"),
}


def draft_of(request: OrgRequest) -> Application:
    """The draft that is being filled in; 404 once it was sent."""
    drafts = Application.objects.of(request.org).filter(status=Application.Status.DRAFT)
    return get_object_or_404(drafts)


@require_safe
@member("profile.edit")
def tasks(request: OrgRequest) -> HttpResponse:
    """What is done and what is missing, in any order."""
    application = request.org.applications.newest()
    if application is None or application.status != Application.Status.DRAFT:
        return redirect("dashboard", request.org.number)
    profile = registration.profile_of(request.org)
    rows = [row_of(request, task) for task in tasks_of(request, profile)]
    context = {
        "tasks": rows,
        "is_complete": not missing(profile),
        "application": application,
        "inquiries": application.inquiries.filter(answered_at=None),  # of one taken back
    }
    return render(request, "orgs/tasks.html", context)


def tasks_of(request: OrgRequest, profile: Profile) -> list[Task]:
    """The task list; what looks mistyped or is otherwise in a register is a problem."""
    doubts = [*registration.doubts(request.org), *evidence.of(request.org).doubts]
    return tasklist.tasks(profile, doubtful={doubt.field for doubt in doubts})


def address_of(request: OrgRequest, code: str) -> str:
    """The page of a task."""
    if code == PARENT:
        return reverse("orgs:parent", args=[request.org.number])
    return reverse("orgs:step", args=[request.org.number, code])


def row_of(request: OrgRequest, task: Task) -> dict[str, Any]:
    """A task as components/task_list.html shows it."""
    is_blocked = task.state == State.CANNOT_START
    lacks = " ".join(str(need.text) for need in task.lacks)
    return {
        "label": TITLES[task.code],
        "url": "" if is_blocked else address_of(request, task.code),
        "hint": lacks if task.state == State.IN_PROGRESS or task.code == DOCUMENTS else "",
        "note": task.note,
        "status": task.state.words,
        "kind": task.state.look,
    }


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
            is_open = matches.unanswered(request.org) if form.changed_data else []
            return redirect("orgs:possible" if is_open else "orgs:tasks", request.org.number)
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
        if matches.unanswered(request.org):
            return redirect("orgs:possible", request.org.number)
        try:
            qualification.submit(application.pk, by=request.user)
        except ValidationError:
            messages.error(request, _("Something is still missing: see below."))
        else:
            return redirect("orgs:sent", request.org.number)
    prefetch_related_objects([request.org], "activities")
    lacking = [
        {"text": r.text, "url": address_of(request, task_of(r))}
        for r in registration.lacks(request.org)
    ]
    context = {
        "application": application,
        "lacking": lacking,
        "doubts": [*registration.doubts(request.org), *evidence.of(request.org).doubts],
        "files": files_of(request),
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
