"""Conversations: the queue, soonest due first, and the page on which one is answered."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from audit.models import record
from orgs import cases, documents
from orgs.admin.changes import due_in_words
from orgs.admin.filters import ReviewerFilter
from orgs.admin.kept import KeptAdmin
from orgs.models import Case, Document

CONFLICT = 409


class AnswerForm(forms.Form):
    act = forms.ChoiceField(choices=[(name, name) for name in ("claim", "answer", "close")])
    version = forms.IntegerField()
    text = forms.CharField(required=False, max_length=8000)


@admin.register(Case)
class CaseAdmin(KeptAdmin):
    list_display = ("link", "subject", "organization", "topic", "status", "due", "claimed_by")
    list_display_links = None
    list_filter = ("status", "topic", ("claimed_by", ReviewerFilter))
    list_select_related = ("organization", "claimed_by")
    search_fields = ("subject", "organization__legal_name", "organization__number")
    ordering = ("due_on", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """Without a filter, only what waits for us."""
        rows: QuerySet[Case] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("changelist")
        return rows.filter(status=Case.Status.WAITING_US) if is_list and not request.GET else rows

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/thread/", view(page), name="orgs_case_thread"),
            path("<int:pk>/act/", view(act), name="orgs_case_act"),
            path("<int:pk>/files/<int:document_pk>/", view(file), name="orgs_case_file"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """The thread is the only place where a conversation is worked on."""
        if not object_id.isdecimal():
            raise Http404
        return page(request, int(object_id))

    @admin.display(description=_("reference"), ordering="pk")
    def link(self, case: Case) -> str:
        url = reverse("admin:orgs_case_thread", args=[case.pk])
        return format_html('<a href="{}">{}</a>', url, case)

    @admin.display(description=_("due on"), ordering="due_on")
    def due(self, case: Case) -> str:
        return due_in_words(case.due_on) if case.status == Case.Status.WAITING_US else ""


def case_of(request: HttpRequest, pk: int) -> Case:
    """The conversation, for those whom the admin lets change it."""
    if not request.user.has_perm("orgs.change_case"):
        raise PermissionDenied
    return get_object_or_404(
        Case.objects.select_related("organization", "opened_by", "claimed_by"), pk=pk
    )


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread and the answer."""
    return show(request, case_of(request, pk))


def show(
    request: HttpRequest, case: Case, *, form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    """The page; `form` keeps what was typed when nothing was done."""
    thread = case.messages.select_related("by").prefetch_related("files__document")
    context = admin.site.each_context(request) | {
        "title": f"{case} – {case.subject}",
        "case": case,
        "org": case.organization,
        "thread": thread,
        "typed": form.cleaned_data if form else {},
    }
    return render(request, "admin/orgs/case/thread.html", context, status=status)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it, answer it, or close it."""
    case, form = case_of(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This form is incomplete. Nothing was changed."))
        return redirect("admin:orgs_case_thread", pk)
    try:
        said = perform(form, case, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return show(request, case_of(request, pk), form=form, status=CONFLICT)
    messages.success(request, said)
    if form.cleaned_data["act"] == "claim":
        return redirect("admin:orgs_case_thread", pk)
    return redirect("admin:orgs_case_changelist")


def perform(form: AnswerForm, case: Case, *, by: Any) -> str:
    """The deed, and what to tell the person. Raises ValidationError, and then nothing is kept."""
    data, name = form.cleaned_data, {"number": case}
    match data["act"]:
        case "claim":
            cases.claim(case.pk, by=by)
            return gettext("You handle %(number)s now.") % name
        case "close":
            cases.close(case.pk, by=by, version=data["version"])
            return gettext("%(number)s is closed.") % name
    text = data["text"].strip()
    if not text:
        raise ValidationError(_("Write the answer first."))
    cases.answer(case.pk, by=by, text=text, version=data["version"])
    return gettext("%(number)s is answered, and the member was written to.") % name


@require_safe
def file(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    """A file of the thread, as a download; who read it is recorded."""
    papers = Document.objects.filter(case_file__message__case=case_of(request, pk))
    found = get_object_or_404(papers, pk=document_pk)
    record(found, "document.read", by=request.user)
    return documents.download(found)
