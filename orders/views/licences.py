"""Licences on the order's page: shown one at a time, and every look is written down."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.models import Entry, record
from orders import fulfilment, keys
from orders.models import LicenseKey, Order
from orgs.access import OrgRequest, member


@never_cache
@require_http_methods(["GET", "POST"])
@member("licences.reveal_key")
@reauthentication_required(allow_get=True)
def reveal(request: OrgRequest, number: int, key_pk: int) -> HttpResponse:
    """Ask (GET), then show the key (POST) and record who looked.

    Showing needs a fresh sign-in, after which the same POST goes on by itself.
    """
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    given = LicenseKey.objects.filter(line__order=order, revoked_at=None).select_related(
        "line", "product"
    )
    key = get_object_or_404(given, pk=key_pk)
    context: dict[str, Any] = {"key": key, "order": order}
    if request.method == "POST":
        value = keys.decrypt(key)
        record(key, "key.revealed", by=request.user, order=order.number)  # before it is seen
        context["value"] = value
    context["looks"] = Entry.objects.about(key).filter(action="key.revealed").select_related("by")
    return render(request, "orders/licence.html", context)


@require_POST
@member("orders.view")
def resend(request: OrgRequest, number: int) -> HttpResponse:
    """Send the "licences ready" e-mail once more."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    try:
        fulfilment.resend(order.pk, by=request.user)
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("We sent the message again."))
    return redirect("orders:detail", request.org.number, number)
