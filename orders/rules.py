"""Rules: every reason why an order may not be placed, from values, without database or clock.

The cart page, the check-out page and `checkout.place` (under lock) ask the one function `refusals`,
so that nobody is told yes by one of them and no by another.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from catalog.explaining import explain
from orders import overruns
from orders.demands import Answers, Demand, Fix, Line, Refusal, Situation


def refusals(
    situation: Situation,
    *,
    answers: Answers | None = None,
    attested: Collection[str] | None = None,
) -> list[Refusal]:
    """All reasons against placing this cart now; none when it may be placed.

    Without `answers` and `attested`, check-out has not begun, and what it asks is left out.
    """
    found = [*_about_the_organization(situation)]
    for demand in situation.demands:
        found += _about_products(demand)
        found += _eligibility(demand, situation)
        found += _alone(demand, situation)
        found += overruns.refusals(demand, at=situation.at)
        if answers is not None:
            found += _questions(demand, answers.get(demand.program, {}))
        if attested is not None:
            found += _attestations(demand, attested)
    return found


def _about_the_organization(situation: Situation) -> Iterator[Refusal]:
    if not situation.demands:
        yield Refusal(_("Your cart is empty."), "empty")
    if not situation.may_place:
        yield not_allowed()
    if not situation.is_qualified:
        text = _("%(why)s Your cart is kept, and you can order as soon as it is qualified.")
        yield Refusal(text, "not_qualified", {"why": situation.why_not_qualified})


def not_allowed() -> Refusal:
    """Whoever asks may not order for this organization."""
    text = _("Your role in this organization does not let you order. Ask an administrator.")
    return Refusal(text, "not_allowed")


def _about_products(demand: Demand) -> Iterator[Refusal]:
    for line in demand.lines:
        if not line.is_live:
            text = _("%(product)s can no longer be ordered.")
            params, fix = {"product": line.name}, Fix("remove")
            yield Refusal(text, "discontinued", params, product=line.product, fix=fix)
        elif line.stock is not None and line.quantity > line.stock:
            yield out_of_stock(line, left=line.stock)


def out_of_stock(line: Line, *, left: int) -> Refusal:
    """Fewer packs are left than a line asks for."""
    params = {"product": line.name, "wanted": line.quantity, "left": left}
    if left:
        text = _("%(product)s: you ask for %(wanted)s, and there is stock for %(left)s only.")
        fix = Fix("reduce", left, rest=line.quantity - left)
    else:
        text, fix = _("%(product)s is out of stock."), Fix("remove")
    return Refusal(text, "out_of_stock", params, product=line.product, fix=fix)


def _eligibility(demand: Demand, situation: Situation) -> Iterator[Refusal]:
    if demand.verdict.is_eligible:
        return
    program, fix = demand.program, Fix("drop")
    if demand.verdict.version is None:
        text = _("%(program)s is not open to anybody yet.")
        yield Refusal(text, "not_open", {"program": demand.name}, program=program, fix=fix)
    for result in demand.verdict.results:
        if result.passed or (
            # Said already, of the whole cart.
            result.criterion.fact == "qualified_months" and not situation.is_qualified
        ):
            continue
        why = explain(result, situation.activities)
        params = {"rule": why.rule, "fact": why.fact, "remedy": why.remedy}
        text = _("%(rule)s %(fact)s %(remedy)s")
        yield Refusal(text, "not_eligible", params, program=program, fix=fix)


def _alone(demand: Demand, situation: Situation) -> Iterator[Refusal]:
    if demand.is_alone and len(situation.demands) > 1:
        text = _(
            "%(program)s is ordered by itself. Set the other products aside for a later order, or "
            "remove this one."
        )
        params = {"program": demand.name}
        yield Refusal(text, "alone", params, program=demand.program, fix=Fix("only"))


MISSING: Final = (None, "")


def unanswered(demand: Demand, answers: Mapping[str, Any]) -> list[Refusal]:
    """Which questions of a program have no answer that will do."""
    return list(_questions(demand, answers))


def _questions(demand: Demand, answers: Mapping[str, Any]) -> Iterator[Refusal]:
    for question in demand.questions:
        answer = answers.get(question.key)
        params = {"question": question.label}
        if answer in MISSING:
            if not question.is_required:
                continue
            code, text = "unanswered", _("Answer this question: %(question)s")
        elif question.choices and answer not in question.choices:
            code, text = "unanswered", _("Choose one of the answers: %(question)s")
        elif question.refuse_if is not None and answer == question.refuse_if:
            code = "refused_by_answer"
            text = _("With this answer, %(program)s cannot be ordered: %(question)s")
            params["program"] = demand.name
        else:
            continue
        yield Refusal(text, code, params, program=demand.program, question=question.key)


def _attestations(demand: Demand, attested: Collection[str]) -> Iterator[Refusal]:
    if any(name not in attested for name in demand.attestations):
        text = _("%(program)s asks that you agree to every statement.")
        params = {"program": demand.name}
        yield Refusal(text, "not_attested", params, program=demand.program)
