"""Pages that need more than one app: home, help, my organization."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.models import Partner, Product
from orders.models import Order
from orgs.access import OrgRequest, member
from tokens.models import Token


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, who it is for, and the first step."""
    context = {
        "partners": Partner.objects.all(),
        "product_count": Product.objects.live().count(),
    }
    return render(request, "portal/home.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The questions people ask most, and how to reach us."""
    return render(request, "portal/help.html")


@require_safe
@member()
def dashboard(request: OrgRequest) -> HttpResponse:
    """Where an organization stands: its application, what it may have, its orders and tokens."""
    context = {
        "application": request.org.applications.newest(),
        "orders": Order.objects.of(request.org).recent()[:5],
        "tokens": Token.objects.of(request.org).valid(),
    }
    return render(request, "portal/dashboard.html", context)
