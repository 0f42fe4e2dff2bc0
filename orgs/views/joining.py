"""Asking to be let into an organization, and its administrators' answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs import finding, joining, numbers
from orgs.access import OrgRequest, member
from orgs.forms.people import JoinForm, RoleForm
from orgs.granting import grantable
from orgs.models import JoinRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask by a number, or for the organization that a page of ours handed over (`?o=`).

    The answer is the same whether the organization exists or not.
    """
    handed_over = finding.by_handle(request.GET.get("o", ""))
    form = JoinForm(request.POST or None, is_handed_over=handed_over is not None)
    if form.is_valid():
        number = numbers.compact(form.cleaned_data.get("number", ""))
        try:
            joining.ask(
                handed_over or finding.by_number(number),
                asked_for=number,
                words=form.cleaned_data["words"],
                by=request.user,  # type: ignore[arg-type]  # signed in
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            text = _(
                "If an organization has this number, its administrators have your request. You "
                "get an e-mail with their answer, or in 14 days if there is none."
            )
            messages.success(request, text)
            return redirect("orgs:join")
    asked = JoinRequest.objects.filter(user=request.user.pk)[:10]
    context = {"form": form, "asked": asked, "is_handed_over": handed_over is not None}
    return render(request, "orgs/join.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    get_object_or_404(JoinRequest, pk=pk, user=request.user.pk)
    joining.withdraw(pk, by=request.user)  # type: ignore[arg-type]  # signed in
    messages.success(request, _("Your request is taken back."))
    return redirect("orgs:join")


@require_http_methods(["GET", "HEAD", "POST"])
@member("members.manage")
def decide(request: OrgRequest, pk: int) -> HttpResponse:
    """Who asks, with which words; let in with a role, or decline."""
    rows = JoinRequest.objects.of(request.org).select_related("user")
    asked = get_object_or_404(rows, pk=pk)
    is_decline = request.POST.get("act") == "decline"
    is_accept = request.method == "POST" and not is_decline
    form = RoleForm(request.POST if is_accept else None, roles=grantable(request.membership))
    if is_decline or form.is_valid():
        try:
            if is_decline:
                joining.decline(pk, organization=request.org, by=request.user)
                said = _("Declined. %(person)s is told.")
            else:
                role = form.cleaned_data["role"]
                joining.accept(pk, organization=request.org, role=role, by=request.user)
                said = _("%(person)s may now act for your organization.")
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, said % {"person": asked.user})
        return redirect("orgs:people", request.org.number)
    context = {"asked": asked, "form": form}
    return render(request, "orgs/join_request.html", context, status=422 if form.errors else 200)
