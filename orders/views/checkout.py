"""Check-out: its last step, one look at everything, the order and where it leads."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.languages import reader_language
from orders import cart, steps
from orders.checkout import place
from orders.checkout_forms import WAYS, CheckoutForm, in_words
from orders.decision import Decision, decide
from orders.models import Cart, CheckoutDraft, Order
from orders.views.payment import go_and_pay
from orders.views.steps import PAGES, to_cart, where
from orgs.access import OrgRequest, member


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def checkout(request: OrgRequest) -> HttpResponse:
    """The last step: everything on one page; the button says what happens and what it costs.

    A second post of one attempt leads to the order that the first one made. A cart with a problem
    goes back to its page, which says at which line, and offers the way out.
    """
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    # Asked after the cart was read, since placing empties it.
    if placed := _placed_before(request):
        return _after(request, placed)
    if decision.reasons:
        return to_cart(request, decision)
    draft, path = steps.of(basket), steps.needed(decision, request.membership)
    step = steps.first_open(path, decision, draft)
    if step != "check":
        return redirect(PAGES[step], request.org.number)
    method = steps.method_of(path, draft)
    typed = steps.print_of(draft, method=method)
    initial = {"attempt": basket.attempt, "seen": decision.fingerprint, "typed": typed}
    form = CheckoutForm(request.POST or None, decision=decision, initial=initial)
    if form.is_bound and form.data.get("typed") != typed:
        messages.warning(request, _("Your answers have changed in another window. Check them."))
        return redirect("orders:checkout", request.org.number)
    if form.is_valid():
        return _place(request, basket, form, draft, method)
    rows = _answered(request, decision, draft, path)
    context = {"form": form, "rows": rows, "method": method} | where(request, decision, path)
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout.html", context, status=status)


def _answered(
    request: OrgRequest, decision: Decision, draft: CheckoutDraft, path: list[str]
) -> list[dict[str, Any]]:
    """What was typed and chosen, as rows with the way to change each."""
    here = {name: reverse(page, args=[request.org.number]) for name, page in PAGES.items()}
    rows = [
        _row(
            question.label,
            in_words(question, draft.answers.get(program.slug, {}).get(question.key)),
            here["questions"],
        )
        for program in decision.asking
        for question in program.questions.all()
    ]
    if "delivery" in path:
        value = "\n".join([*draft.lines, draft.phone.as_national, draft.directions]).strip()
        rows.append(_row(_("The hardware goes to"), value, here["delivery"]))
    rows.append(_row(_("Messages about licences"), _to_whom(draft), here["licences"]))
    if "payment" in path:
        rows.append(_row(_("Way of paying"), WAYS[draft.method], here["payment"]))
    return rows


def _row(key: str, value: object, change_url: str) -> dict[str, Any]:
    return {"key": key, "value": value, "change_what": key, "change_url": change_url}


def _to_whom(draft: CheckoutDraft) -> str:
    own = draft.cart.membership.organization.email
    if draft.licence_email:
        text = _("To %(address)s and to you. %(own)s, your organization’s address, is told too.")
    else:
        text = _("To %(address)s, your organization’s address, and to you.")
    return text % {"address": draft.licences_to, "own": own}


def _placed_before(request: OrgRequest) -> Order | None:
    """The order of a form that was sent twice."""
    try:
        attempt = CheckoutForm.base_fields["attempt"].clean(request.POST.get("attempt"))
    except ValidationError:
        return None
    return Order.objects.of(request.org).filter(attempt=attempt).first()


def _place(
    request: OrgRequest, basket: Cart, form: CheckoutForm, draft: CheckoutDraft, method: str
) -> HttpResponse:
    """Where to go from here."""
    try:
        order = place(
            basket,
            by=request.user,
            attempt=form.cleaned_data["attempt"],
            answers=draft.answers,
            attested=form.attested(),
            language=reader_language(),
            seen=form.cleaned_data["seen"],
            method=method,
            draft=draft,
        )
    except ValidationError as refusal:
        messages.error(request, _("Nothing was ordered: something changed in the meantime."))
        for text in refusal.messages:
            messages.error(request, text)
        return redirect("orders:cart", request.org.number)
    return _after(request, order)


def _after(request: OrgRequest, order: Order) -> HttpResponse:
    """Where the buyer goes from a placed order: to PayPal, to the cheque's slip, to its page."""
    if order.method == Order.Method.CHEQUE:
        return redirect("orders:slip", request.org.number, order.number)
    if order.is_payable and request.membership.may("orders.pay"):
        return go_and_pay(request, order)
    return redirect("orders:detail", request.org.number, order.number)
