"""Pages that need more than one app: home, help, my organization."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog import explained
from catalog.models import Partner, Product
from orders import meters
from orders.models import Order
from orgs import invitations, timeline
from orgs.access import OrgRequest, member
from orgs.days import today
from orgs.models import Membership
from tokens.models import Token


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, who it is for, and the first step."""
    context = {
        "partners": Partner.objects.all(),
        "product_count": Product.objects.visible().count(),
    }
    return render(request, "portal/home.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The questions people ask most, and how to reach us."""
    return render(request, "portal/help.html")


@require_safe
@login_required
def organizations(request: HttpRequest) -> HttpResponse:
    """Where one acts: the choice when there are several, the first step when there is none.

    Invitations that wait for an answer come first, also for somebody who lost their e-mail.
    """
    memberships = list(Membership.objects.of(request.user))
    invited = invitations.waiting_for(request.user)  # type: ignore[arg-type]  # signed in
    if not memberships and not invited:
        return redirect("orgs:register")
    if len(memberships) == 1 and not invited:
        return redirect("dashboard", memberships[0].organization.number)
    context = {"memberships": memberships, "invitations": invited}
    return render(request, "portal/organizations.html", context)


@require_safe
@member()
def dashboard(request: OrgRequest) -> HttpResponse:
    """Where an organization stands: its application, what it may have, its orders and quotas."""
    org, day = request.org, today()
    application = org.applications.newest()
    is_qualified = org.is_qualified(day)
    may_manage = request.membership.may("members.manage")
    may_answer = request.membership.may("profile.edit")
    context = {
        "application": application,
        "may_manage": may_manage,
        "is_alone": may_manage and is_qualified and org.memberships.administrators().count() == 1,
        "is_qualified": is_qualified,
        "steps": timeline.steps(application) if application and not is_qualified else [],
        "inquiries": application.inquiries.filter(answered_at=None)
        if application and may_answer
        else [],
        "groups": explained.by_partner(org, on=day),
        "meters": meters.in_use(org, as_of=timezone.now()),
        "orders": Order.objects.of(org).recent()[:5],
        "token_count": Token.objects.of(org).valid().count(),
    }
    return render(request, "portal/dashboard.html", context)
