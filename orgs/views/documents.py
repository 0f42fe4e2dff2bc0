"""Documents: what is asked, what we have and how it stands; send, call otherwise, take back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.models import record
from orgs import documents, registration
from orgs.access import OrgRequest, member
from orgs.forms.documents import UPLOADED, DocumentForm, LabelForm
from orgs.models import Application, Document

CHIPS = {
    Document.Status.PENDING: "info",
    Document.Status.REFUSED: "bad",
}


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def page(request: OrgRequest) -> HttpResponse:
    """All documents, at any time; one can be added while the applicant has the application."""
    return papers(request, "orgs:documents", template="orgs/papers.html")


def papers(request: OrgRequest, here: str, *args: str, template: str, **more: Any) -> HttpResponse:
    """What is asked of this kind of organization, what is there, what can be done with it."""
    application = Application.objects.of(request.org).newest()
    kinds = kinds_to_add(request, application)
    form = DocumentForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        kept = add(request, form)
        if not form.errors:
            return redirect(here, request.org.number, *args)
        if kept:
            messages.success(request, received(kept))
    draft = application if application is not None and application.is_draft else None
    context = {
        "form": form if kinds else None,
        "kinds": Document.Kind.choices,
        "wanted": [r for r in registration.lacks(request.org) if r.documents] if draft else [],
        "files": files_of(request, draft=draft),
        "taken_back": taken_back(request) if draft else [],
    }
    status = 422 if form.errors else 200
    return render(request, template, context | more, status=status)


def kinds_to_add(request: OrgRequest, application: Application | None) -> list[tuple[str, Any]]:
    """Which kinds of documents can be added now: all, or those of which one was refused."""
    if application is None:
        return []
    if application.status in documents.WITH_APPLICANT:
        return list(UPLOADED)
    if application.status not in Application.OPEN_SENT:
        return []
    refused = {document.kind for document in documents.to_replace(request.org)}
    return [choice for choice in UPLOADED if choice[0] in refused]


def add(request: OrgRequest, form: DocumentForm) -> list[Document]:
    """Keep each file that can be kept; the form says what is wrong with each of the others."""
    kept = []
    for file in form.cleaned_data["file"]:
        kind = form.cleaned_data["kind"]
        try:
            kept.append(documents.store(request.org, file=file, kind=kind, by=request.user))
        except ValidationError as refusal:
            params = {"name": file.name, "reason": " ".join(refusal.messages)}
            form.add_error("file", ValidationError(_("%(name)s: %(reason)s") % params))
    if kept and not form.errors:
        messages.success(request, received(kept))
    return kept


def received(kept: list[Document]) -> str:
    if len(kept) == 1:
        return _("We have your document.")
    return _("We have your %(n)s documents.") % {"n": len(kept)}


def files_of(request: OrgRequest, *, draft: Application | None = None) -> list[dict[str, Any]]:
    """The organization's documents as components/upload_list.html shows them.

    Those that came with `draft` can be taken back; what staff read before stays.
    """
    return [
        row_of(
            document,
            request.org.number,
            removable=draft is not None and document.uploaded_at >= draft.created_at,
        )
        for document in Document.objects.of(request.org)
    ]


def row_of(document: Document, number: int, *, removable: bool) -> dict[str, Any]:
    """One document: its name, how it stands and why, and what can be done with it."""
    args = [number, document.pk]
    removable = removable and document.kind in dict(UPLOADED)  # the others belong to something
    status: str = document.get_status_display()
    if document.is_served:  # whether there is a scanner is nothing a member can do about
        status = str(Document.Status.CLEAN.label)
    note: str = document.get_kind_display()
    if document.is_refused:
        note += " – " + document.get_refusal_display()
    return {
        "pk": document.pk,
        "name": document.name,
        "url": reverse("orgs:document", args=args) if document.is_served else "",
        "size": document.size,
        "kind": CHIPS.get(Document.Status(document.status), "ok"),
        "status": status,
        "note": note,
        "paper_kind": document.kind,
        "remove_url": reverse("orgs:remove_document", args=args) if removable else "",
        "rename_url": reverse("orgs:rename_document", args=args) if removable else "",
    }


def taken_back(request: OrgRequest) -> list[dict[str, Any]]:
    """What was removed a moment ago, with the way to have it again."""
    since = timezone.now() - documents.UNDO
    gone = Document.objects.filter(organization=request.org, removed_at__gte=since)
    return [
        {"name": d.name, "url": reverse("orgs:bring_back", args=[request.org.number, d.pk])}
        for d in gone
    ]


@require_safe
@member("profile.edit")
def document(request: OrgRequest, pk: int) -> HttpResponseBase:
    """A document of one's own, as a download; reading is recorded."""
    found = get_object_or_404(Document.objects.of(request.org), pk=pk)
    if found.is_pending:
        text = _("We are checking %(name)s for viruses. You can open it when that is done.")
        messages.info(request, text % {"name": found.name})
        return redirect("orgs:documents", request.org.number)
    response = documents.download(found)
    record(found, "document.read", by=request.user)
    return response


@require_POST
@member("profile.edit")
def remove(request: OrgRequest, pk: int) -> HttpResponse:
    """Take back a document of a draft."""
    found = get_object_or_404(Document.objects.of(request.org), pk=pk)
    try:
        documents.remove(found, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _("%(name)s was removed. For half an hour you can have it back.")
        messages.success(request, text % {"name": found.name})
    return back(request)


@require_POST
@member("profile.edit")
def bring_back(request: OrgRequest, pk: int) -> HttpResponse:
    """Undo taking a document back."""
    mine = Document.objects.filter(organization=request.org)
    found = get_object_or_404(mine, pk=pk)
    try:
        documents.bring_back(found, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("%(name)s is back.") % {"name": found.name})
    return back(request)


@require_POST
@member("profile.edit")
def rename(request: OrgRequest, pk: int) -> HttpResponse:
    """Call a document otherwise, or say that it is of another kind."""
    found = get_object_or_404(Document.objects.of(request.org), pk=pk)
    form = LabelForm(request.POST, prefix="new")
    if not form.is_valid():
        reasons = [str(reason) for errors in form.errors.values() for reason in errors]
        messages.error(request, " ".join(reasons))
        return back(request)
    try:
        documents.relabel(found, by=request.user, **form.cleaned_data)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Saved."))
    return back(request)


def back(request: OrgRequest) -> HttpResponse:
    """To the documents, in the application's steps while it is a draft."""
    application = Application.objects.of(request.org).newest()
    if application is not None and application.is_draft:
        return redirect("orgs:step", request.org.number, "documents")
    return redirect("orgs:documents", request.org.number)
