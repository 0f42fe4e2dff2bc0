"""The quota page: what the organization has used, holds and has left, by program."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from orders import quota
from orgs.access import OrgRequest, member


@require_safe
@member("orders.view")
def show(request: OrgRequest) -> HttpResponse:
    """Every limit of every program, as it stands now."""
    standings = quota.standings(request.org, as_of=timezone.now())
    return render(request, "orders/quota.html", {"standings": standings})
