"""Every reason at once, each where it belongs, with what takes it away."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from catalog.eligibility import Facts, judge
from catalog.terms import Criterion, Limit, Version
from orders.demands import Demand, Line, Question, Situation
from orders.rules import refusals

NOW = datetime(2026, 11, 16, 17, tzinfo=UTC)
YES = judge(Version(date(2020, 1, 1)), Facts(), on=date(2026, 11, 16))
POOR = Version(
    date(2020, 1, 1),
    (
        Criterion("budget", "between", max=1000),
        Criterion("kind", "in", values=("library",)),
    ),
)
NO = judge(POOR, Facts(kind="charity", budget=Decimal("5000.00")), on=date(2026, 11, 16))


def line(product=1, quantity=1, **fields):
    plain = {
        "name": f"Product {product}",
        "sku": f"P{product}",
        "title_group": "",
        "units_per_pack": 1,
        "fee": Decimal("10.00"),
        "stock": None,
    }
    return Line(product=product, quantity=quantity, **(plain | fields))


def demand(*lines, program="office", **fields):
    return Demand(program=program, name=program.title(), lines=lines, **({"verdict": YES} | fields))


def situation(*demands, **fields):
    return Situation(at=NOW, demands=demands, **fields)


def codes(found):
    return [refusal.code for refusal in found]


def test_a_plain_cart_may_be_ordered():
    assert refusals(situation(demand(line()))) == []


def test_an_empty_cart_may_not():
    assert codes(refusals(situation())) == ["empty"]


def test_all_reasons_are_given_at_once():
    units = Limit.from_data({"metric": "units", "scope": "program", "max": 3, "window": "lifetime"})
    cart = situation(
        demand(line(1, 5, stock=2), line(2, is_live=False), limits=(units,), is_alone=True),
        demand(line(3), program="games", verdict=NO),
        may_place=False,
        why_not_qualified="It is suspended.",
    )
    found = refusals(cart, answers={}, attested=set())
    assert codes(found) == [
        "not_allowed",
        "not_qualified",
        "out_of_stock",
        "discontinued",
        "alone",
        "over_limit",
        "over_limit",
        "not_eligible",
        "not_eligible",
    ]


def test_each_failing_criterion_says_its_rule_the_fact_and_what_to_do():
    budget, kind = refusals(situation(demand(line(), verdict=NO)))
    assert "a yearly budget of up to $1,000. Your file says $5,000." in budget.messages[0]
    assert "public libraries" in kind.messages[0]
    assert (budget.program, budget.product, budget.fix.act) == ("office", None, "drop")


def test_a_program_without_rules_yet_is_open_to_nobody():
    closed = judge(None, Facts(), on=date(2026, 11, 16))
    assert codes(refusals(situation(demand(line(), verdict=closed)))) == ["not_open"]


def test_too_much_of_the_stock_is_reduced_to_what_is_left():
    (found,) = refusals(situation(demand(line(7, 5, stock=2))))
    assert (found.product, found.fix.act, found.fix.quantity) == (7, "reduce", 2)
    assert found.messages == ["Product 7: you ask for 5, and there is stock for 2 only."]


def test_what_is_out_of_stock_or_discontinued_is_removed():
    found = refusals(situation(demand(line(1, stock=0), line(2, is_live=False))))
    assert [(r.code, r.fix.act) for r in found] == [
        ("out_of_stock", "remove"),
        ("discontinued", "remove"),
    ]


def test_a_program_for_itself_offers_to_set_the_others_aside():
    cart = situation(demand(line(1), is_alone=True), demand(line(2), program="games"))
    (found,) = refusals(cart)
    assert (found.code, found.program, found.fix.act) == ("alone", "office", "only")
    assert refusals(situation(demand(line(1), line(2), is_alone=True))) == []


ASKED = demand(
    line(),
    questions=(
        Question("pirated", "Are they pirated?", "yesno", refuse_if=False),
        Question("colour", "Which?", "choice", choices=("red", "blue")),
        Question("why", "Why?", "text", is_required=False),
    ),
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ["unanswered", "unanswered"]),
        ({"pirated": True, "colour": "red"}, []),
        ({"pirated": False, "colour": "red"}, ["refused_by_answer"]),
        ({"pirated": True, "colour": "green"}, ["unanswered"]),
        ({"pirated": None, "colour": ""}, ["unanswered", "unanswered"]),
    ],
)
def test_questions_are_answered_and_may_refuse(answers, expected):
    found = refusals(situation(ASKED), answers={"office": answers})
    assert codes(found) == expected
    assert {r.question for r in found} <= {"pirated", "colour"}


def test_zero_is_an_answer():
    asked = replace(ASKED, questions=(Question("n", "How many?", "number"),))
    assert refusals(situation(asked), answers={"office": {"n": 0}}) == []


def test_before_check_out_nothing_is_asked():
    assert refusals(situation(replace(ASKED, attestations=("no_transfer",)))) == []


def test_every_statement_is_agreed_to():
    cart = situation(demand(line(), attestations=("no_transfer", "partner_terms-adobe")))
    assert codes(refusals(cart, attested={"no_transfer"})) == ["not_attested"]
    assert refusals(cart, attested={"no_transfer", "partner_terms-adobe"}) == []


def test_the_reasons_speak_french():
    from django.utils import translation

    with translation.override("fr"):
        (found,) = refusals(situation(demand(line(7, 5, stock=2))))
        assert "il n’en reste que 2" in found.messages[0]
