"""The review page: an application's facts beside its papers, and the decision, in one place."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from audit.models import record
from orgs import documents, history, qualification, registration
from orgs.days import today
from orgs.emails import applications as emails
from orgs.models import Application, Document, Organization

ACTS = ("claim", "save", "note", "ask", "qualify", "decline", "preview")
CONFLICT = 409
LOOKALIKES = 5

CHECKLIST = {
    "name": gettext_lazy("The name is that of the papers"),
    "number": gettext_lazy("The number is that of the papers, or of the register"),
    "status": gettext_lazy("It is a charity, nonprofit or library in good standing"),
    "address": gettext_lazy("The address is plausible"),
    "budget": gettext_lazy("The budget is that of its source"),
    "activities": gettext_lazy("The activities fit the mission"),
}
# Reasons in both languages: what the applicant reads is in theirs.
REASONS = {
    "papers": gettext_lazy("The papers do not show that this is a nonprofit organization."),
    "business": gettext_lazy("The papers are those of a business that pays dividends."),
    "government": gettext_lazy("Government bodies cannot be qualified."),
    "individual": gettext_lazy("We qualify organizations only, and these papers are a person’s."),
    "revoked": gettext_lazy("The public register says that the registration was revoked."),
}
QUESTIONS = {
    "legible": gettext_lazy("We cannot read this document. Please send a legible copy."),
    "statements": gettext_lazy("Please send your latest financial statements."),
    "patent": gettext_lazy("Please send all pages of your letters patent."),
    "address": gettext_lazy("The address on your papers is another one. Which is right?"),
}


class DecisionForm(forms.Form):
    """What the reviewer does; what is written goes to the applicant."""

    act = forms.ChoiceField(choices=[(name, name) for name in ACTS])
    version = forms.IntegerField()
    text = forms.CharField(required=False, max_length=4000)
    template = forms.CharField(required=False)
    note = forms.CharField(required=False, max_length=4000)
    checklist = forms.MultipleChoiceField(choices=list(CHECKLIST.items()), required=False)

    def words(self, application: Application, templates: dict[str, Any]) -> str:
        """What was typed, or else the chosen template in the applicant's language."""
        if typed := self.cleaned_data["text"].strip():
            return str(typed)
        with translation.override(application.organization.language):
            return str(templates.get(self.cleaned_data["template"], ""))


def application_of(request: HttpRequest, pk: int) -> Application:
    """The application, for those whom the admin lets change applications."""
    if not request.user.has_perm("orgs.change_application"):
        raise PermissionDenied
    rows = Application.objects.select_related("organization", "claimed_by", "decided_by")
    rows = rows.prefetch_related("organization__activities")
    return get_object_or_404(rows.sent(), pk=pk)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts at the left, papers and the decision at the right, the history below."""
    return show(request, application_of(request, pk))


def show(
    request: HttpRequest,
    application: Application,
    *,
    form: DecisionForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page; `form` keeps what was typed when nothing was done."""
    organization = application.organization
    with translation.override(organization.language):
        reasons = {key: str(text) for key, text in REASONS.items()}
        questions = {key: str(text) for key, text in QUESTIONS.items()}
    typed = form.cleaned_data if form else {}
    done = typed.get("checklist", application.checklist.get("done", []))
    context = admin.site.each_context(request) | {
        "title": f"{application} – {organization}",
        "application": application,
        "org": organization,
        "lacking": registration.lacks(organization),
        "doubts": registration.doubts(organization),
        "documents": Document.objects.of(organization).with_pages(),
        "inquiries": application.inquiries.select_related("asked_by", "answered_by"),
        "history": history.deeds(application),
        "checklist": [(key, text, key in done) for key, text in CHECKLIST.items()],
        "reasons": reasons,
        "questions": questions,
        "people": organization.memberships.select_related("user", "role"),
        "lookalikes": lookalikes(organization),
        "typed": typed,
    }
    template = "admin/orgs/application/review.html"
    return render(request, template, context | more, status=status)


