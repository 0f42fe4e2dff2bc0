"""The history of orders: the list with its filters, the same as a table, a statement, and again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from orders import history, reordering, statements
from orders.models import Order, OrderLine
from orgs import printing, sheets
from orgs.access import OrgRequest, member
from orgs.days import today

PAGE = 25


@require_safe
@member("orders.view")
def listing(request: OrgRequest) -> HttpResponse:
    """The orders that are looked for, newest first."""
    asked = history.Asked.of(request.GET.dict())
    found = history.rows(request.org, asked).select_related("placed_by").prefetch_related("lines")
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "states": [(code, label) for code, (label, _of) in history.STATES.items()],
    }
    return render(request, "orders/list.html", context)


@require_safe
@member("orders.view")
def table(request: OrgRequest) -> StreamingHttpResponse:
    """The same orders, a line each product, for a spreadsheet."""
    asked = history.Asked.of(request.GET.dict())
    rows = history.table(history.rows(request.org, asked))
    name = _("orders-%(number)s-%(day)s.csv") % {"number": request.org.number, "day": today()}
    return sheets.answer(rows, name=name)


def _order(request: OrgRequest, number: int) -> Order:
    orders = Order.objects.of(request.org).select_related("placed_by", "organization")
    return get_object_or_404(orders.prefetch_related("lines"), number=number)


@require_safe
@member("orders.view")
def statement(request: OrgRequest, number: int) -> HttpResponse:
    """What the order cost and how it was paid, to be printed."""
    order = _order(request, number)
    said = statements.words(order)
    paper = reverse("orders:statement_paper", args=[request.org.number, number])
    context = {"order": order, "said": said, "paper_url": paper}
    return render(request, "orders/statement.html", context)


@require_safe
@member("orders.view")
def statement_paper(request: OrgRequest, number: int) -> HttpResponse:
    """The same as a PDF."""
    order = _order(request, number)
    name = _("statement-%(number)s.pdf") % {"number": order.number}
    return printing.answer(statements.paper(order), name=name)


@require_POST
@member("orders.place")
def again(request: OrgRequest, number: int) -> HttpResponse:
    """An order, or the one `line` of it that is posted, into the cart once more."""
    found = OrderLine.objects.filter(order__organization=request.org, order__number=number)
    if line := request.POST.get("line", ""):
        found = found.filter(pk=line) if line.isdecimal() else found.none()
    lines = get_list_or_404(found.select_related("product__program__partner", "renewal", "program"))
    done = reordering.again(lines, request.membership)
    for refusal in done.refusals:
        messages.warning(request, " ".join(refusal.messages))
    for before, product in done.replaced:
        text = _("%(before)s is no longer offered; what replaces it is in your cart: %(product)s.")
        messages.info(request, text % {"before": before.name, "product": product})
    if not done.items:
        return redirect("orders:detail", request.org.number, number)
    text = ngettext(
        "%(count)s product of order %(number)s is in your cart.",
        "%(count)s products of order %(number)s are in your cart.",
        len(done.items),
    )
    messages.success(request, text % {"count": len(done.items), "number": number})
    return redirect("orders:cart", request.org.number)
