"""The quota page: what is used, held and left of every limit, and when it starts over."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.models import Program
from orders import allocation, meters
from orgs.access import OrgRequest, member


@require_safe
@member("orders.view")
def show(request: OrgRequest) -> HttpResponse:
    groups = meters.by_partner(request.org, as_of=timezone.now())
    return render(request, "orders/quota.html", {"groups": groups})


@require_safe
@member("orders.view")
def program(request: OrgRequest, slug: str) -> HttpResponse:
    """One program: each limit with what is used, held and left, and the orders behind it."""
    row = get_object_or_404(Program.objects.select_related("partner"), slug=slug)
    found = allocation.of(request.org, row, as_of=timezone.now())
    return render(request, "orders/quota_program.html", {"allocation": found, "program": row})
