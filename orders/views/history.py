"""The history of orders: the list with its filters, the same as a table, a statement, and again."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from orders import cart, history, statements
from orders.models import Order
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
    """Everything of an order into the cart once more; what is no longer offered is named."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    added = 0
    for line in order.lines.select_related("product__program__partner"):
        try:
            cart.add(request.membership, line.product, quantity=line.quantity)
        except ValidationError as refusal:
            messages.warning(request, " ".join(refusal.messages))
        else:
            added += 1
    if not added:
        return redirect("orders:detail", request.org.number, number)
    text = ngettext(
        "%(count)s product of order %(number)s is in your cart.",
        "%(count)s products of order %(number)s are in your cart.",
        added,
    )
    messages.success(request, text % {"count": added, "number": order.number})
    return redirect("orders:cart", request.org.number)
