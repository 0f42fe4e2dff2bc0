"""Pages of the catalogue: for everybody, and the same for a member with eligibility and quota."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import alerts, comparison, editions, explained, markdown, naming
from catalog.asked import MOST_COMPARED, Asked
from catalog.cards import percent_saved, saving
from catalog.eligibility import Granted
from catalog.facts import facts_of
from catalog.models import Partner, Product
from catalog.pieces import pieces
from catalog.verdicts import decided, in_force, judged, verdict_on, verdicts
from orgs.access import member
from orgs.days import today
from orgs.models import Organization

ON_A_PAGE = 24
A_DAY = 24 * 3600  # seconds


def org_of(request: HttpRequest) -> Organization | None:
    """For whom the catalogue is looked at; None for a visitor."""
    return getattr(request, "org", None)


def address_of(request: HttpRequest, name: str, *args: str) -> str:
    """The address of a page of the catalogue, for the organization when there is one."""
    org = org_of(request)
    return reverse(f"catalog:org_{name}" if org else f"catalog:{name}", args=[*_number(org), *args])


def _number(org: Organization | None) -> list[int]:
    return [org.number] if org else []


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The products, searched and filtered by the address alone."""
    org = org_of(request)
    edition, activities, granted = editions.current(org)
    found = judged(edition, facts_of(org, activities, granted), on=today()) if org else None
    asked = Asked.of(request.path, request.GET, for_member=bool(org))
    context = {
        "asked": asked,
        "pieces": pieces(
            asked,
            edition=edition,
            verdicts={program.pk: verdict for program, verdict in found}
            if found is not None
            else None,
            compare_url=address_of(request, "compare"),
        ),
        "program_count": len(found or ()),
        "open_count": sum(verdict.is_eligible for _program, verdict in found or ()),
    }
    is_part = is_fragment(request)
    response = render(
        request, "catalog/_fragment.html" if is_part else "catalog/list.html", context
    )
    # Else "back" from a product would show the browser's copy of the results alone.
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if is_part:
        response["HX-Push-Url"] = asked.here
    return response


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for the results alone."""
    htmx = request.htmx  # type: ignore[attr-defined]  # django_htmx's middleware
    return bool(htmx and not htmx.history_restore_request and htmx.target == "results")


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: what it is, what it costs, who may have it, and how it comes."""
    org = org_of(request)
    found: Any = Product.objects.published().for_page_of(org).filter(slug=slug).first()
    if found is None:
        return former(request, slug)
    program = found.program
    names, activities = explained.activities_of(org)
    rules = in_force(found.history, today())
    granted = [Granted.from_data(row) for row in getattr(found, "granted", ())]
    facts = facts_of(org, activities, granted) if org else None
    judged = decided(program.pk, rules, facts, on=today()) if facts else None
    user, is_out = request.user, found.is_visible and found.is_out_of_stock
    context = {
        "product": found,
        "program": program,
        "saving": saving(found.fee, found.retail_value, program.kind),
        "percent": percent_saved(found.fee, found.retail_value, program.kind),
        "details": markdown.to_html(found.details),
        "faq": found.faq,
        "rules": explained.rules_in_words(rules.criteria if rules else None, names, on=today()),
        "verdict": judged,
        "failing": explained.failing(judged, names) if judged else [],
        "successor": naming.successor(found) if not found.is_visible else None,
        "compare_url": address_of(request, "compare"),
        "waits_for_alert": is_out and user.is_authenticated and alerts.is_waiting(found, user=user),
    }
    return render(request, "catalog/product.html", context)


def former(request: HttpRequest, name: str) -> HttpResponse:
    """Lead on from an address or a SKU that a product bore once. Raises Http404 for no such."""
    found = naming.called(name)
    if found is None:
        raise Http404
    # Not for ever: another product may get the name.
    response = redirect(address_of(request, "product", found.slug), permanent=True)
    patch_cache_control(response, max_age=A_DAY)
    return response


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four products side by side, named by the address."""
    org = org_of(request)
    asked = Asked.of(address_of(request, "list"), request.GET, for_member=bool(org))
    rows = Product.objects.published().for_cards().filter(slug__in=asked.compared)
    products = sorted(rows, key=lambda row: asked.compared.index(row.slug))
    judged = {program.pk: found for program, found in verdicts(org, on=today())} if org else {}
    context = {
        "columns": [
            {
                "product": row,
                "url": address_of(request, "product", row.slug),
                "without": without(request, asked, row.slug),
            }
            for row in products
        ],
        "rows": comparison.rows(products, judged),
        "more_url": asked.address() if len(products) < MOST_COMPARED else "",
        "list_url": asked.path,
        "is_cut": len(set(request.GET.getlist("p"))) > MOST_COMPARED,
    }
    return render(request, "catalog/compare.html", context)


def without(request: HttpRequest, asked: Asked, slug: str) -> str:
    """This comparison without one of its products."""
    rest = [("p", other) for other in asked.compared if other != slug]
    return f"{request.path}?{urlencode(rest)}"


@require_safe
def partner(request: HttpRequest, slug: str) -> HttpResponse:
    """A donor partner: its programs, their rules in plain words, its products."""
    found = get_object_or_404(Partner.objects.prefetch_related("faq"), slug=slug)
    org = org_of(request)
    names, activities = explained.activities_of(org)
    facts = facts_of(org, activities) if org else None
    shown = Prefetch("products", Product.objects.visible(), to_attr="shown")
    programs: Any = found.programs.select_related("partner").prefetch_related("versions", shown)
    context = {
        "partner": found,
        "programs": [
            {
                "program": program,
                "rules": explained.rules(program, names, on=today()),
                "verdict": verdict_on(program, facts, on=today()) if facts else None,
                "products": program.shown[:ON_A_PAGE],
            }
            for program in programs
        ],
    }
    return render(request, "catalog/partner.html", context)


org_listing = member()(listing)
org_product = member()(product)
org_compare = member()(compare)
org_partner = member()(partner)


@require_POST
def alert(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to be told when a product can be had again; a visitor signs in first."""
    found = get_object_or_404(Product.objects.visible(), slug=slug)
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
