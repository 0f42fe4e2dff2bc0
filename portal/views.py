"""Pages that need more than one app: home, help, my organization."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog import explained
from catalog.models import Partner, PartnerMember, Product
from orders import meters
from orders.models import Order
from orgs import appeals, drafts, invitations, notices, timeline
from orgs.access import OrgRequest, member
from orgs.days import today
from orgs.models import Application, Claim, Membership, Standing
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
    desks = list(PartnerMember.objects.of(request.user))  # type: ignore[arg-type]  # signed in
    if not (memberships or invited or desks):
        return redirect("orgs:register")
    if len(memberships) + len(desks) == 1 and not invited:
        if desks:
            return redirect("desk:overview", desks[0].partner.slug)
        return redirect("dashboard", memberships[0].organization.number)
    mine = [membership.organization_id for membership in memberships]
    unsent = Application.objects.filter(status=Application.Status.DRAFT, organization__in=mine)
    context = {
        "memberships": memberships,
        "desks": desks,
        "invitations": invited,
        "drafts": {draft.organization_id: draft for draft in unsent},
    }
    return render(request, "portal/organizations.html", context)


@require_safe
@member()
def dashboard(request: OrgRequest) -> HttpResponse:
    """Where an organization stands: its application, what it may have, its orders and quotas."""
    org, day = request.org, today()
    may_manage = request.membership.may("members.manage")
    qualification = _qualification(request)
    is_watched = may_manage and qualification["is_qualified"]
    context = {
        **qualification,
        "may_manage": may_manage,
        "is_alone": is_watched and org.memberships.administrators().count() == 1,
        "groups": explained.by_partner(org, on=day),
        "meters": meters.in_use(org, as_of=timezone.now()),
        "orders": Order.objects.of(org).recent()[:5],
        # Tokens of who is not qualified prove nothing.
        "token_count": Token.objects.of(org).valid().count()
        if qualification["is_qualified"]
        else 0,
    }
    return render(request, "portal/dashboard.html", context)


def _qualification(request: OrgRequest) -> dict[str, Any]:
    """How it stands, what it asks of us, and what we ask of it."""
    org, day = request.org, today()
    application = org.applications.newest()
    put_away = application if drafts.can_be_taken_up(application) else None
    if application is not None and application.status == Application.Status.PUT_AWAY:
        application = org.applications.not_put_away().newest()
    is_with_us = application is not None and application.status in Application.OPEN_SENT
    is_qualified, may_edit = org.is_qualified(day), request.membership.may("profile.edit")
    is_news = application is not None and application.status != Application.Status.QUALIFIED
    return {
        "application": application,
        "put_away": put_away,
        "gone_at": drafts.ends_at(put_away) if put_away else None,
        "is_qualified": is_qualified,
        "is_applicant": org.standing(day) == Standing.APPLICANT,
        "is_late": application is not None and timeline.is_late(application),
        "may_edit": may_edit,
        "notice": notices.notice(org, on=day, is_renewing=is_with_us),
        "steps": timeline.steps(application) if application and is_news else [],
        "inquiries": application.inquiries.filter(answered_at=None)
        if application and not application.is_over and may_edit
        else [],
        # What has a notice needs another act first; its administrators were told by e-mail.
        "claims": Claim.objects.on(org).open()
        if request.membership.may("members.manage")
        and (is_qualified or org.standing(day) == Standing.APPLICANT)
        else [],
        "may_appeal": may_edit and not org.closed_on and appeals.is_appealable(application),
    }
