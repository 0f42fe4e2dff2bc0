"""Check-out in steps: which ones a cart needs, what was typed, and the first one still open."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orders import delivery
from orders.decision import Decision
from orders.models import Cart, CheckoutDraft
from orders.models.delivery import PLACE, TO
from orders.rules import unanswered
from orgs import documents
from orgs.contents import Contents
from orgs.models import Document, Organization

TITLES: Final = {
    "questions": _("The partner’s questions"),
    "delivery": _("Where the hardware goes"),
    "check": _("Check and agree"),
}


def needed(decision: Decision) -> list[str]:
    """The steps of a cart, in order; the last one is always there."""
    ships = delivery.is_needed(decision.programs)
    return [*(["questions"] if decision.asking else []), *(["delivery"] if ships else []), "check"]


def first_open(decision: Decision, draft: CheckoutDraft, organization: Organization) -> str:
    """The first step that is not done; `check` when only that is left."""
    demands = decision.situation.demands
    if any(unanswered(demand, draft.answers.get(demand.program, {})) for demand in demands):
        return "questions"
    if delivery.refusals(decision.programs, draft, organization):
        return "delivery"
    return "check"


def of(cart: Cart) -> CheckoutDraft:
    """What was typed so far; the first time, the organization's own address."""
    draft = CheckoutDraft.objects.filter(cart=cart).select_related("proof").first()
    if draft is None:
        organization, user = cart.membership.organization, cart.membership.user
        draft = CheckoutDraft(cart=cart, recipient=str(user)[:120], phone=organization.phone)
        for column in PLACE:
            setattr(draft, column, getattr(organization, column))
    return draft


def print_of(draft: CheckoutDraft) -> str:
    """Another one means that somebody typed something else since a page was shown."""
    typed = [draft.answers, draft.proof_id, *(str(getattr(draft, column)) for column in TO)]
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


def forget(draft: CheckoutDraft, programs: list[str]) -> None:
    """The answers were given with an order; the address stays, for the next one."""
    left = {p: given for p, given in draft.answers.items() if p not in programs}
    if draft.pk and left != draft.answers:
        CheckoutDraft.objects.filter(pk=draft.pk).update(answers=left)
