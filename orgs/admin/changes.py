"""Change requests: the queue, soonest due first, and the page on which one is decided."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from audit.models import Entry, record
from orgs import changes, deciding, documents
from orgs.admin.filters import ReviewerFilter
from orgs.admin.kept import KeptAdmin
from orgs.days import today
from orgs.emails import changes as emails
from orgs.fieldclasses import renews
from orgs.models import ChangeRequest, Document

CONFLICT = 409
ACTS = ("claim", "ask", "approve", "decline", "preview")

REASONS = {
    "unproven": gettext_lazy("The paper does not show the change that you ask for."),
    "illegible": gettext_lazy("We cannot read the paper, and had no legible copy in time."),
    "other_body": gettext_lazy(
        "The paper is another organization’s. A new body registers with an account of its own."
    ),
    "not_of_year": gettext_lazy("The figure is not all expenses of a complete year."),
}
QUESTIONS = {
    "legible": gettext_lazy("We cannot read this document. Please send a legible copy."),
    "since": gettext_lazy("Since when is this so? Please send the page that shows the date."),
    "statements": gettext_lazy("Please send your latest financial statements."),
}
WORDS = {
    "changerequest.sent": _("Sent to us"),
    "changerequest.claimed": _("Taken for review"),
    "changerequest.info_needed": _("Member asked"),
    "changerequest.answered": _("The member answered"),
    "changerequest.more": _("The member added something"),
    "changerequest.approved": pgettext_lazy("change request", "Approved"),
    "changerequest.declined": pgettext_lazy("change request", "Not accepted"),
    "changerequest.withdrawn": _("Withdrawn by the member"),
}


class ActForm(forms.Form):
    """What the reviewer does; what is written goes to the member."""

    act = forms.ChoiceField(choices=[(name, name) for name in ACTS])
    version = forms.IntegerField()
    text = forms.CharField(required=False, max_length=4000)
    template = forms.CharField(required=False)
    checks = forms.CharField(required=False)
    renew = forms.BooleanField(required=False)

    def words(self, change: ChangeRequest, templates: dict[str, Any]) -> str:
        """What was typed, or else the chosen template in the organization's language."""
        if typed := self.cleaned_data["text"].strip():
            return str(typed)
        with translation.override(change.organization.language):
            return str(templates.get(self.cleaned_data["template"], ""))


