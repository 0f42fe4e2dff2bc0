"""Renewing a qualification, throwing a draft away, leaving."""

from copy import copy

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs import drafts, renewal, standing
from orgs.access import OrgRequest, member
from orgs.contents import examine_all
from orgs.days import today
from orgs.forms.application import ClosingForm, RenewalForm
from orgs.models import Application, ChangeRequest, NewBudget, Standing
from orgs.registration import ChangedMeanwhile


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def renew(request: OrgRequest) -> HttpResponse:
    """The facts on file, the budget of today, and the confirmation; or why it is not time."""
    newest = request.org.applications.newest()
    draft = newest if newest and newest.kind == Application.Kind.RENEWAL else None
    if draft is not None and draft.status in Application.OPEN_SENT:
        return redirect("orgs:application", request.org.number)
    draft = draft if draft is not None and draft.is_draft else None
    if draft is None and not renewal.is_open(request.org, newest, on=today()):
        why_not = {"opens_on": renewal.opens_on(request.org), "open": newest}
        return render(request, "orgs/not_renewable.html", why_not)
    form = _renewal_form(request, draft)
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, form)
        except ChangedMeanwhile:
            text = _("This renewal was saved in another window. Look at both, and save again.")
            form.add_error(None, text)
            draft = request.org.applications.newest()
        except ValidationError as refusal:
            form.add_error("papers" if form.cleaned_data["papers"] else None, refusal)
    context = {
        "form": form,
        "draft": draft,
        "version": draft.version if draft else 0,
        "files": draft.files.all() if draft else [],
        "pending": ChangeRequest.objects.of(request.org).open(),
    }
    return render(request, "orgs/renew.html", context, status=422 if form.errors else 200)


def _renewal_form(request: OrgRequest, draft: Application | None) -> RenewalForm:
    """As it was saved last, on a copy: what is typed must not show in the facts above."""
    instance = copy(request.org)
    saved = NewBudget.objects.filter(application=draft).first() if draft else None
    for name in NewBudget.DECLARED:
        if saved is not None:
            setattr(instance, name, getattr(saved, name))
    initial = {"words": draft.words if draft else ""}
    return RenewalForm(
        request.POST or None, request.FILES or None, instance=instance, initial=initial
    )


def _save(request: OrgRequest, form: RenewalForm) -> HttpResponse:
    version = request.POST.get("version", "")
    data = form.cleaned_data
    draft = renewal.save(
        request.org,
        by=request.user,
        version=int(version) if version.isdigit() else 0,
        words=data["words"],
        budget=form.budget(),
        files=examine_all(data["papers"], by=request.user),
    )
    if "send" not in request.POST:
        messages.success(request, _("Saved."))
        return redirect("orgs:renew", request.org.number)
    renewal.send(draft, by=request.user)
    messages.success(request, _("Your renewal is sent. You need do nothing more for now."))
    return redirect("orgs:application", request.org.number)


@require_POST
@member("profile.edit")
def discard(request: OrgRequest) -> HttpResponse:
    """Throw a draft away, with a way back."""
    draft = get_object_or_404(Application.objects.of(request.org).open())
    try:
        drafts.discard(draft.pk, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The draft is put away. You can take it up again below."))
    return redirect("dashboard", request.org.number)


@require_POST
@member("profile.edit")
def take_up(request: OrgRequest) -> HttpResponse:
    """Bring back the draft that was thrown away last."""
    found = request.org.applications.newest()
    try:
        draft = drafts.take_up(found.pk if found else 0, by=request.user)
    except (Application.DoesNotExist, ValidationError) as refusal:
        gone = [_("This draft is gone: begin a new one.")]
        messages.error(request, " ".join(getattr(refusal, "messages", gone)))
        return redirect("dashboard", request.org.number)
    messages.success(request, _("Your draft is back, with its papers."))
    is_renewal = draft.kind == Application.Kind.RENEWAL
    return redirect("orgs:renew" if is_renewal else "orgs:tasks", request.org.number)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit", "members.manage")
def close(request: OrgRequest) -> HttpResponse:
    """Close the organization's own account, after reading what that means."""
    if request.org.standing(today()) in {Standing.CLOSED, Standing.MERGED}:
        return redirect("dashboard", request.org.number)
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            standing.close(request.org.pk, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The account is closed. What is here can still be read."))
            return redirect("dashboard", request.org.number)
    with_staff = Application.objects.of(request.org).filter(status__in=Application.OPEN_SENT)
    context = {"form": form, "with_staff": with_staff.exists()}
    return render(request, "orgs/close.html", context, status=422 if form.errors else 200)
