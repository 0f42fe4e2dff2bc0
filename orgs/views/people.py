"""The people of an organization: who they are, what each may do, who comes and who goes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import invitations, people
from orgs.access import OrgRequest, member
from orgs.capabilities import IN_USE, Scope, within
from orgs.forms.people import InviteForm, RoleForm
from orgs.granting import grantable
from orgs.models import Invitation, JoinRequest, Membership, Role


@require_safe
@member()
def listing(request: OrgRequest) -> HttpResponse:
    """Who acts for the organization; for its administrators also who was invited and who asks."""
    memberships = list(request.org.memberships.select_related("user", "role").order_by("pk"))
    may_manage = request.membership.may("members.manage")
    context = {
        "memberships": memberships,
        "may_manage": may_manage,
        "is_alone": sum(m.is_administrator for m in memberships) == 1,
    }
    if may_manage:
        sent = Invitation.objects.of(request.org).filter(status=Invitation.Status.OPEN)
        asks = JoinRequest.objects.of(request.org).open()
        context |= {
            "invitations": sent.select_related("role", "invited_by"),
            "requests": asks.select_related("user"),
        }
    return render(request, "orgs/people.html", context)


@require_safe
@member()
def roles(request: OrgRequest) -> HttpResponse:
    """What each role may do, and how far."""
    templates = list(Role.objects.filter(organization=None))
    words = dict(Scope.choices)
    rows = [
        {
            "label": capability.label,
            "cells": [
                {"role": role.name, "scope": words.get(role.grants.get(capability, ""), "")}
                for role in templates
            ],
        }
        for capability in IN_USE
    ]
    return render(request, "orgs/roles.html", {"roles": templates, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@member("members.manage")
def invite(request: OrgRequest) -> HttpResponse:
    """Invite an address, with a role, in a language, with a few words."""
    form = InviteForm(request.POST or None, roles=grantable(request.membership))
    if form.is_valid():
        try:
            sent = invitations.invite(request.org, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            text = _("%(email)s is invited. The invitation holds for 14 days.")
            messages.success(request, text % {"email": sent.email})
            return redirect("orgs:people", request.org.number)
    return render(request, "orgs/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@member("members.manage")
def send_again(request: OrgRequest, pk: int) -> HttpResponse:
    """A new link for another fourteen days."""
    try:
        sent = invitations.send_again(pk, organization=request.org, by=request.user)
    except Invitation.DoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _("The invitation to %(email)s is sent again; the link sent before is void.")
        messages.success(request, text % {"email": sent.email})
    return redirect("orgs:people", request.org.number)


@require_POST
@member("members.manage")
def call_back(request: OrgRequest, pk: int) -> HttpResponse:
    """End an invitation that nobody answered."""
    try:
        sent = invitations.call_back(pk, organization=request.org, by=request.user)
    except Invitation.DoesNotExist as missing:
        raise Http404 from missing
    text = _("The invitation to %(email)s is called back: its link is void.")
    messages.success(request, text % {"email": sent.email})
    return redirect("orgs:people", request.org.number)


def _member(request: OrgRequest, pk: int) -> Membership:
    rows = request.org.memberships.select_related("user", "role")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member("members.manage")
def change(request: OrgRequest, pk: int) -> HttpResponse:
    """Give a member another role, or go on to removing them."""
    found = _member(request, pk)
    roles_to_give = grantable(request.membership)
    form = RoleForm(request.POST or None, roles=roles_to_give, initial={"role": found.role_id})
    if form.is_valid():
        role = form.cleaned_data["role"]
        try:
            people.change_role(pk, organization=request.org, role=role, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            text = _("%(person)s now has the role “%(role)s”.")
            messages.success(request, text % {"person": found.user, "role": role.name})
            return redirect("orgs:people", request.org.number)
    context = {
        "found": found,
        "form": form,
        "may_change": within(found.role.grants, request.membership.to_give),
    }
    return render(request, "orgs/member.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member("members.manage")
def remove(request: OrgRequest, pk: int) -> HttpResponse:
    """Say what goes with the person and what stays; then remove them."""
    found = _member(request, pk)
    if request.method == "POST":
        try:
            people.remove(pk, organization=request.org, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("orgs:member", request.org.number, pk)
        text = _("%(person)s no longer acts for your organization.")
        messages.success(request, text % {"person": found.user})
        is_own = found.user_id == request.user.pk
        return redirect("organizations") if is_own else redirect("orgs:people", request.org.number)
    return render(request, "orgs/remove_member.html", {"found": found})


@require_http_methods(["GET", "HEAD", "POST"])
@member()
def leave(request: OrgRequest) -> HttpResponse:
    """Go by oneself; the last administrator reads what to do first."""
    if request.membership.pk is None:  # here by a right from above: there is nothing to leave
        raise Http404
    others = request.org.memberships.administrators().exclude(pk=request.membership.pk)
    is_last = not others.exists() and request.org.memberships.administrators().exists()
    if request.method == "POST":
        try:
            people.leave(request.org, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("orgs:leave", request.org.number)
        text = _("You no longer act for %(organization)s.")
        messages.success(request, text % {"organization": request.org})
        return redirect("organizations")
    return render(request, "orgs/leave.html", {"is_last": is_last})
