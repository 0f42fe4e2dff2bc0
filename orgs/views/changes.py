"""Changing what is on file: what to change, what it should say, what that does, and its answer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import changes, onfile
from orgs.access import OrgRequest, member
from orgs.changeline import steps
from orgs.fieldclasses import FREE, NOTIFY, SUBJECTS, Subject, subject_of
from orgs.forms.changes import FORMS, FreeForm, ProofForm, ReplyForm
from orgs.models import ChangeRequest


@require_safe
@member("profile.edit")
def start(request: OrgRequest) -> HttpResponse:
    """What can be changed, and how; `?field=` leads straight to the form of that fact."""
    name, number = request.GET.get("field", ""), request.org.number
    if not changes.is_open_to(request.org):
        return redirect("orgs:detail", number)
    if subject := subject_of(name):
        return redirect("orgs:change", number, subject.code)
    if name in FREE:
        return redirect("orgs:edit", number)
    if name in NOTIFY:
        return redirect("orgs:licence_address", number)
    return render(request, "orgs/changes/start.html", {"groups": onfile.groups(request.org)})


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def edit(request: OrgRequest) -> HttpResponse:
    """Facts that are saved at once."""
    initial = {name: getattr(request.org, name) for name in FREE}
    form = FreeForm(request.POST or None, initial=initial)
    if form.is_valid():
        found = changes.save_free(request.org, by=request.user, values=form.cleaned_data)
        messages.success(request, _("Saved.") if found else _("Nothing has changed."))
        return redirect("orgs:detail", request.org.number)
    context = {"form": form}
    return render(request, "orgs/changes/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def change(request: OrgRequest, code: str) -> HttpResponse:
    """What it should say; then what that does, with the papers; then it is sent."""
    subject = SUBJECTS.get(code)
    if subject is None:
        raise Http404
    if not changes.is_open_to(request.org):
        return redirect("orgs:detail", request.org.number)
    open_one = ChangeRequest.objects.of(request.org).open().filter(subject=code).first()
    if open_one:
        messages.info(request, _("A request to change this is under way already: here it is."))
        return redirect("orgs:change_request", request.org.number, open_one.pk)
    old = changes.current(request.org, subject)
    form = FORMS[code](request.POST or None, old=old)
    if request.method != "POST" or request.POST.get("act") == "back" or not form.is_valid():
        return _ask(request, subject, form)
    new = form.values()
    if reasons := changes.refusals(request.org, subject, new, old=old):
        for reason in reasons:
            form.add_error(None, reason)
        return _ask(request, subject, form)
    return _check(request, subject, form, new)


def _ask(request: OrgRequest, subject: Subject, form: Any) -> HttpResponse:
    is_back = request.POST.get("act") == "back"
    context = {"subject": subject, "form": form, "is_back": is_back}
    status = 422 if form.is_bound and form.errors and not is_back else 200
    return render(request, "orgs/changes/form.html", context, status=status)


def _check(request: OrgRequest, subject: Subject, form: Any, new: dict[str, Any]) -> HttpResponse:
    """The second step: before and after, the effect, the papers; or sending it."""
    is_sent = request.POST.get("act") == "send"
    proof = ProofForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, subject=subject
    )
    if proof.is_valid():
        data = proof.cleaned_data
        try:
            made = changes.send(
                request.org,
                subject,
                by=request.user,
                new=new,
                words=data["words"],
                files=data["papers"],
            )
        except ValidationError as refusal:
            proof.add_error(None, refusal)
        else:
            messages.success(request, _("We have your request %(number)s.") % {"number": made})
            return redirect("orgs:change_request", request.org.number, made.pk)
    context = {
        "subject": subject,
        "form": form,
        "proof": proof,
        "old": form.old,
        "new": new,
        "review_days": changes.REVIEW_DAYS,
    }
    return render(request, "orgs/changes/check.html", context, status=422 if proof.errors else 200)


def request_of(request: OrgRequest, pk: int) -> ChangeRequest:
    rows = ChangeRequest.objects.of(request.org).select_related("organization", "sent_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def one(request: OrgRequest, pk: int) -> HttpResponse:
    """A request: where it is, what it says, the thread; a word more while it is open."""
    found = request_of(request, pk)
    form = ReplyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            changes.answer(found, by=request.user, text=data["text"], files=data["papers"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
            found = request_of(request, pk)
        else:
            messages.success(request, _("Thank you. Our staff go on with your request."))
            return redirect("orgs:change_request", request.org.number, pk)
    context = {
        "change": found,
        "steps": steps(found),
        "form": form,
        "thread": found.messages.select_related("by"),
        "evidence": found.evidence.select_related("document"),
    }
    return render(request, "orgs/changes/one.html", context, status=422 if form.errors else 200)


@require_POST
@member("profile.edit")
def withdraw(request: OrgRequest, pk: int) -> HttpResponse:
    """Take a request back; what is on file stays."""
    found = request_of(request, pk)
    try:
        changes.withdraw(found, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your request is withdrawn. The file says what it said."))
    return redirect("orgs:change_request", request.org.number, pk)
