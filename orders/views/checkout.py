"""Check-out: questions and statements, one look at everything, then the order, then payment."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.languages import reader_language
from orders import cart
from orders.checkout import place
from orders.decision import decide
from orders.forms import CheckoutForm
from orders.models import Cart, Order
from orders.views.payment import go_and_pay
from orgs.access import OrgRequest, member


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def checkout(request: OrgRequest) -> HttpResponse:
    """Everything on one page; the button says what happens and what it costs.

    A second post of one attempt leads to the order that the first one made. A cart with a problem
    goes back to its page, which says at which line, and offers the way out.
    """
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    # Asked after the cart was read, since placing empties it.
    if placed := _placed_before(request):
        return _after(request, placed)
    if decision.reasons:
        messages.warning(request, _("Before you can order, see what your cart says."))
        return redirect("orders:cart", request.org.number)
    initial = {"attempt": basket.attempt, "seen": decision.fingerprint}
    form = CheckoutForm(request.POST or None, decision=decision, initial=initial)
    if form.is_valid() and (answer := _place(request, basket, form)):
        return answer
    context = {"form": form, "decision": decision}
    status = 422 if form.is_bound else 200
    return render(request, "orders/checkout.html", context, status=status)


def _placed_before(request: OrgRequest) -> Order | None:
    """The order of a form that was sent twice."""
    try:
        attempt = CheckoutForm.base_fields["attempt"].clean(request.POST.get("attempt"))
    except ValidationError:
        return None
    return Order.objects.of(request.org).filter(attempt=attempt).first()


def _place(request: OrgRequest, basket: Cart, form: CheckoutForm) -> HttpResponse | None:
    """Where to go from here; None when an answer has to be looked at again."""
    try:
        order = place(
            basket,
            by=request.user,
            attempt=form.cleaned_data["attempt"],
            answers=form.answers(),
            attested=form.attested(),
            language=reader_language(),
            seen=form.cleaned_data["seen"],
        )
    except ValidationError as refusal:
        if any(getattr(one, "question", "") for one in refusal.error_list):
            form.refuse(refusal)
            return None
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
