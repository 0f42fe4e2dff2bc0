"""Check-out: questions and the address as steps, one look at everything, the order, payment."""

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
from orders.decision import Decision, decide
from orders.forms import CheckoutForm, DeliveryForm, QuestionsForm, in_words
from orders.models import Cart, CheckoutDraft, Order
from orders.views.payment import go_and_pay
from orgs.access import OrgRequest, member

PAGES = {
    "questions": "orders:checkout_questions",
    "delivery": "orders:checkout_delivery",
    "check": "orders:checkout",
}


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
        return _to_cart(request)
    draft = steps.of(basket)
    step = steps.first_open(decision, draft, request.org)
    if step != "check":
        return redirect(PAGES[step], request.org.number)
    typed = steps.print_of(draft)
    initial = {"attempt": basket.attempt, "seen": decision.fingerprint, "typed": typed}
    form = CheckoutForm(request.POST or None, decision=decision, initial=initial)
    if form.is_bound and form.data.get("typed") != typed:
        messages.warning(request, _("Your answers have changed in another window. Check them."))
        return redirect("orders:checkout", request.org.number)
    if form.is_valid():
        return _place(request, basket, form, draft)
    rows = _answered(request, decision, draft)
    context = {"form": form, "rows": rows} | _where(decision, "check", request)
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def questions(request: OrgRequest) -> HttpResponse:
    """What the programs ask. What is answered is saved, also when something is missing yet."""
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    if decision.reasons:
        return _to_cart(request)
    if "questions" not in steps.needed(decision):
        return redirect("orders:checkout", request.org.number)
    saved = steps.of(basket).answers
    form = QuestionsForm(request.POST or None, decision=decision, saved=saved)
    if form.is_bound:
        is_valid = form.is_valid()
        steps.save_answers(basket, form.answers())
        if is_valid:
            return redirect("orders:checkout", request.org.number)
    context = {"form": form} | _where(decision, "questions", request)
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout_questions.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def address(request: OrgRequest) -> HttpResponse:
    """Where the hardware goes; an address that we do not know comes with a proof."""
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    if decision.reasons:
        return _to_cart(request)
    if "delivery" not in steps.needed(decision):
        return redirect("orders:checkout", request.org.number)
    draft = steps.of(basket)
    form = DeliveryForm(
        request.POST or None, request.FILES or None, instance=draft, organization=request.org
    )
    proof = draft.proof
    if form.is_valid():
        contents = form.cleaned_data["proof_file"]
        steps.save_delivery(basket, form.cleaned_data, proof=contents, by=request.user)
        return redirect("orders:checkout", request.org.number)
    context = {"form": form, "proof": proof} | _where(decision, "delivery", request)
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout_delivery.html", context, status=status)


def _where(decision: Decision, step: str, request: OrgRequest) -> dict[str, Any]:
    """Which step this is of how many, and the way back."""
    path = steps.needed(decision)
    place_ = path.index(step)
    back = PAGES[path[place_ - 1]] if place_ else "orders:cart"
    return {
        "decision": decision,
        "step": {
            "number": place_ + 1 if len(path) > 1 else None,
            "total": len(path),
            "title": steps.TITLES[step],
            "back_url": reverse(back, args=[request.org.number]),
            "is_first": not place_,
        },
    }


def _answered(
    request: OrgRequest, decision: Decision, draft: CheckoutDraft
) -> list[dict[str, Any]]:
    """What was typed, as rows with the way to change each."""
    here = {name: reverse(page, args=[request.org.number]) for name, page in PAGES.items()}
    rows = [
        {
            "key": question.label,
            "value": in_words(question, draft.answers.get(program.slug, {}).get(question.key)),
            "change_url": here["questions"],
            "change_what": question.label,
        }
        for program in decision.asking
        for question in program.questions.all()
    ]
    if "delivery" in steps.needed(decision):
        label = _("The hardware goes to")
        value = "\n".join([*draft.lines, draft.phone.as_national, draft.directions]).strip()
        row = {"key": label, "value": value, "change_what": label}
        rows.append(row | {"change_url": here["delivery"]})
    return rows


def _to_cart(request: OrgRequest) -> HttpResponse:
    messages.warning(request, _("Before you can order, see what your cart says."))
    return redirect("orders:cart", request.org.number)


def _placed_before(request: OrgRequest) -> Order | None:
    """The order of a form that was sent twice."""
    try:
        attempt = CheckoutForm.base_fields["attempt"].clean(request.POST.get("attempt"))
    except ValidationError:
        return None
    return Order.objects.of(request.org).filter(attempt=attempt).first()


def _place(
    request: OrgRequest, basket: Cart, form: CheckoutForm, draft: CheckoutDraft
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
            draft=draft,
        )
    except ValidationError as refusal:
        messages.error(request, _("Nothing was ordered: something changed in the meantime."))
        for text in refusal.messages:
            messages.error(request, text)
        return redirect("orders:cart", request.org.number)
    return _after(request, order)


def _after(request: OrgRequest, order: Order) -> HttpResponse:
    """Where the buyer goes from a placed order: to PayPal, or to the order's page."""
    if order.is_payable and request.membership.may("orders.pay"):
        return go_and_pay(request, order)
    return redirect("orders:detail", request.org.number, order.number)