def lookalikes(organization: Organization) -> list[Organization]:
    """Others with the same name, address, telephone, website or e-mail: five at most, one query."""
    same = Q()
    for field in ("legal_name", "phone", "website", "email"):
        if value := getattr(organization, field):
            same |= Q(**{f"{field}__iexact": str(value)})
    if organization.street and organization.postal_code:
        same |= Q(street__iexact=organization.street, postal_code=organization.postal_code)
    others = Organization.objects.exclude(pk=organization.pk)
    return list(others.filter(same)[:LOOKALIKES]) if same else []


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Claim, save the checklist, ask, qualify or decline; or read the letters before."""
    application = application_of(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This form is incomplete. Nothing was changed."))
        return redirect("admin:orgs_application_review", pk)
    if form.cleaned_data["act"] == "preview":
        return show(request, application, form=form, letters=letters(form, application))
    try:
        said = perform(form, application, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return show(request, application_of(request, pk), form=form, status=CONFLICT)
    messages.success(request, said)
    is_done = form.cleaned_data["act"] in {"ask", "qualify", "decline"}
    if is_done:
        return redirect("admin:orgs_application_changelist")
    return redirect("admin:orgs_application_review", pk)


def letters(form: DecisionForm, application: Application) -> list[tuple[str, str]]:
    """What the applicant would read after each act, in their language: (act, text)."""
    question, reason = form.words(application, QUESTIONS), form.words(application, REASONS)
    organization = application.organization  # changed on this copy only: nothing is saved
    was = organization.qualified_since, organization.qualified_until
    since, until = qualification.term(organization, today())
    organization.qualified_since, organization.qualified_until = since, until
    found = [(_("Qualified"), emails.preview("qualified", application))]
    organization.qualified_since, organization.qualified_until = was
    if question:
        found.append((_("Question"), emails.preview("question", application, question=question)))
    if reason:
        application.reason = reason  # on this copy only: nothing is saved
        found.append((_("Not accepted"), emails.preview("declined", application)))
    return found


@transaction.atomic
def perform(form: DecisionForm, application: Application, *, by: Any) -> str:
    """The deed, and what to tell the reviewer. Raises ValidationError, and then nothing is kept."""
    pk, data = application.pk, form.cleaned_data
    if data["act"] == "note" and not data["note"].strip():
        raise ValidationError(_("Write the note first."))
    if note := data["note"].strip():
        qualification.note(pk, by=by, text=note)
    if data["act"] == "note":
        return _("Your note is in the history.")
    if data["act"] == "claim":
        qualification.claim(pk, by=by)
        return _("You review %(organization)s now.") % {"organization": application.organization}
    qualification.check(pk, by=by, done=data["checklist"])
    if data["act"] == "save":
        return _("The checklist is saved.")
    return decide(form, application, by=by)


def decide(form: DecisionForm, application: Application, *, by: Any) -> str:
    """Ask, qualify or decline, as the reviewer saw the application. Raises ValidationError."""
    pk, data = application.pk, form.cleaned_data
    name = {"organization": application.organization}
    match data["act"]:
        case "ask":
            question = form.words(application, QUESTIONS)
            if not question:
                raise ValidationError(_("Write the question, or choose one."))
            qualification.ask(pk, by=by, question=question, version=data["version"])
            return _("%(organization)s was asked. The clock stands still.") % name
        case "qualify":
            unchecked = [str(t) for key, t in CHECKLIST.items() if key not in data["checklist"]]
            if unchecked:
                text = _("Before you qualify, check: %(missing)s.")
                raise ValidationError(text % {"missing": "; ".join(unchecked)})
            qualification.qualify(pk, by=by, version=data["version"])
            return _("%(organization)s is qualified, and was told.") % name
    reason = form.words(application, REASONS)
    if not reason:
        raise ValidationError(_("Write the reason, or choose one: the applicant reads it."))
    qualification.decline(pk, by=by, version=data["version"], reason=reason)
    return _("%(organization)s was declined, and was told why.") % name


@require_safe
def document(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    """A paper of the applicant, as a download; who read it is recorded."""
    application = application_of(request, pk)
    found = get_object_or_404(Document.objects.of(application.organization), pk=document_pk)
    record(found, "document.read", by=request.user)
    return documents.download(found)
