"""Pages of the catalogue: for everybody, and the same for a member with eligibility and quota."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.paginator import Page, Paginator
from django.db.models import Count, Window
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import alerts, explained, markdown, search
from catalog.eligibility import Verdict
from catalog.facts import facts_of
from catalog.models import Partner, Product
from catalog.models.product import ProductQuerySet
from catalog.verdicts import verdict, verdict_on, verdicts
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
    judged = verdicts(org, on=today()) if org else []
    by_program = {program.pk: found for program, found in judged}
    partners = dict.fromkeys(p.partner for p, _v in judged) if org else Partner.objects.all()
    form = search.SearchForm(request.GET, partners=partners, for_member=bool(org))
    is_open = {pk for pk, found in by_program.items() if found.is_eligible} if org else None
    found = search.find(form.asked(), programs=is_open)
    page = page_of(found.products, request.GET.get("page", ""))
    context = {
        "form": form,
        "page": page,
        "is_guess": found.is_guess,
        "active": active_filters(request, form),
        "cards": [card(product, by_program.get(product.program_id)) for product in page],
        "program_count": len(judged),
        "open_count": len(is_open or ()),
    }
    template = "catalog/_results.html" if is_fragment(request) else "catalog/list.html"
    return render(request, template, context)


def page_of(products: ProductQuerySet, number: str) -> Page[Product]:
    """One page and how many there are in all, in one query unless the page is beyond the last."""
    wanted = int(number) if number.isdecimal() and 0 < len(number) < 6 and int(number) else 1
    start = (wanted - 1) * ON_A_PAGE
    rows: Any = list(products.annotate(total=Window(Count("pk")))[start : start + ON_A_PAGE])
    paginator = Paginator(products, ON_A_PAGE)
    if not rows and wanted > 1:
        return paginator.get_page(wanted)
    paginator.count = rows[0].total if rows else 0
    return Page(rows, wanted, paginator)


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


def card(product: Product, found: Verdict | None) -> dict[str, Any]:
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
    products = products.prefetch_related("program__versions", "program__partner__faq")
    found = get_object_or_404(products, slug=slug)
    org, program = org_of(request), found.program
    names = explained.activity_names()
    judged = verdict(program, org, on=today()) if org else None
    user = request.user
    waits = found.is_out_of_stock and user.is_authenticated and alerts.is_waiting(found, user=user)
    context = {
        "product": found,
        "program": program,
        "saving": saving(found),
        "details": markdown.to_html(found.details),
        "faq": program.partner.faq.all(),
        "rules": explained.rules(program, names, on=today()),
        "verdict": judged,
        "failing": explained.failing(judged, names) if judged else [],
        "waits_for_alert": waits,
    }
    return render(request, "catalog/product.html", context)


def saving(product: Product) -> Any:
    """What is saved against the store's price; None where the partner is paid afterwards."""
    if product.retail_value is None or product.program.kind in {"access", "validation"}:
        return None
    return max(product.retail_value - product.fee, 0) or None


@require_safe
def partner(request: HttpRequest, slug: str) -> HttpResponse:
    """A donor partner: its programs, their rules in plain words, its products."""
    found = get_object_or_404(Partner.objects.prefetch_related("faq"), slug=slug)
    org, names = org_of(request), explained.activity_names()
    facts = facts_of(org) if org else None
    programs = found.programs.select_related("partner").prefetch_related("versions", "products")
    context = {
        "partner": found,
        "programs": [
            {
                "program": program,
                "rules": explained.rules(program, names, on=today()),
                "verdict": verdict_on(program.versions.all(), facts, on=today()) if facts else None,
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
    groups = explained.by_partner(request.org, on=today())
    judged = [entry for _partner, entries in groups for entry in entries]
    context = {
        "groups": groups,
        "program_count": len(judged),
        "open_count": sum(entry.verdict.is_eligible for entry in judged),
        "on": today(),
    }
    return render(request, "catalog/eligibility.html", context)


@require_POST
def alert(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to be told when a product can be had again; a visitor signs in first."""
    found = get_object_or_404(Product.objects.live(), slug=slug)
    here = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(here, {request.get_host()}, request.is_secure()):
        here = reverse("catalog:product", args=[slug])
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(here)
    alerts.subscribe(found, user=user)
    text = _("We will write to %(address)s as soon as %(product)s is in stock again.")
    messages.success(request, text % {"address": user.email, "product": found})
    return redirect(here)


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
