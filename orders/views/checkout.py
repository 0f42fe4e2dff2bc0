"""Check-out: questions and statements, then everything to look at once more, then the order."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.languages import reader_language
from orders import cart, checkout, grouping
from orders.decision import Decision, decide
from orders.forms import CheckoutForm
from orders.models import Cart, Order
from orgs.access import OrgRequest, member


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def check_out(request: OrgRequest) -> HttpResponse:
    """Ask, show, place. A cart with a problem goes back to its page, which says which.

    A second post of one attempt leads to the order that the first one made.
    """
    basket = cart.of(request.membership)
    decision = decide(request.membership, at=timezone.now())
    # Asked after the cart was read, since placing empties it.
    if placed := _placed_before(request):
        return redirect("orders:detail", request.org.number, placed.number)
    if decision.reasons:
        return redirect("orders:cart", request.org.number)
    if request.method != "POST":
        initial = {"attempt": basket.attempt, "seen": decision.fingerprint}
        return _ask(request, CheckoutForm(decision=decision, initial=initial))
    form = CheckoutForm(request.POST, decision=decision)
    if not form.is_valid() or "edit" in request.POST:
        return _ask(request, form)
    if "place" in request.POST:
        return _place(request, basket, form)
    return _show(request, form)


def _placed_before(request: OrgRequest) -> Order | None:
    form = CheckoutForm.base_fields["attempt"]
    try:
        attempt = form.clean(request.POST.get("attempt"))
    except ValidationError:
        return None
    return Order.objects.of(request.org).filter(attempt=attempt).first()


def _ask(request: OrgRequest, form: CheckoutForm) -> HttpResponse:
    return _page(request, "orders/checkout.html", form)


def _show(request: OrgRequest, form: CheckoutForm) -> HttpResponse:
    return _page(request, "orders/check.html", form)


def _page(request: OrgRequest, template: str, form: CheckoutForm) -> HttpResponse:
    decision: Decision = form.decision
    context = {"form": form, "decision": decision, "groups": grouping.groups(decision)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, context, status=status)


def _place(request: OrgRequest, basket: Cart, form: CheckoutForm) -> HttpResponse:
    try:
        order = checkout.place(
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
            return _ask(request, form)
        # The cart's page says it at the line it concerns, and offers the way out.
        messages.error(request, _("Nothing was ordered: something changed in the meantime."))
        for text in refusal.messages:
            messages.error(request, text)
        return redirect("orders:cart", request.org.number)
    return redirect("orders:detail", request.org.number, order.number)
