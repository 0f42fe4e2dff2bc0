"""Writing to our staff: the list, a new conversation, its thread."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.models import record
from orgs import cases, documents
from orgs.access import OrgRequest, member
from orgs.forms.cases import CaseForm
from orgs.forms.changes import ReplyForm
from orgs.models import Case, Document

PER_PAGE = 25


@require_safe
@member("cases.open")
def listing(request: OrgRequest) -> HttpResponse:
    """The conversations that this member may read, newest first."""
    rows = Case.objects.readable_by(request.membership).select_related("opened_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "orgs/cases/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@member("cases.open")
def start(request: OrgRequest) -> HttpResponse:
    """A new conversation; the page one comes from may fill in what it is about."""
    initial = {name: request.GET.get(name, "") for name in ("topic", "subject")}
    form = CaseForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            case = cases.start(
                request.org,
                by=request.user,
                topic=data["topic"],
                subject=data["subject"],
                text=data["text"],
                files=data["papers"],
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("We have your message %(number)s.") % {"number": case})
            return redirect("orgs:case", request.org.number, case.pk)
    context = {"form": form, "days": cases.ANSWER_DAYS}
    return render(request, "orgs/cases/new.html", context, status=422 if form.errors else 200)


def case_of(request: OrgRequest, pk: int) -> Case:
    rows = Case.objects.readable_by(request.membership).select_related("organization", "opened_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member("cases.open")
def one(request: OrgRequest, pk: int) -> HttpResponse:
    """The thread, and a word more."""
    case = case_of(request, pk)
    form = ReplyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            cases.reply(case, by=request.user, text=data["text"], files=data["papers"])
        except ValidationError as refusal:
            form.add_error("papers", refusal)
        else:
            messages.success(request, _("Our staff have your message."))
            return redirect("orgs:case", request.org.number, pk)
    thread = case.messages.select_related("by").prefetch_related("files__document")
    context = {"case": case, "thread": thread, "form": form}
    return render(request, "orgs/cases/one.html", context, status=422 if form.errors else 200)


@require_POST
@member("cases.open")
def close(request: OrgRequest, pk: int) -> HttpResponse:
    """The member needs no answer any more."""
    cases.close(case_of(request, pk).pk, by=request.user)
    messages.success(request, _("This conversation is closed. A new message opens it again."))
    return redirect("orgs:case", request.org.number, pk)


@require_safe
@member("cases.open")
def file(request: OrgRequest, pk: int, document_pk: int) -> HttpResponseBase:
    """A file of the thread, as a download; reading is recorded."""
    papers = Document.objects.filter(case_file__message__case=case_of(request, pk))
    found = get_object_or_404(papers, pk=document_pk)
    record(found, "document.read", by=request.user)
    return documents.download(found)
