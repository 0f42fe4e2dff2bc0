"""The address for licences: asking for another, confirming it, stopping it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs import licence_address
from orgs.access import OrgRequest, member
from orgs.emails.licence_address import CONFIRM, UNDO
from orgs.forms.changes import LicenceAddressForm
from orgs.models import AddressChange

GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def ask(request: OrgRequest) -> HttpResponse:
    """Where licences go now, what is under way, and another address."""
    form = LicenceAddressForm(request.POST or None)
    if form.is_valid():
        new = form.cleaned_data["email"]
        try:
            licence_address.ask(request.org, by=request.user, new=new)
        except ValidationError as refusal:
            form.add_error("email", refusal)
        else:
            text = _("We wrote to %(address)s: open the link in that message to confirm.")
            messages.success(request, text % {"address": new})
            return redirect("orgs:licence_address", request.org.number)
    changes = AddressChange.objects.of(request.org).under_way().select_related("asked_by")
    context = {"form": form, "change": changes.first()}
    return render(request, "orgs/changes/address.html", context, status=422 if form.errors else 200)


@require_POST
@member("profile.edit")
def cancel(request: OrgRequest) -> HttpResponse:
    """Give up a change that is not in force yet."""
    licence_address.cancel(request.org, by=request.user)
    messages.success(request, _("Licences go where they went."))
    return redirect("orgs:licence_address", request.org.number)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """From the new address's message, without signing in: GET asks, POST confirms."""
    return _act(request, token, salt=CONFIRM, act=licence_address.confirm)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """From the old address's message, without signing in: GET asks, POST stops."""
    return _act(request, token, salt=UNDO, act=licence_address.stop)


def _act(request: HttpRequest, token: str, *, salt: str, act: Callable[[str], Any]) -> HttpResponse:
    """What the link is about, with one button; 410 once nothing is left to do."""
    is_done = request.method == "POST"
    try:
        change = act(token) if is_done else licence_address.read(token, salt)
    except ValidationError as refusal:
        context = {"refusal": refusal.messages[0]}
        return render(request, "orgs/changes/address_link.html", context, status=GONE)
    about = {"change": change, "is_done": is_done, "is_stop": salt == UNDO}
    return render(request, "orgs/changes/address_link.html", about)