@admin.register(ChangeRequest)
class ChangeRequestAdmin(KeptAdmin):
    """The queue; each row leads to the page on which it is decided."""

    list_display = ("review_link", "organization", "subject", "status", "due", "claimed_by")
    list_display_links = None
    list_filter = ("status", "subject", ("claimed_by", ReviewerFilter))
    list_select_related = ("organization", "claimed_by")
    search_fields = ("organization__legal_name", "organization__number")
    ordering = ("due_on", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeRequest]:
        """Without a filter, only what is open."""
        rows: QuerySet[ChangeRequest] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("changelist")
        return rows.filter(status__in=ChangeRequest.OPEN) if is_list and not request.GET else rows

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/review/", view(page), name="orgs_changerequest_review"),
            path("<int:pk>/act/", view(act), name="orgs_changerequest_act"),
            path(
                "<int:pk>/documents/<int:document_pk>/",
                view(document),
                name="orgs_changerequest_document",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """The review page is the only place where a request is worked on."""
        if not object_id.isdecimal():
            raise Http404
        return page(request, int(object_id))

    @admin.display(description=_("request"), ordering="pk")
    def review_link(self, change: ChangeRequest) -> str:
        url = reverse("admin:orgs_changerequest_review", args=[change.pk])
        return format_html('<a href="{}">{}</a>', url, change)

    @admin.display(description=_("due on"), ordering="due_on")
    def due(self, change: ChangeRequest) -> str:
        """The day, and in words how far away it is."""
        if not change.is_open:
            return ""
        if change.status == ChangeRequest.Status.INFO_NEEDED:
            return gettext("waits for the member")
        return due_in_words(change.due_on)


def due_in_words(due_on: date) -> str:
    """The day, and how far away it is."""
    day, left = date_format(due_on, "DATE_FORMAT"), (due_on - today()).days
    if left == 0:
        return gettext("%(day)s (today)") % {"day": day}
    if left > 0:
        text = ngettext("%(day)s (in %(n)s day)", "%(day)s (in %(n)s days)", left)
    else:
        text = ngettext("%(day)s (%(n)s day late)", "%(day)s (%(n)s days late)", -left)
    return text % {"day": day, "n": abs(left)}


def change_of(request: HttpRequest, pk: int) -> ChangeRequest:
    """The request, for those whom the admin lets change requests."""
    if not request.user.has_perm("orgs.change_changerequest"):
        raise PermissionDenied
    rows = ChangeRequest.objects.prefetch_related("organization__activities").select_related(
        "organization", "sent_by", "claimed_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Before and after, the papers, the effect, the decision."""
    return show(request, change_of(request, pk))


def show(
    request: HttpRequest,
    change: ChangeRequest,
    *,
    form: ActForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page; `form` keeps what was typed when nothing was done."""
    organization, subject = change.organization, change.about
    with translation.override(organization.language):
        reasons = {key: str(text) for key, text in REASONS.items()}
        questions = {key: str(text) for key, text in QUESTIONS.items()}
    now = changes.current(organization, subject)
    may_renew = organization.is_qualified(today()) and bool(subject.renews)
    typed = form.cleaned_data if form else {"renew": renews(subject, change.old, change.new)}
    done = request.POST.getlist("checks")
    entries = Entry.objects.about(change).select_related("by")
    context = admin.site.each_context(request) | {
        "title": f"{change} – {organization}",
        "change": change,
        "org": organization,
        "now": now,
        "is_stale": change.is_open and now != change.old,
        "evidence": change.evidence.select_related("document"),
        "thread": change.messages.select_related("by"),
        "checklist": [(key, text, key in done) for key, text in subject.checks.items()],
        "may_renew": may_renew,
        "reasons": reasons,
        "questions": questions,
        "history": [(WORDS.get(e.action, e.action), e) for e in entries],
        "typed": typed,
    }
    template = "admin/orgs/changerequest/review.html"
    return render(request, template, context | more, status=status)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Claim, ask, approve or decline; or read the letters before."""
    change, form = change_of(request, pk), ActForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This form is incomplete. Nothing was changed."))
        return redirect("admin:orgs_changerequest_review", pk)
    if form.cleaned_data["act"] == "preview":
        return show(request, change, form=form, letters=letters(form, change))
    try:
        said = perform(form, change, checks=request.POST.getlist("checks"), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return show(request, change_of(request, pk), form=form, status=CONFLICT)
    messages.success(request, said)
    if form.cleaned_data["act"] == "claim":
        return redirect("admin:orgs_changerequest_review", pk)
    return redirect("admin:orgs_changerequest_changelist")


def perform(form: ActForm, change: ChangeRequest, *, checks: list[str], by: Any) -> str:
    """The deed, and what to tell the reviewer. Raises ValidationError, and then nothing is kept."""
    data, name = form.cleaned_data, {"organization": change.organization}
    pk, version = change.pk, data["version"]
    match data["act"]:
        case "claim":
            deciding.claim(pk, by=by)
            return gettext("You review %(organization)s now.") % name
        case "ask":
            question = form.words(change, QUESTIONS)
            if not question:
                raise ValidationError(_("Write the question, or choose one."))
            deciding.ask(pk, by=by, question=question, version=version)
            return gettext("%(organization)s was asked. The clock stands still.") % name
        case "approve":
            missing = [str(t) for key, t in change.about.checks.items() if key not in checks]
            if missing:
                text = _("Before you approve, check: %(missing)s.")
                raise ValidationError(text % {"missing": "; ".join(missing)})
            deciding.approve(pk, by=by, version=version, renew=data["renew"])
            return (
                gettext("The file of %(organization)s is changed, and its people were told.") % name
            )
    reason = form.words(change, REASONS)
    if not reason:
        raise ValidationError(_("Write the reason, or choose one: the member reads it."))
    deciding.decline(pk, by=by, version=version, reason=reason)
    return gettext("%(organization)s was told why its file stays as it is.") % name


def letters(form: ActForm, change: ChangeRequest) -> list[tuple[str, str]]:
    """What the member would read after each act, in the organization's language: (act, text)."""
    renew = form.cleaned_data["renew"]
    organization = change.organization  # changed on this copy only: nothing is saved
    was = organization.qualified_until
    if renew:
        organization.qualified_until = deciding.soonest_end(organization)
    found = [
        (
            pgettext("change request", "Approved"),
            emails.preview("change_approved", change, renew=renew),
        )
    ]
    organization.qualified_until = was
    if question := form.words(change, QUESTIONS):
        found.append(
            (gettext("Question"), emails.preview("change_asked", change, question=question))
        )
    if reason := form.words(change, REASONS):
        change.reason = reason  # on this copy only: nothing is saved
        found.append((gettext("Not accepted"), emails.preview("change_declined", change)))
    return found


@require_safe
def document(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    """A paper of the request, as a download; who read it is recorded."""
    change = change_of(request, pk)
    papers = Document.objects.filter(evidence__request=change)
    found = get_object_or_404(papers, pk=document_pk)
    record(found, "document.read", by=request.user)
    return documents.download(found)
