"""Asking for the account of an organization that nobody administers, and objecting to it."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from orgs import finding, numbers, recovery
from orgs.forms.recovery import ObjectionForm, RecoveryForm
from orgs.models import Recovery


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Name the organization, say what happened, show the papers."""
    form = RecoveryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, by = form.cleaned_data, cast(User, request.user)
        number = numbers.compact(data["number"])
        try:
            asked = recovery.ask(
                finding.by_number(number),
                asked_for=number,
                title=data["title"],
                words=data["words"],
                papers=recovery.examine(data["papers"], by=by),
                by=by,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("We have your request."))
            return redirect("orgs:recovery", asked.pk)
    context = {"form": form, "asked": Recovery.objects.filter(claimant=request.user.pk)[:10]}
    return render(request, "orgs/recover.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one's own request is and by when; POST takes it back."""
    asked = get_object_or_404(Recovery, pk=pk, claimant=request.user.pk)
    if request.method == "POST":
        recovery.withdraw(pk, by=request.user)  # type: ignore[arg-type]  # signed in
        messages.success(request, _("Your request is taken back."))
        return redirect("orgs:recovery", pk)
    return render(request, "orgs/recovery.html", {"recovery": asked, "papers": asked.papers.all()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, secret: str) -> HttpResponse:
    """Who asks for which account; GET changes nothing, POST objects."""
    notice = recovery.by_secret(secret)
    if notice is None:
        raise Http404
    form = ObjectionForm(request.POST or None)
    if form.is_valid():
        try:
            recovery.object_to(notice, words=form.cleaned_data["words"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your objection stops the request. Our staff are on it."))
            return redirect("orgs:object", secret)
    context = {"notice": notice, "recovery": notice.recovery, "form": form}
    response = render(request, "orgs/object.html", context, status=422 if form.errors else 200)
    response["Referrer-Policy"] = "strict-origin"  # the address is the secret; POST needs an origin
    return response
