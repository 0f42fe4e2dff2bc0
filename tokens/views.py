"""Pages of an organization's validation tokens."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import notices
from orgs.access import OrgRequest, member
from orgs.days import today
from tokens import issue
from tokens.forms import TokenForm
from tokens.models import Token

SHOWN = 100


@require_safe
@member("tokens.issue")
def listing(request: OrgRequest) -> HttpResponse:
    """The tokens there are, who checked them, and the way to a new one."""
    tokens = Token.objects.of(request.org).with_checks()[:SHOWN]
    context = {"tokens": tokens, "why_not": notices.why_not(request.org, on=today())}
    return render(request, "tokens/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member("tokens.issue")
def create(request: OrgRequest) -> HttpResponse:
    """Ask for whom; then show the secret, this once and in this answer only."""
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            token, secret = issue.issue(request.org, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return render(request, "tokens/created.html", {"token": token, "secret": secret})
    return render(request, "tokens/create.html", {"form": form})


@require_POST
@member("tokens.issue")
def revoke(request: OrgRequest, pk: int) -> HttpResponse:
    try:
        token = issue.revoke(pk, organization=request.org, by=request.user)
    except Token.DoesNotExist as missing:
        raise Http404 from missing
    text = _("The token of %(name)s is revoked. Nobody can use it any more.")
    messages.success(request, text % {"name": token.bearer_name})
    return redirect("tokens:list", request.org.number)
