"""Pages of the catalogue: for everybody, and the same for a member with eligibility and quota."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from catalog import alerts, comparison, editions, explained, markdown, naming, queue
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
    place = queue.place_of(org, found) if org and found.stock is not None else None
    context = {
        "product": found,
        "place": place,
        "turn": queue.position(place) if place and not place.is_held else 0,
        "may_wait": may_wait(request),
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


def may_wait(request: HttpRequest) -> bool:
    """Whether this member may take a place in a queue: whoever may order."""
    membership = getattr(request, "membership", None)
    return membership is not None and membership.may("orders.place")


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
