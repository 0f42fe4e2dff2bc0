"""Pages of the catalogue: for everybody, and the same for a member with eligibility and quota."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import alerts, explained, markdown, search
from catalog.models import Partner, Product
from catalog.verdicts import verdict, verdicts
from orgs.access import OrgRequest, member
from orgs.days import today
from orgs.models import Organization

ON_A_PAGE = 24


def org_of(request: HttpRequest) -> Organization | None:
    """For whom the catalogue is looked at; None for a visitor."""
    return getattr(request, "org", None)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The products, searched and filtered by the address alone."""
    org = org_of(request)
    judged = {p.pk: v for p, v in verdicts(org, on=today())} if org else {}
    form = search.SearchForm(request.GET, for_member=bool(org))
    asked = form.asked()
    open_to_us = {pk for pk, found in judged.items() if found.is_eligible} if org else None
    found = search.find(asked, programs=open_to_us)
    page = Paginator(found.products, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "is_guess": found.is_guess,
        "active": active_filters(request, form),
        "cards": [card(product, judged.get(product.program_id)) for product in page],
    }
    template = "catalog/_results.html" if is_fragment(request) else "catalog/list.html"
    return render(request, template, context)


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for the results alone."""
    htmx = request.htmx  # type: ignore[attr-defined]  # django_htmx's middleware
    return bool(htmx and not htmx.history_restore_request and htmx.target == "results")


def active_filters(request: HttpRequest, form: search.SearchForm) -> list[dict[str, str]]:
    """Each filter in force with the address without it."""
    found = []
    for name, words in form.active():
        rest = request.GET.copy()
        rest.pop(name, None)
        rest.pop("page", None)
        found.append({"text": words, "url": f"{request.path}?{rest.urlencode()}"})
    return found


def card(product: Product, found: Any) -> dict[str, Any]:
    """A product with what its chip says; visitors see only what is missing from stock."""
    chip: tuple[str, str] = ("", "")
    if product.is_out_of_stock:
        chip = ("info", _("Out of stock"))
    elif found is not None:
        chip = ("ok", _("Eligible")) if found.is_eligible else ("mute", explained.short(found))
    return {"product": product, "chip_kind": chip[0], "chip_text": chip[1]}


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: what it is, what it costs, who may have it, and how it comes."""
    products = Product.objects.for_cards().select_related("replaced_by")
    found = get_object_or_404(products, slug=slug)
    org, program = org_of(request), found.program
    judged = verdict(program, org, on=today()) if org else None
    waits = request.user.is_authenticated and alerts.is_waiting(found, user=request.user)
    context = {
        "product": found,
        "program": program,
        "details": markdown.to_html(found.details),
        "faq": program.partner.faq.all(),
        "rules": explained.rules(program, on=today()),
        "verdict": judged,
        "failing": explained.failing(judged) if judged else [],
        "waits_for_alert": waits,
    }
    return render(request, "catalog/product.html", context)


@require_safe
def partner(request: HttpRequest, slug: str) -> HttpResponse:
    """A donor partner: its programs, their rules in plain words, its products."""
    found = get_object_or_404(Partner.objects.prefetch_related("faq"), slug=slug)
    org = org_of(request)
    programs = found.programs.select_related("partner").prefetch_related("versions", "products")
    context = {
        "partner": found,
        "programs": [
            {
                "program": program,
                "rules": explained.rules(program, on=today()),
                "verdict": verdict(program, org, on=today()) if org else None,
                "products": [p for p in program.products.all() if p.status == Product.Status.LIVE],
            }
            for program in programs
        ],
    }
    return render(request, "catalog/partner.html", context)


org_listing = member()(listing)
org_product = member()(product)
org_partner = member()(partner)


@require_safe
@member()
def eligibility(request: OrgRequest) -> HttpResponse:
    """Every program, and where it is not open every reason, with what can be done."""
    context = {"groups": explained.by_partner(request.org, on=today())}
    return render(request, "catalog/eligibility.html", context)


@require_POST
@login_required
def alert(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to be told when a product can be had again."""
    found = get_object_or_404(Product.objects.live(), slug=slug)
    alerts.subscribe(found, user=request.user)  # type: ignore[arg-type]  # signed in
    text = _("We will write to %(address)s as soon as %(product)s is in stock again.")
    messages.success(
        request,
        text % {"address": request.user.email, "product": found},  # type: ignore[union-attr]  # signed in
    )
    return redirect("catalog:product", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def stop_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """From an e-mail's link, without signing in: GET asks, POST stops (scanners follow links)."""
    try:
        signing.loads(token, salt=alerts.SALT)
    except signing.BadSignature as forged:
        raise Http404 from forged
    if request.method != "POST":
        return render(request, "catalog/stop_alerts.html")
    alerts.stop(token)
    return render(request, "catalog/stop_alerts.html", {"is_stopped": True})
