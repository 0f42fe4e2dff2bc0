"""Licences on the order's page: shown one at a time, and every look is written down."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.models import Entry, record
from orders import fulfilment, keys
from orders.models import LicenseKey, Order
from orgs.access import OrgRequest, member


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member("licences.reveal_key")
def reveal(request: OrgRequest, number: int, key_pk: int) -> HttpResponseBase:
    """One licence of an order of one's own; whose it is comes before who is asking again."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    given = LicenseKey.objects.filter(line__order=order).select_related("line", "product")
    return show(request, order, get_object_or_404(given, pk=key_pk))


@reauthentication_required
def show(request: OrgRequest, order: Order, key: LicenseKey) -> HttpResponse:
    """Ask (GET, where a fresh sign-in leads back to), then show the key (POST) and record it."""
    context: dict[str, Any] = {"key": key, "order": order}
    if request.method == "POST":
        record(key, "key.revealed", by=request.user)
        context["value"] = keys.decrypt(key)
    context["looks"] = Entry.objects.about(key).filter(action="key.revealed").select_related("by")
    return render(request, "orders/licence.html", context)


@require_POST
@member("orders.view")
def resend(request: OrgRequest, number: int) -> HttpResponse:
    """Send the "licences ready" e-mail once more."""
    order = get_object_or_404(
        Order.objects.of(request.org).exclude(fulfilled_at=None), number=number
    )
    try:
        fulfilment.resend(order.pk, by=request.user)
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("We sent the message again."))
    return redirect("orders:detail", request.org.number, number)
