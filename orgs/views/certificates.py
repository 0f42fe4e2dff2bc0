"""Certificates of qualification: the member's page and paper, and where anybody checks a code."""

from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orgs import certificates, printing
from orgs.access import OrgRequest, member
from orgs.days import today


@require_safe
@member()
def page(request: OrgRequest) -> HttpResponse:
    """The certificate, to be printed or sent; or why there is none."""
    day = today()
    context: dict[str, Any] = {"standing": request.org.standing(day), "certificate": None, "qr": ""}
    if request.org.is_qualified(day):
        context["certificate"] = certificates.words(request.org, on=day)
        url = context["certificate"]["address"]
        context["qr"] = certificates.qr(url).svg_data_uri(scale=4, border=2, light="white")
    return render(request, "orgs/certificate.html", context)


@require_safe
@member()
def paper(request: OrgRequest) -> HttpResponse:
    """The same as a PDF; where there is none, the page says why."""
    if not request.org.is_qualified(today()):
        return redirect("orgs:certificate", request.org.number)
    data = certificates.paper(request.org, on=today())
    return printing.answer(data, name=f"certificate-{request.org.number}.pdf")


class CodeForm(forms.Form):
    """A code, as it stands on a certificate."""

    code = forms.CharField(
        label=_("Check code"),
        help_text=_("As it stands on the certificate, such as 100001-7KQ4-M2XW-P."),
        max_length=60,
        error_messages={"required": _("Enter the code of the certificate.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Whether a certificate holds today: yes and for whom, or no. Limited by address."""
    form = CodeForm(request.GET) if "code" in request.GET else CodeForm()
    found, is_asked = None, False
    if form.is_valid():
        if not is_allowed(request):
            return ratelimit.respond_429(request)
        try:
            found = certificates.check(form.cleaned_data["code"], on=today())
            is_asked = True
        except ValidationError as refusal:
            form.add_error("code", refusal)
    context = {"form": form, "found": found, "is_asked": is_asked, "day": today()}
    status = 422 if form.errors else 200
    response = render(request, "orgs/check_certificate.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"  # the code is in the address
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def is_allowed(request: HttpRequest) -> bool:
    """At most so many checks from one address; counted as tries to sign in are."""
    usage = ratelimit.consume(
        request,
        app="allauth.account",
        action="check_certificate",
        config={"check_certificate": settings.CERTIFICATE_CHECKS},
        limit_get=True,
    )
    return usage is not None
