"""Pages of product alerts: ask (signed in, or with an address), confirm, stop, and undo that."""

from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from catalog import alerts, queue
from catalog.models import Partner, Product, StockAlert
from orgs.access import OrgRequest, member


class AddressForm(forms.Form):
    """Where a visitor wants to be told."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class NewsForm(AddressForm):
    """Of whose new products somebody wants to be told; without an address for who is signed in."""

    partner = forms.ModelChoiceField(
        Partner.objects.all(),
        label=gettext_lazy("New products of"),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("All partners"),
    )
    field_order = ("partner", "email")

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user:
            del self.fields["email"]


def person(request: HttpRequest) -> User | None:
    """Who is signed in."""
    return request.user if request.user.is_authenticated else None


@require_POST
def alert(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to be told when a product can be had again."""
    found = get_object_or_404(Product.objects.visible(), slug=slug)
    here = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(here, {request.get_host()}, request.is_secure()):
        here = reverse("catalog:product", args=[slug])
    if user := person(request):
        alerts.subscribe(found, user=user)
        text = _("We will write to %(address)s as soon as %(product)s is in stock again.")
        messages.success(request, text % {"address": user.email, "product": found})
        return redirect(here)
    form = AddressForm(request.POST)
    context = {"form": form, "product": found, "here": here}
    if not form.is_valid():
        return render(request, "catalog/alert_asked.html", context, status=422)
    return asked(request, found, form.cleaned_data["email"], here=here)


def asked(
    request: HttpRequest, topic: Product | Partner | None, email: str, *, here: str
) -> HttpResponse:
    """Write to the address, unless too much was asked from here; the answer is always the same."""
    usage = ratelimit.consume(
        request,
        app="allauth.account",
        action="ask_for_alert",
        config={"ask_for_alert": settings.ALERT_REQUESTS},
        limit_get=True,
    )
    if usage is None:
        return ratelimit.respond_429(request)
    alerts.ask(topic, email=email, language=get_language() or settings.LANGUAGE_CODE)
    return render(request, "catalog/alert_asked.html", {"email": email, "here": here})


@require_POST
@member("orders.place")
def wait(request: OrgRequest, slug: str) -> HttpResponse:
    """Take a place in a product's queue, or leave it; both lead back to the product."""
    found = get_object_or_404(Product.objects.visible(), slug=slug)
    if request.POST.get("act") == "leave":
        if queue.leave(request.org, found, by=request.user):
            messages.success(request, _("You have left the queue."))
        return redirect("catalog:org_product", request.org.number, slug)
    try:
        quantity = int(request.POST.get("quantity", ""))
    except ValueError:
        quantity = 0
    try:
        queue.join(request.org, found, quantity=quantity, by=request.user)
    except ValidationError as refusal:
        for line in refusal.messages:
            messages.error(request, line)
    else:
        messages.success(request, _("You are in the queue. We write as soon as it is your turn."))
    return redirect("catalog:org_product", request.org.number, slug)


@require_http_methods(["GET", "HEAD", "POST"])
def news(request: HttpRequest) -> HttpResponse:
    """A person's alerts, and the form that asks for what is new; also without an account."""
    user = person(request)
    initial = {"partner": request.GET.get("partner", "")}
    form = NewsForm(request.POST or None, initial=initial, user=user)
    if form.is_valid():
        topic = form.cleaned_data["partner"]
        if not user:
            email = form.cleaned_data["email"]
            return asked(request, topic, email, here=request.path)
        alerts.subscribe(topic, user=user)
        text = _("We will write to %(address)s when there is something new.")
        messages.success(request, text % {"address": user.email})
        return redirect(request.path)
    mine = StockAlert.objects.waiting().filter(user=user) if user else StockAlert.objects.none()
    rows = mine.select_related("product", "partner", "user")
    context = {"form": form, "alerts": [(row, alerts.stop_link_token(row)) for row in rows]}
    status = 422 if form.errors else 200
    return render(request, "catalog/alerts.html", context, status=status)


def by_token(token: str, *, salt: str) -> StockAlert:
    """The alert of a link, or a 404 for a link that is none."""
    try:
        return alerts.by_token(token, salt=salt)
    except (signing.BadSignature, StockAlert.DoesNotExist) as none:
        raise Http404 from none


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_alert(request: HttpRequest, token: str) -> HttpResponse:
    """From an e-mail's link: GET asks, POST confirms (scanners follow links)."""
    found = by_token(token, salt=alerts.CONFIRM)
    if request.method == "POST":
        alerts.confirm(found)
    context = {"alert": found, "stop": alerts.stop_link_token(found)}
    return render(request, "catalog/confirm_alert.html", context)


@csrf_exempt  # a mail program's one click (RFC 8058) has no cookie; the link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def stop_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """From an e-mail's link, without signing in: GET asks, POST stops, and undoes it.

    One click in a mail program stops all alerts of the reader.
    """
    found = by_token(token, salt=alerts.STOP)
    act = request.POST.get("act", "all") if request.method == "POST" else ""
    if act == "undo":
        alerts.undo(found)
    elif act:
        alerts.stop(found, all_of_them=act != "this")
    context = {
        "act": act,
        "alert": found,
        "is_open": StockAlert.objects.open().filter(pk=found.pk).exists(),
    }
    return render(request, "catalog/stop_alerts.html", context)
