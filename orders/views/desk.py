"""The desk of a donor partner: its orders, stock and keys, rules, reports and people."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.moves import IllegalMove
from catalog import explained, stock
from catalog.access import PartnerRequest, partner_member
from catalog.eligibility import version_in_force
from catalog.models import PartnerMember, Product
from catalog.verdicts import values_of
from orders import approval, desk, desk_reports, fulfilment, key_import, partner_file, shipping
from orders.delivery_forms import (
    DecisionForm,
    ImportForm,
    ParcelForm,
    ReceiveForm,
    ReturnForm,
    SentForm,
)
from orders.models import Fulfilment, Order
from orgs import plots, sheets
from orgs.days import today

ON_A_PAGE = 25
LATEST = 20  # entries of a stock ledger
MOST_FAULTS = 200  # shown of one file
VIEWS = {"send": desk.to_send, "sent": desk.sent}


@require_safe
@partner_member
def overview(request: PartnerRequest) -> HttpResponse:
    """What waits for the partner, what is left, and where it went; of nobody a name."""
    partner, owed = request.partner, desk.to_send(request.partner)
    context = {
        "to_decide": desk.to_decide(partner).count(),
        "to_send": owed.count(),
        "late": desk.late(owed).count(),
        "shelf": [(row, desk.is_by_key(row)) for row in desk.shelf(partner)],
        "provinces": desk.by_province(partner, since=desk_reports.first_month(today())),
    }
    return render(request, "orders/desk/overview.html", context)


@require_safe
@partner_member
def orders(request: PartnerRequest) -> HttpResponse:
    """Orders to decide, or lines to send, or what was sent."""
    view = request.GET.get("view", "decide")
    rows: Any = VIEWS.get(view, desk.to_decide)(request.partner)
    context = {
        "view": view if view in VIEWS else "decide",
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "today": today(),
    }
    return render(request, "orders/desk/orders.html", context)


@require_safe
@partner_member
def order(request: PartnerRequest, number: int) -> HttpResponse:
    """What the partner may know of an order, and what there is to do."""
    return _order(request, number)


@require_POST
@partner_member
def decide(request: PartnerRequest, number: int) -> HttpResponse:
    """Say yes or no; the buyer is told at once."""
    found, form = _find(request, number), DecisionForm(request.POST)
    if not form.is_valid():
        return _order(request, number, decision=form)
    is_yes = request.POST.get("answer") == "approve"
    try:
        if desk.is_others_too(found, request.partner):
            raise ValidationError(_("Another partner is asked too: write your answer to us."))
        act = approval.approve if is_yes else approval.refuse
        act(found.pk, by=request.user, reason=form.cleaned_data["reason"])
    except IllegalMove:
        messages.info(request, _("Somebody has answered this order already."))
    except ValidationError as refusal:
        form.add_error("reason", refusal)
        return _order(request, number, decision=form)
    else:
        said = _("Order %(number)s is approved.") if is_yes else _("Order %(number)s is refused.")
        messages.success(request, said % {"number": number} + " " + _("The buyer was told."))
    return redirect("desk:order", request.partner.slug, number)


@require_POST
@partner_member
def send(request: PartnerRequest, number: int, pk: int) -> HttpResponse:
    """A line was sent: a parcel of it, or all of it with a word on how to follow it."""
    rows = Fulfilment.objects.select_related("line__program").filter(
        line__order=_find(request, number), line__program__partner=request.partner
    )
    row = get_object_or_404(rows, pk=pk)
    form = ParcelForm(request.POST) if row.is_shipped else SentForm(request.POST)
    if form.is_valid():
        try:
            if row.is_shipped:
                shipping.ship(pk, by=request.user, **form.cleaned_data)
            else:
                fulfilment.send_by_hand(pk, by=request.user, note=form.cleaned_data["note"])
        except IllegalMove:
            messages.info(request, _("This line is sent or cancelled already."))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("It is entered, and the buyer was told."))
    if form.errors:
        return _order(request, number, sending=(pk, form))
    return redirect("desk:order", request.partner.slug, number)


def _find(request: PartnerRequest, number: int) -> Order:
    return get_object_or_404(desk.known(request.partner), number=number)


def _order(
    request: PartnerRequest,
    number: int,
    *,
    decision: DecisionForm | None = None,
    sending: tuple[int, forms.Form] | None = None,
) -> HttpResponse:
    found = _find(request, number)
    lines = desk.lines_of(found, request.partner)
    context = {
        "order": found,
        "lines": [_line(found, line, sending) for line in lines],
        "answers": desk.answers_of(found, lines),
        "delivery": getattr(found, "delivery", None) if desk.shows_address(lines) else None,
        "decision": decision or DecisionForm(),
        "may_decide": found.status == Order.Status.AWAITING_PARTNER,
        "is_others_too": desk.is_others_too(found, request.partner),
    }
    is_refused = bool(decision or sending)
    return render(request, "orders/desk/order.html", context, status=422 if is_refused else 200)


def _line(found: Order, line: Any, sending: tuple[int, forms.Form] | None) -> dict[str, Any]:
    """A line with its delivery, and the form that sends it when it is for people to send."""
    row: Any = getattr(line, "fulfilment", None)
    form: forms.Form | None = None
    is_open = row and row.status == Fulfilment.Status.OWED and found.status == Order.Status.PAID
    is_open = is_open and found.held_at is None
    if is_open and not desk.is_by_key(line):
        if sending and sending[0] == row.pk:
            form = sending[1]
        elif row.is_shipped:
            left = line.quantity - sum(parcel.quantity for parcel in row.parcels.all())
            form = ParcelForm(initial={"quantity": left})
        else:
            form = SentForm()
    return {"line": line, "row": row, "form": form}


@require_http_methods(["GET", "HEAD", "POST"])
@partner_member
def file(request: PartnerRequest) -> HttpResponse:
    """What is to be sent, as a file; and the file that says what was: looked at, then entered."""
    form, report = ReturnForm(request.POST or None, request.FILES or None), None
    if form.is_valid():
        text, is_dry = form.cleaned_data["text"], "enter" not in request.POST
        report = partner_file.read(text, by=request.user, dry=is_dry, partner=request.partner)
        if not is_dry:
            said = ngettext(
                "%(count)s line is entered.", "%(count)s lines are entered.", report.done
            )
            messages.success(request, said % {"count": report.done})
            for number, fault in report.faults[:MOST_FAULTS]:
                line = _("Line %(number)s: %(fault)s") % {"number": number, "fault": fault}
                messages.warning(request, line)
            return redirect("desk:file", request.partner.slug)
        form = ReturnForm(initial={"text": text})
    context = {
        "form": form,
        "report": report,
        "faults": report.faults[:MOST_FAULTS] if report else [],
        "waiting": partner_file.to_hand_over(request.partner).count(),
    }
    return render(request, "orders/desk/file.html", context, status=422 if form.errors else 200)


@require_POST
@partner_member
def export(request: PartnerRequest) -> HttpResponse:
    """The file of what is to be sent; with it, its lines are handed over."""
    text = partner_file.export(request.partner, by=request.user)
    name = f"{request.partner.slug}-{timezone.localdate().isoformat()}.csv"
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@partner_member
def shelf(request: PartnerRequest) -> HttpResponse:
    """Every product with what is left of it."""
    rows = [(row, desk.is_by_key(row)) for row in desk.shelf(request.partner)]
    return render(request, "orders/desk/shelf.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@partner_member
def product(request: PartnerRequest, product: str) -> HttpResponse:
    """The stock and the keys of one product, and adding to them."""
    found: Any = get_object_or_404(desk.shelf(request.partner), slug=product)
    act = request.POST.get("act", "")
    receive = ReceiveForm(request.POST if act == "receive" else None)
    keys = ImportForm(*((request.POST, request.FILES) if act in {"look", "import"} else ()))
    report = None
    if receive.is_valid() and _receive(request, found, receive):
        return redirect("desk:product", request.partner.slug, found.slug)
    if keys.is_valid() and desk.is_by_key(found):
        if act == "import":
            _import(request, found, keys.lines)
            return redirect("desk:product", request.partner.slug, found.slug)
        report = key_import.examine(keys.lines)
        # The keys go on in the page, so that what was looked at is what is imported.
        keys = ImportForm(initial={"pasted": "\n".join(keys.lines)})
    context = {
        "product": found,
        "is_by_key": desk.is_by_key(found),
        "receive": receive,
        "keys": keys,
        "report": report,
        "faults": report.faults[:MOST_FAULTS] if report else [],
        "entries": found.stock_entries.select_related("by")[:LATEST],
    }
    is_refused = bool(receive.errors or keys.errors)
    return render(request, "orders/desk/product.html", context, status=422 if is_refused else 200)


def _receive(request: PartnerRequest, found: Product, form: ReceiveForm) -> bool:
    """Add packs; what is refused stands in the form."""
    try:
        stock.restock(found, by=request.user, **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, _("The stock is raised."))
    return True


def _import(request: PartnerRequest, found: Product, lines: list[str]) -> None:
    try:
        report = key_import.add(found, lines, by=request.user)
    except IntegrityError:
        messages.error(request, _("Somebody has just imported one of these keys. Look again."))
    else:
        count = len(report.fresh)
        said = ngettext("%(count)s key was imported.", "%(count)s keys were imported.", count)
        messages.success(request, said % {"count": count})


@require_safe
@partner_member
def rules(request: PartnerRequest) -> HttpResponse:
    """Each program's rules as they are published: in force today, and from a day to come."""
    names, day = explained.activity_names(), today()
    programs: Any = request.partner.programs.prefetch_related("versions")
    context = {"programs": [_rules(program, names, day) for program in programs]}
    return render(request, "orders/desk/rules.html", context)


