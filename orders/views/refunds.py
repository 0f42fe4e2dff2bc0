"""A refund, asked for on the order's page: what can be given back, and why the rest cannot."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders import late_money, refund_rules, refund_words, refunds
from orders.forms import RefundForm
from orders.models import Order, Refund
from orgs.access import OrgRequest, member
from orgs.days import today, written


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def ask(request: OrgRequest, number: int) -> HttpResponse:
    """Choose lines and say why; each line that cannot be given back says its reasons."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    if order.status not in refunds.PAID:
        messages.info(request, _("There is nothing to refund on this order."))
        return redirect("orders:detail", request.org.number, number)
    rows = _rows(order)
    form = RefundForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            refund = refunds.request(order.pk, by=request.user, **form.asked())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            text = _("We received your request for a refund of order %(number)s.")
            messages.success(request, text % {"number": refund.order.number})
            return redirect("orders:detail", request.org.number, number)
    context = {"order": order, "rows": rows, "form": form, "may_ask": any(r["may"] for r in rows)}
    return render(request, "orders/refund.html", context, status=422 if form.errors else 200)


def _rows(order: Order) -> list[dict[str, Any]]:
    """Each line with its policy, its last day, and the reasons against it."""
    lines = {line.pk: line for line in order.lines.select_related("program")}
    is_stuck = order.status == Order.Status.PAID_UNALLOCATED
    found = []
    for item in refunds.items(order):
        why = list(refund_rules.against(item, on=today(), in_words=written))
        if is_stuck:
            why = [one for one in why if one.code in {"over", "free"}]
        row = {
            "item": item,
            "line": lines[item.line],
            "why": [message for one in why for message in one.messages],
            "may": not why,
            "until": refund_words.deadline(item),
            "policy": refund_words.policy(lines[item.line].program),
            "needs_word": item.policy.allowed == refund_rules.UNINSTALLED and not is_stuck,
        }
        found.append(row)
    return found


@require_POST
@member("orders.place")
def choose(request: OrgRequest, number: int) -> HttpResponse:
    """The choice of who paid when the goods were gone: wait, or all of the money back."""
    order = get_object_or_404(Order.objects.of(request.org), number=number)
    choice = request.POST.get("choice")
    if choice not in ("wait", "back"):
        raise BadRequest
    is_wait = choice == "wait"
    deed = late_money.wait if is_wait else late_money.give_back
    try:
        deed(order.pk, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        waits = _("You keep your place, and we write to you as soon as everything is there again.")
        asked = _("We received your request for a refund of order %(number)s.")
        messages.success(request, waits if is_wait else asked % {"number": order.number})
    return redirect("orders:detail", request.org.number, number)


@require_POST
@member("orders.place")
def withdraw(request: OrgRequest, number: int, seq: int) -> HttpResponse:
    """Keep it after all, as long as nobody has decided."""
    refund = get_object_or_404(
        Refund.objects.of(request.org), order__number=number, seq=seq, origin=Refund.Origin.MEMBER
    )
    try:
        refunds.withdraw(refund.pk, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The request for a refund is withdrawn."))
    return redirect("orders:detail", request.org.number, number)
