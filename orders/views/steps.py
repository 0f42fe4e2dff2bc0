"""The steps of check-out before its last: questions, the address, the way of paying, licences."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders import cart, cheques, steps
from orders.checkout_forms import DeliveryForm, LicencesForm, QuestionsForm, WayForm
from orders.decision import Decision, decide
from orgs.access import OrgRequest, member

PAGES = {
    "questions": "orders:checkout_questions",
    "delivery": "orders:checkout_delivery",
    "payment": "orders:checkout_payment",
    "licences": "orders:checkout_licences",
    "check": "orders:checkout",
}


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def questions(request: OrgRequest) -> HttpResponse:
    """What the programs ask. What is answered is saved, also when something is missing yet."""
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    path = steps.needed(decision, request.membership)
    if decision.reasons or "questions" not in path:
        return _past(request, decision)
    saved = steps.of(basket).answers
    form = QuestionsForm(request.POST or None, decision=decision, saved=saved)
    if form.is_bound:
        is_valid = form.is_valid()
        steps.save_answers(basket, form.answers())
        if is_valid:
            return redirect("orders:checkout", request.org.number)
    context = {"form": form} | where(request, decision, path, "questions")
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout_questions.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def address(request: OrgRequest) -> HttpResponse:
    """Where the hardware goes; an address that we do not know comes with a proof."""
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    path = steps.needed(decision, request.membership)
    if decision.reasons or "delivery" not in path:
        return _past(request, decision)
    draft = steps.of(basket)
    steps.suggest_address(draft)
    form = DeliveryForm(
        request.POST or None, request.FILES or None, instance=draft, organization=request.org
    )
    proof = draft.proof
    if form.is_valid():
        contents = form.cleaned_data["proof_file"]
        steps.save_delivery(basket, form.cleaned_data, proof=contents, by=request.user)
        return redirect("orders:checkout", request.org.number)
    context = {"form": form, "proof": proof} | where(request, decision, path, "delivery")
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout_delivery.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def payment(request: OrgRequest) -> HttpResponse:
    """PayPal or a cheque, and what each means; only where there is a choice."""
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    path = steps.needed(decision, request.membership)
    if decision.reasons or "payment" not in path:
        return _past(request, decision)
    posted = request.POST if request.method == "POST" else None  # nothing chosen is posted too
    form = WayForm(posted, initial={"method": steps.of(basket).method})
    if form.is_valid():
        steps.save_method(basket, form.cleaned_data["method"])
        return redirect("orders:checkout", request.org.number)
    arrives_by = cheques.last_moment(request.org, timezone.now())
    context = {"form": form, "arrives_by": arrives_by}
    context |= where(request, decision, path, "payment")
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout_payment.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def licences(request: OrgRequest) -> HttpResponse:
    """Where the messages about this order's licences go, when not to the address on file."""
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    if decision.reasons:
        return _past(request, decision)
    initial = {"licence_email": steps.of(basket).licences_to}
    form = LicencesForm(request.POST or None, initial=initial)
    if form.is_valid():
        steps.save_licences(basket, form.cleaned_data["licence_email"])
        return redirect("orders:checkout", request.org.number)
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout_licences.html", {"form": form}, status=status)


def where(
    request: OrgRequest, decision: Decision, path: list[str], step: str = "check"
) -> dict[str, Any]:
    """Which step this is of how many, and the way back."""
    place = path.index(step)
    back = PAGES[path[place - 1]] if place else "orders:cart"
    return {
        "decision": decision,
        "step": {
            "number": place + 1 if len(path) > 1 else None,
            "total": len(path),
            "title": steps.TITLES[step],
            "back_url": reverse(back, args=[request.org.number]),
            "is_first": not place,
        },
    }


def to_cart(request: OrgRequest, decision: Decision) -> HttpResponse:
    """Back to the page of a cart with a problem, which says at which line; or that it is empty."""
    if decision.items:
        messages.warning(request, _("Before you can order, see what your cart says."))
    return redirect("orders:cart", request.org.number)


def _past(request: OrgRequest, decision: Decision) -> HttpResponse:
    """From a step that this cart does not need, or cannot take yet."""
    return (
        to_cart(request, decision)
        if decision.reasons
        else redirect(PAGES["check"], request.org.number)
    )
