"""An organization's own pages: its facts, its people, its papers."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from audit.models import record
from orgs import documents
from orgs.access import OrgRequest, member
from orgs.models import Document
from orgs.views.registration import files_of


@require_safe
@member()
def detail(request: OrgRequest) -> HttpResponse:
    """The facts on file, and how to have them changed."""
    may_read = request.membership.may("profile.edit")
    context = {"files": files_of(request, removable=False) if may_read else []}
    return render(request, "orgs/detail.html", context)


@require_safe
@member()
def people(request: OrgRequest) -> HttpResponse:
    """Who acts for the organization, and what each may do."""
    memberships = request.org.memberships.select_related("user", "role")
    return render(request, "orgs/people.html", {"memberships": memberships})


@require_safe
@member("profile.edit")
def document(request: OrgRequest, pk: int) -> HttpResponseBase:
    """A document of one's own, as a download; reading is recorded."""
    found = get_object_or_404(Document.objects.of(request.org), pk=pk)
    record(found, "document.read", by=request.user)
    return documents.download(found)
