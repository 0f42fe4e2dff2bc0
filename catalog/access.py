"""Access: who may open a page of a donor partner's desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import User
from catalog.models import Partner, PartnerMember


class PartnerRequest(HttpRequest):
    """A request by somebody who acts for the donor partner named in the URL."""

    user: User
    partner: Partner


def partner_member(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a partner's people through; sets request.partner.

    The view's first URL argument is `slug`, the partner's. Everybody else gets a 404, staff too:
    they have the same in their own desk.
    """

    @login_required
    @wraps(view)
    def guarded(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        member = PartnerMember.objects.of(request.user).filter(partner__slug=slug).first()
        if member is None:
            raise Http404
        request.partner = member.partner
        return view(request, *args, **kwargs)

    return guarded
