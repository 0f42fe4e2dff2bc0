"""An organization's own pages: its facts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.access import OrgRequest, member
from orgs.views.documents import files_of


@require_safe
@member()
def detail(request: OrgRequest) -> HttpResponse:
    """The facts on file, and how to have them changed."""
    may_read = request.membership.may("profile.edit")
    context = {"files": files_of(request, removable=False) if may_read else []}
    return render(request, "orgs/detail.html", context)
