"""When an organization may be registered already: three ways on, and the claim of one of them.

What these pages say depends only on what the person typed, and on the organizations that the person
belongs to: never on whose account it looks like.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs import claims, joining, matches, registration
from orgs.access import OrgRequest, member
from orgs.forms.duplicates import AnotherForm, ClaimForm, VoiceForm, facts_of
from orgs.forms.people import JoinForm
from orgs.models import Claim, Match
from orgs.views.registration import draft_of


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def possible(request: OrgRequest) -> HttpResponse:
    """What was typed is on file: ask for access, or say that it is another organization."""
    draft_of(request)
    found = list(Match.objects.of(request.org).undecided())
    if not found or Claim.objects.of(request.org).open().exists():
        return redirect("orgs:claim" if found else "orgs:tasks", request.org.number)
    said = next((match.words for match in found if match.words), "")
    form = AnotherForm(request.POST or None, initial={"words": said})
    if form.is_valid():
        matches.say_another(request.org, by=request.user, words=form.cleaned_data["words"])
        messages.success(
            request, _("Thank you. Our staff read it when they have your application.")
        )
        return redirect("orgs:tasks", request.org.number)
    context = {
        "form": form,
        "typed": registration.disputed(request.org),
        "own": own(request, found),
    }
    return render(request, "orgs/possible.html", context, status=422 if form.errors else 200)


def own(request: OrgRequest, found: list[Match]) -> list[Any]:
    """Those that the person belongs to: nothing is told by naming them."""
    others = {match.other(request.org).successor.pk for match in found}
    return [m.organization for m in request.memberships if m.organization_id in others]


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def claim(request: OrgRequest) -> HttpResponse:
    """The form with the six facts; once sent, where the claim is and by when it is answered."""
    newest = Claim.objects.of(request.org).select_related("organization", "role").first()
    is_again = request.method == "POST" or "again" in request.GET
    if newest and (newest.is_open or newest.status == newest.Status.ACCEPTED or not is_again):
        return render(request, "orgs/claim_sent.html", {"claim": newest})
    draft_of(request)
    if not Match.objects.of(request.org).undecided().exists():
        return redirect("orgs:tasks", request.org.number)
    typed = registration.disputed(request.org)
    form = ClaimForm(request.POST or None, initial=facts_of(request.org, typed))
    if form.is_valid():
        claims.file(request.org, by=request.user, facts=form.cleaned_data)
        return redirect("orgs:claim", request.org.number)
    return render(request, "orgs/claim.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def ask_to_join(request: OrgRequest) -> HttpResponse:
    """Ask the administrators of the account that exists, whoever they are, to be let in."""
    draft_of(request)
    match = Match.objects.of(request.org).undecided().first()
    if match is None:
        return redirect("orgs:tasks", request.org.number)
    form = JoinForm(request.POST or None, is_handed_over=True)
    if form.is_valid():
        words = form.cleaned_data["words"]
        try:
            found = match.other(request.org).successor
            joining.ask(found, asked_for="", words=words, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            text = _(
                "The administrators of the account have your request. You get an e-mail with "
                "their answer, or in 14 days if there is none."
            )
            messages.success(request, text)
            return redirect("orgs:join")
    status = 422 if form.errors else 200
    return render(request, "orgs/ask_to_join.html", {"form": form}, status=status)


@require_POST
@member("profile.edit")
def withdraw(request: OrgRequest) -> HttpResponse:
    """Take the claim back, and go on with the registration."""
    newest = get_object_or_404(Claim.objects.of(request.org).open())
    claims.withdraw(newest.pk, by=request.user)
    messages.success(request, _("Your claim is taken back."))
    return redirect("orgs:possible", request.org.number)


@require_http_methods(["GET", "HEAD", "POST"])
@member("members.manage")
def claim_on_us(request: OrgRequest, pk: int) -> HttpResponse:
    """Somebody asks for access to this organization: what its administrators say."""
    rows = Claim.objects.on(request.org).select_related("filed_by")
    found = get_object_or_404(rows, pk=pk)
    voice = found.voices.filter(by=request.user).first()
    initial = {"is_objection": "yes" if voice and voice.is_objection else "no" if voice else ""}
    initial["words"] = voice.words if voice else ""
    form = VoiceForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            claims.speak(found, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Thank you. Our staff weigh what you said."))
            return redirect("dashboard", request.org.number)
    context = {"claim": found, "form": form, "voice": voice}
    return render(request, "orgs/claim_on_us.html", context, status=422 if form.errors else 200)
