"""Access: who may open a page of an organization, as a member or through a right from above."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect

from accounts.models import User
from accounts.prepared import Prepared
from orgs import rights
from orgs.days import today
from orgs.models import Membership, Organization

MINE = Prepared(lambda user: Membership.objects.of(user), user=-1)


class OrgRequest(HttpRequest):
    """A request by a member, for the organization named in the URL."""

    user: User
    org: Organization
    membership: Membership
    memberships: list[Membership]
    """All that the person has, for the header's list: read once."""


def member(*needs: str) -> Callable[..., Callable[..., HttpResponseBase]]:
    """Let members through who hold these capabilities; sets request.org and request.membership.

    The view's first URL argument is `org`, the organization's number. A stranger gets a 404, so
    that nobody can try out which organizations exist. A membership from above (an organization
    whose branch this is) has no key, and says in `through` where it comes from.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def guarded(request: Any, org: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            mine = MINE.rows(user=request.user.pk)
            membership = rights.find(mine, number=org)
            if membership is None or membership.organization.merged_into_id:
                return _elsewhere(request, org, mine)
            if not membership.may(*needs):
                raise PermissionDenied
            request.org, request.membership = membership.organization, membership
            request.memberships = mine
            _remember(membership)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _elsewhere(request: HttpRequest, number: int, mine: list[Membership]) -> HttpResponseBase:
    """To the same page of what the organization was merged into, for its members; else a 404.

    The method stays, and with it what was typed: a form that was open meanwhile is not lost.
    """
    gone = Organization.objects.filter(number=number).exclude(merged_into=None).first()
    kept = gone.successor if gone else None
    if kept is None or rights.find(mine, number=kept.number) is None:
        raise Http404
    there = request.get_full_path().replace(f"/o/{number}/", f"/o/{kept.number}/", 1)
    return HttpResponseRedirect(there, preserve_request=True)


def _remember(membership: Membership) -> None:
    """Who was here when: one write a day."""
    day = today()
    if membership.pk and membership.seen_on != day:
        Membership.objects.filter(pk=membership.pk).update(seen_on=day)
