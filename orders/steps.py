"""Check-out in steps: which ones a cart needs, what was typed, and the first one still open."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orders import cheques, delivery
from orders.decision import Decision
from orders.models import Cart, CheckoutDraft, Order
from orders.models.delivery import PLACE, TO
from orders.rules import unanswered
from orgs import documents
from orgs.contents import Contents
from orgs.models import Document, Membership

TITLES: Final = {
    "questions": _("The partner’s questions"),
    "delivery": _("Where the hardware goes"),
    "payment": _("How you pay"),
    "check": _("Check and agree"),
}


def needed(decision: Decision, membership: Membership) -> list[str]:
    """The steps of a cart, in order; the last one is always there."""
    is_there = {
        "questions": bool(decision.asking),
        "delivery": delivery.is_needed(decision.programs),
        "payment": cheques.why_not(decision, membership) is None,  # else it is PayPal
        "check": True,
    }
    return [step for step, is_needed in is_there.items() if is_needed]


def first_open(path: list[str], decision: Decision, draft: CheckoutDraft) -> str:
    """The first of these steps that is not done; `check` when only that is left."""
    demands, organization = decision.situation.demands, draft.cart.membership.organization
    if any(unanswered(demand, draft.answers.get(demand.program, {})) for demand in demands):
        return "questions"
    if delivery.refusals(decision.programs, draft, organization):
        return "delivery"
    if "payment" in path and not draft.method:
        return "payment"
    return "check"


def method_of(path: list[str], draft: CheckoutDraft) -> str:
    """How the order is to be paid: as was chosen, while there is a choice."""
    return draft.method if "payment" in path else Order.Method.PAYPAL


def of(cart: Cart) -> CheckoutDraft:
    """What was typed so far."""
    draft = CheckoutDraft.objects.filter(cart=cart).select_related("proof").first()
    if draft is None:
        return CheckoutDraft(cart=cart)
    draft.cart = cart
    return draft


def suggest_address(draft: CheckoutDraft) -> None:
    """The first time, the person and their organization's own address; only shown, never saved."""
    if draft.recipient:
        return
    organization, user = draft.cart.membership.organization, draft.cart.membership.user
    draft.recipient, draft.phone = str(user)[:120], organization.phone
    for column in PLACE:
        setattr(draft, column, getattr(organization, column))


def print_of(draft: CheckoutDraft, *, method: str) -> str:
    """Another one means that somebody typed something else since a page was shown."""
    address = [str(getattr(draft, column)) for column in TO]
    typed = [draft.answers, draft.proof_id, *address, str(method), draft.licences_to]
    return hashlib.sha256(repr(typed).encode()).hexdigest()[:16]


@transaction.atomic
def save_answers(cart: Cart, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what was answered, also when some answers are missing yet."""
    Cart.objects.select_for_update().get(pk=cart.pk)
    draft = of(cart)
    for program, given in answers.items():
        draft.answers = draft.answers | {program: draft.answers.get(program, {}) | dict(given)}
    draft.save()


def save_delivery(
    cart: Cart, values: Mapping[str, Any], *, proof: Contents | None, by: User
) -> CheckoutDraft:
    """Keep a delivery address; the proof belongs to it, so that another address needs another."""
    with documents.keeping() as kept:
        Cart.objects.select_for_update().get(pk=cart.pk)
        draft = of(cart)
        before = delivery.place_of(draft)
        for column in TO:
            setattr(draft, column, values[column])
        if delivery.place_of(draft) != before:
            draft.proof = None
        if proof:
            organization = cart.membership.organization
            kept.append(
                documents.keep(organization, contents=proof, kind=Document.Kind.DELIVERY, by=by)
            )
            draft.proof = kept[0]
        draft.save()
    return draft


@transaction.atomic
def save_method(cart: Cart, method: str) -> None:
    """Keep how the order is to be paid."""
    Cart.objects.select_for_update().get(pk=cart.pk)
    draft = of(cart)
    draft.method = method
    draft.save()


@transaction.atomic
def save_licences(cart: Cart, email: str) -> None:
    """Keep where the licences of this order go; the organization's own address is kept as none."""
    Cart.objects.select_for_update().get(pk=cart.pk)
    draft, own = of(cart), cart.membership.organization.email
    draft.licence_email = "" if email.casefold() == own.casefold() else email
    draft.save()


def forget(draft: CheckoutDraft, programs: list[str]) -> None:
    """The answers and choices were of one order; the address stays, for the next one."""
    left = {p: given for p, given in draft.answers.items() if p not in programs}
    if draft.pk:
        chosen = {"answers": left, "method": "", "licence_email": ""}
        CheckoutDraft.objects.filter(pk=draft.pk).update(**chosen)
