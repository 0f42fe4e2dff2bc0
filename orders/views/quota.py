"""The quota page: what is used, held and left of every limit, and when it starts over."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from orders import meters
from orgs.access import OrgRequest, member


@require_safe
@member("orders.view")
def show(request: OrgRequest) -> HttpResponse:
    groups = meters.by_partner(request.org, as_of=timezone.now())
    return render(request, "orders/quota.html", {"groups": groups})
