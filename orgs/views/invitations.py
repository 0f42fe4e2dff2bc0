"""Answering an invitation: by the link of the e-mail, or from one's own list. GET never answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orgs import invitations
from orgs.models import Invitation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Who invites, to what; then sign in, accept, or decline."""
    invitation = invitations.by_secret(secret)
    response = _page(request, invitation)
    response["Referrer-Policy"] = "strict-origin"  # the address is the secret; POST needs an origin
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for an invitation to one's own confirmed address, without the link."""
    waiting = invitations.waiting_for(request.user) if request.user.is_authenticated else []
    invitation = next((i for i in waiting if i.pk == pk), None)
    if invitation is None:
        raise Http404
    return _page(request, invitation)


def _page(request: HttpRequest, invitation: Invitation | None) -> HttpResponse:
    user = request.user
    if invitation is None or not invitation.is_open:
        status = 200 if invitation else 404
        if invitation and invitation.answered_by_id == user.pk:
            return redirect("organizations")
        return render(request, "orgs/invitation_over.html", status=status)
    own = invitations.addresses(user) if user.is_authenticated else set()
    is_mine = invitation.email.lower() in own
    if request.method == "POST" and is_mine:
        return _answer(request, invitation)
    if request.method == "POST":
        raise PermissionDenied
    context = {"invitation": invitation, "is_mine": is_mine}
    return render(request, "orgs/invitation.html", context)


def _answer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    person, organization = request.user, invitation.organization
    try:
        if request.POST.get("act") == "accept":
            invitations.accept(invitation.pk, by=person)  # type: ignore[arg-type]  # signed in
            text = _("You now act for %(organization)s.") % {"organization": organization}
            messages.success(request, text)
            return redirect("dashboard", organization.number)
        invitations.decline(invitation.pk, by=person)  # type: ignore[arg-type]  # signed in
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("organizations")
    messages.success(request, _("You declined. Whoever invited you is told."))
    return redirect("organizations")
