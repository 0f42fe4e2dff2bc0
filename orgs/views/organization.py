"""An organization's own pages: its facts."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs import changes, filehistory, onfile
from orgs.access import OrgRequest, member
from orgs.models import Activity
from orgs.views.documents import files_of

PER_PAGE = 20


@require_safe
@member()
def detail(request: OrgRequest) -> HttpResponse:
    """The facts on file, and how to have them changed."""
    may_read = request.membership.may("profile.edit")
    context = {
        "groups": onfile.groups(request.org),
        "may_change": may_read and changes.is_open_to(request.org),
        "files": files_of(request) if may_read else [],
    }
    return render(request, "orgs/detail.html", context)


@require_safe
@member()
def history(request: OrgRequest) -> HttpResponse:
    """What each fact said before, when it changed, and who changed it."""
    page = Paginator(filehistory.of(request.org), PER_PAGE).get_page(request.GET.get("page"))
    names = {activity.code: activity.name for activity in Activity.objects.all()}
    return render(request, "orgs/history.html", {"page": page, "names": names})