def _rules(program: Any, names: dict[str, str], day: Any) -> dict[str, Any]:
    versions = list(program.versions.all())
    now = version_in_force(versions, day)
    later = sorted((v for v in versions if v.effective > day), key=lambda v: v.effective)

    def in_words(version: Any) -> list[str]:
        criteria = values_of(version).criteria if version else None
        return explained.rules_in_words(criteria, names, on=day)

    return {
        "program": program,
        "now": now,
        "rules": in_words(now),
        "later": [(version, in_words(version)) for version in later],
    }


@require_safe
@partner_member
def reports(request: PartnerRequest) -> HttpResponse:
    """What was given out in twelve months, where, and what is needed."""
    day = today()
    months = desk_reports.months(request.partner, on=day)
    context = {
        "months": list(reversed(months)),
        "packs": sum(month.packs for month in months),
        "value": sum(month.value for month in months),
        "plot": plots.plot(
            [date_format(month.first, "M Y") for month in months],
            [(_("packs"), [month.packs for month in months])],
        ),
        "provinces": desk.by_province(request.partner, since=desk_reports.first_month(day)),
        "demand": desk_reports.demand(request.partner),
    }
    return render(request, "orders/desk/reports.html", context)


@require_safe
@partner_member
def report_file(request: PartnerRequest, name: str) -> HttpResponseBase:
    """A report as a table: `donations` or `demand`."""
    partner = request.partner
    if name == "donations":
        rows = desk_reports.donations_table(partner, on=today())
    elif name == "demand":
        rows = desk_reports.demand_table(partner)
    else:
        raise Http404
    return sheets.answer(rows, name=f"{partner.slug}-{name}.csv")


@require_safe
@partner_member
def people(request: PartnerRequest) -> HttpResponse:
    """Who acts for the partner, since when."""
    rows = PartnerMember.objects.filter(partner=request.partner).select_related("user")
    return render(request, "orders/desk/people.html", {"people": rows})
