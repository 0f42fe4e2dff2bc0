"""The application while staff have it, and after: its thread, answers, additions, appeals."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import appeals, durations, qualification, thread, timeline, withdrawing
from orgs.access import OrgRequest, member
from orgs.contents import examine_all
from orgs.forms.application import AnswerForm, AppealForm, RemarkForm
from orgs.models import Application, Inquiry


@require_safe
@member("profile.edit")
def application(request: OrgRequest, pk: int | None = None) -> HttpResponse:
    """Where it is, who has the ball, all that was said; and the applications before."""
    every = list(Application.objects.of(request.org).not_put_away())
    sent = [one for one in every if not one.is_draft]
    if pk is not None and pk not in {one.pk for one in sent}:
        raise Http404
    if not sent:
        return redirect("orgs:tasks", request.org.number)
    found = sent[0] if pk is None else next(one for one in sent if one.pk == pk)
    return show(request, found, every)


def show(
    request: OrgRequest,
    found: Application,
    every: list[Application],
    form: RemarkForm | None = None,
) -> HttpResponse:
    """The page of one of an organization's applications, which come newest first.

    `form` keeps what was typed when it was refused.
    """
    can_add = found.status in Application.OPEN_SENT
    is_newest = found == every[0] and not request.org.closed_on
    context = {
        "application": found,
        "steps": timeline.steps(found, durations.usual() if can_add else None),
        "posts": thread.posts(found),
        "form": (form or RemarkForm()) if can_add else None,
        "earlier": [one for one in every if one != found and not one.is_draft],
        "may_withdraw": withdrawing.is_possible(found),
        "may_appeal": is_newest and appeals.is_appealable(found),
        "may_apply_again": is_newest and found.status == Application.Status.DECLINED,
    }
    is_wrong = form is not None and bool(form.errors)
    return render(request, "orgs/application.html", context, status=422 if is_wrong else 200)


@require_POST
@member("profile.edit")
def remark(request: OrgRequest, pk: int) -> HttpResponse:
    """Add words or papers to an application that staff have."""
    found = get_object_or_404(Application.objects.of(request.org).sent(), pk=pk)
    form = RemarkForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            thread.remark(
                found.pk,
                by=request.user,
                words=data["words"],
                files=examine_all(data["papers"], by=request.user),
                kind=data["kind"],
            )
        except ValidationError as refusal:
            form.add_error("papers" if data["papers"] else None, refusal)
        else:
            messages.success(request, _("Your addition is with our staff."))
            return redirect("orgs:application", request.org.number)
    found.refresh_from_db()
    if found.is_decided:  # meanwhile: what was typed is shown beside the decision
        text = _("Our staff have decided on this application: nothing can be added any more.")
        messages.error(request, text)
        return redirect("orgs:application", request.org.number)
    return show(request, found, list(Application.objects.of(request.org).not_put_away()), form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def answer(request: OrgRequest, pk: int) -> HttpResponse:
    """Answer a question of staff, with documents if it asks for some."""
    inquiries = Inquiry.objects.filter(application__organization=request.org)
    inquiry = get_object_or_404(inquiries.select_related("application"), pk=pk)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            qualification.answer(
                inquiry,
                by=request.user,
                text=data["answer"],
                files=examine_all(data["papers"], by=request.user),
                kind=data["kind"],
            )
        except ValidationError as refusal:
            inquiry.refresh_from_db()
            is_again = (inquiry.answer, inquiry.answered_by) == (data["answer"], request.user)
            if is_again:  # a second click leads where the first one did
                return redirect("orgs:application", request.org.number)
            codes = {error.code for error in refusal.error_list}
            form.add_error(None if codes & {"answered", "decided"} else "papers", refusal)
        else:
            messages.success(request, _("Thank you. Our staff go on with your application."))
            return redirect("orgs:application", request.org.number)
    context = {"inquiry": inquiry, "form": form}
    return render(request, "orgs/answer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def withdraw(request: OrgRequest) -> HttpResponse:
    """Take back what staff have, after reading what that means."""
    found = Application.objects.of(request.org).not_put_away().newest()
    if request.method == "POST" and found is not None:
        try:
            found = withdrawing.withdraw(found.pk, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(
                request, _("It is a draft again. Nothing is lost: change it, and send it.")
            )
            is_renewal = found.kind == Application.Kind.RENEWAL
            return redirect("orgs:renew" if is_renewal else "orgs:tasks", request.org.number)
    if found is None or not withdrawing.is_possible(found):
        return redirect("orgs:application", request.org.number)
    return render(request, "orgs/withdraw.html", {"application": found})


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def appeal(request: OrgRequest) -> HttpResponse:
    """Ask that somebody else looks at a refusal, once."""
    declined = appeals.open_to(request.org)
    if declined is None:  # nothing was, or the appeal has been sent in another tab
        return redirect("orgs:application", request.org.number)
    form = AppealForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            papers = examine_all(data["papers"], by=request.user)
            appeals.send(request.org, by=request.user, words=data["words"], files=papers)
        except ValidationError as refusal:
            form.add_error("papers" if data["papers"] else None, refusal)
        else:
            messages.success(request, _("Your appeal is sent. Somebody else looks at it."))
            return redirect("orgs:application", request.org.number)
    context = {"declined": declined, "form": form}
    return render(request, "orgs/appeal.html", context, status=422 if form.errors else 200)


@require_POST
@member("profile.edit")
def apply_again(request: OrgRequest) -> HttpResponse:
    """Begin another application after a refusal, with the facts as they are."""
    try:
        appeals.apply_again(request.org, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("dashboard", request.org.number)
    return redirect("orgs:tasks", request.org.number)
