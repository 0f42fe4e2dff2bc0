"""The review page: an application's facts beside its papers, and the decision, in one place."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.models import Entry
from orgs import (
    differences,
    evidence,
    facts,
    history,
    matches,
    queue,
    reading,
    registration,
    staff,
    thread,
)
from orgs.admin import decisions
from orgs.admin.decisions import CHECKLIST, DecisionForm
from orgs.days import today
from orgs.evidence import Evidence
from orgs.models import Application, Document, NewBudget, Organization, ReadyText
from orgs.requirements import missing

CONFLICT = 409
Status, Kind = Application.Status, Application.Kind


def application_of(request: HttpRequest, pk: int) -> Application:
    """The application, for those whom the admin lets change applications."""
    if not request.user.has_perm("orgs.change_application"):
        raise PermissionDenied
    application = get_object_or_404(reading.applications(), pk=pk)
    reading.recall_activities(application)
    return application


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts at the left, papers and the decision at the right."""
    return show(request, application_of(request, pk))


def show(
    request: HttpRequest,
    application: Any,
    *,
    form: DecisionForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page; `form` keeps what was typed when nothing was done."""
    organization, typed = application.organization, decisions.typed(form)
    papers = reading.papers(organization)
    found = evidence.of(organization)
    context = admin.site.each_context(request) | {
        "title": f"{application} – {organization}",
        "application": application,
        "org": organization,
        "shade": queue.shade(application),
        "due": queue.due_words(application),
        "lacking": lacking(application, papers, found),
        "doubts": registration.doubts(organization),
        "documents": papers,
        "evidence": found,
        "origins": facts.origins(organization),
        "posts": said(application),
        "notes": notes(application),
        "checklist": checklist(application, found, typed),
        "matches": matches.matches_of(organization) if application.is_matched else [],
        "changes": changes(application),
        "typed": typed,
        **for_an_open_one(request, application),
    }
    template = "admin/orgs/application/review.html"
    return render(request, template, context | more, status=status)


def for_an_open_one(request: Any, application: Application) -> dict[str, Any]:
    """What can be done, or once it is decided or asked what comes next."""
    if application.status == Status.INFO_NEEDED or application.is_decided:
        following = queue.next_of("waiting", by=request.user, on=today(), after=application)
        further = {"next": following}
    else:
        further = {}
    if application.is_decided:
        return further
    language = application.organization.language
    ready = [(one, getattr(one, f"text_{language}")) for one in ReadyText.objects.current()]
    return further | {
        "questions": [pair for pair in ready if pair[0].kind == ReadyText.Kind.QUESTION],
        "reasons": [pair for pair in ready if pair[0].kind == ReadyText.Kind.REASON],
    }


def lacking(application: Any, papers: list[Document], found: Evidence) -> Any:
    """What is missing, from what the page has read already."""
    organization = application.organization
    is_listed = {"name", "number", "status"} <= found.proves.keys()
    kinds: frozenset[str] | None = frozenset(p.kind for p in papers if not p.is_refused)
    if Document.Kind.BRANCH_LETTER in (kinds or ()):
        kinds = None  # whether the letter counts is asked of the database
    is_charity = organization.kind == Organization.Kind.CHARITY
    profile = registration.profile_of(
        organization,
        papers=kinds,
        is_listed=is_listed and is_charity,
        is_branch=organization.parent_id is not None or application.has_letter,
    )
    return missing(profile)


def checklist(application: Application, found: Evidence, typed: dict[str, Any]) -> list[Any]:
    """Each point: its key, its words, whether it is ticked, and the register that proves it.

    Until a colleague has saved the list, what a register proves is ticked already.
    """
    saved = application.checklist.get("done")
    done = typed.get("checklist", list(found.proves) if saved is None else saved)
    return [(key, text, key in done, found.proves.get(key, "")) for key, text in CHECKLIST.items()]


def said(application: Any) -> list[thread.Post]:
    """The thread; no query of a first application to which nobody added or asked anything."""
    return thread.posts(application, is_said=application.is_said)


def notes(application: Any) -> list[Entry]:
    """Notes for colleagues, newest first; no query when there are none."""
    if not application.is_noted:
        return []
    rows = Entry.objects.about(application).filter(action="application.note")
    return list(rows.select_related("by"))


def changes(application: Any) -> list[differences.Change] | None:
    """Of a renewal: what is otherwise now than when it was qualified; None for any other.

    Also the budget that the renewal declares, which is in force once it is accepted.
    """
    if application.kind != Kind.RENEWAL:
        return None
    organization = application.organization
    last = application.qualified_before
    found = differences.since(organization, last) if last else []
    if application.is_decided:
        return found
    declared: NewBudget | None = getattr(application, "new_budget", None)
    fields = NewBudget.DECLARED
    return found + differences.between(organization, declared, fields) if declared else found


@require_safe
def alike(request: HttpRequest, pk: int) -> HttpResponse:
    """Others of the same name, telephone or door, on file or in a register: a page, or its part.

    The review page loads the part (`?part=1`) once it is there.
    """
    application = application_of(request, pk)
    organization = application.organization
    found = evidence.of(organization)
    context = {
        "title": _("Who looks like it: %(application)s") % {"application": application},
        "application": application,
        "alike": matches.alike(organization),
        "listed": [] if found.matches else evidence.namesakes(organization.legal_name),
    }
    return _part(request, "alike", context)


def _part(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """What the review page loads, or the same as a page of its own for whoever has no scripts."""
    if request.GET.get("part"):
        return render(request, f"admin/orgs/application/_{name}.html", context)
    page_of = admin.site.each_context(request) | context
    return render(request, f"admin/orgs/application/{name}.html", page_of)


@require_safe
def past(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done, the row's history, earlier applications and people: a page, or its part.

    The review page loads the part (`?part=1`) when somebody opens it.
    """
    application = application_of(request, pk)
    organization = application.organization
    earlier = Application.objects.of(organization).exclude(pk=pk).sent()
    context = {
        "title": _("History of %(application)s") % {"application": application},
        "application": application,
        "org": organization,
        "history": history.deeds(application),
        "steps": differences.steps(organization),
        "earlier": earlier.select_related("decided_by").order_by("-pk"),
        "people": organization.memberships.select_related("user", "role"),
        "colleagues": staff.reviewers().exclude(pk=application.claimed_by_id or 0),
    }
    return _part(request, "history", context)


@require_POST
def act(request: Any, pk: int) -> HttpResponse:
    """Claim, save the checklist, ask, qualify or decline; or read the letters before."""
    application = application_of(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This form is incomplete. Nothing was changed."))
        return redirect("admin:orgs_application_review", pk)
    if form.cleaned_data["act"] == "preview":
        letters = decisions.letters(form, application)
        return show(request, application, form=form, letters=letters)
    try:
        said = decisions.perform(form, application, by=request.user)
    except ValidationError as refusal:
        now = application_of(request, pk)
        return show(request, now, form=form, status=CONFLICT, refusal=refusal.messages)
    messages.success(request, said)
    return redirect("admin:orgs_application_review", pk)
