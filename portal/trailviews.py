"""Pages about what was written and done: an organization's e-mails, and its security log."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orgs.access import OrgRequest, member
from orgs.models import Case
from portal import letters, securitylog

PER_PAGE = 25


@require_safe
@member()
def messages(request: OrgRequest) -> HttpResponse:
    """The e-mails that this member may read, and the conversations with our staff."""
    page = Paginator(letters.of(request.membership), PER_PAGE).get_page(request.GET.get("page"))
    may_write = request.membership.may("cases.open")
    cases = Case.objects.readable_by(request.membership)[:5] if may_write else []
    return render(request, "portal/messages.html", {"page": page, "cases": cases})


@require_safe
@member()
def message(request: OrgRequest, pk: int) -> HttpResponse:
    """One e-mail, as text."""
    found = get_object_or_404(letters.of(request.membership), pk=pk)
    return render(request, "portal/message.html", {"message": found})


@require_safe
@member("members.manage")
def security(request: OrgRequest) -> HttpResponse:
    """Who did what, and when."""
    rows = securitylog.entries(request.org)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": securitylog.lines(request.org, page.object_list)}
    return render(request, "portal/security_log.html", context)
