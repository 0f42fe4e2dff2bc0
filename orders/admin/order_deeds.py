"""What staff do to one order from its page: stop it, release it, note, allocate, verify, resend."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from orders import delivery, fulfilment, holding, settlement
from orders.models import Delivery, Order


def _note(pk: int, *, by: Any, reason: str) -> None:
    holding.note(pk, by=by, text=reason)


def _allocate(pk: int, *, by: Any, reason: str) -> None:
    settlement.allocate(pk, by=by, note=reason)


def _resend(pk: int, *, by: Any, reason: str) -> None:
    fulfilment.resend(pk, by=by, is_staff=True)


def _verify(pk: int, *, by: Any, reason: str) -> None:
    delivery.verify(get_object_or_404(Delivery, order=pk).pk, by=by)


DEEDS: Final[Mapping[str, tuple[Callable[..., Any], Any]]] = {
    "hold": (holding.hold, _("The order is stopped.")),
    "release": (holding.release, _("The order goes on.")),
    "note": (_note, _("The note is in the order’s history.")),
    "allocate": (_allocate, _("The order is being prepared.")),
    "verify": (_verify, _("The address is verified for delivery.")),
    "resend": (_resend, _("The message is sent again.")),
}


@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Do one of DEEDS, with what was written; what is against it is said on the order's page."""
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    if deed not in DEEDS:
        raise Http404
    order = get_object_or_404(Order, pk=pk)
    service, said = DEEDS[deed]
    try:
        service(order.pk, by=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, said)
    return redirect("admin:orders_order_change", pk)
