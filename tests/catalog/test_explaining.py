"""catalog/explaining.py: every rule, fact and remedy in whole sentences, in both languages."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from catalog.eligibility import Facts, Source, result
from catalog.explaining import dollars, explain, listed
from catalog.terms import FACTS, Criterion

ON = date(2026, 11, 16)
NAMES = {"religious": "Religious mission", "housing": "Housing", "youth": "Youth services"}
FILE = Facts(
    kind="nonprofit",
    province="QC",
    activities=frozenset({"religious", "youth"}),
    budget=Decimal("1620000.00"),
    staff=3,
    qualified_since=date(2026, 9, 16),
    qualified_until=date(2028, 9, 16),
)


def told(criterion, facts=FILE):
    with override("en"):
        return explain(result(criterion, facts, on=ON), NAMES)


def test_a_budget_over_the_ceiling():
    told_so = told(Criterion("budget", "between", max=1400000))
    assert told_so.rule == (
        "This program is for organizations with a yearly budget of up to $1,400,000."
    )
    assert told_so.fact == "Your file says $1,620,000."
    assert told_so.remedy.startswith("If this figure is out of date")


def test_the_source_of_a_fact_is_named():
    facts = Facts(budget=Decimal("5.25"), sources={"budget": Source("T3010", date(2025, 12, 31))})
    told_so = told(Criterion("budget", "between", min=1, max=10), facts)
    assert told_so.fact == "Your file says $5.25. Source: T3010, December 31, 2025."
    assert told_so.remedy == ""


@pytest.mark.parametrize(
    ("criterion", "rule", "fact"),
    [
        (
            Criterion("kind", "in", ("charity", "library")),
            "This program is for registered charities or public libraries.",
            "Your file says that you are a nonprofit organization.",
        ),
        (
            Criterion("province", "in", ("ON", "BC", "NS")),
            "This program is for organizations with an address in: "
            "British Columbia, Nova Scotia or Ontario.",
            "The address on file is in: Quebec.",
        ),
        (
            Criterion("activities", "any_of", ("housing",)),
            "This program is for organizations with one of these activities: Housing.",
            "Your file lists none of them, but: Religious mission; Youth services.",
        ),
        (
            Criterion("activities", "none_of", ("religious", "housing")),
            "This program is not for organizations with any of these activities: "
            "Religious mission; Housing.",
            "Your file lists: Religious mission.",
        ),
        (
            Criterion("budget", "between", min=2000000),
            "This program is for organizations with a yearly budget of $2,000,000 or more.",
            "Your file says $1,620,000.",
        ),
        (
            Criterion("budget", "between", min=1, max=Decimal("2.50")),
            "This program is for organizations with a yearly budget from $1 to $2.50.",
            "Your file says $1,620,000.",
        ),
        (
            Criterion("staff", "between", min=1500),
            "This program is for organizations with at least 1,500 paid employees.",
            "Your file says 3 paid employees.",
        ),
        (
            Criterion("staff", "between", max=1),
            "This program is for organizations with at most 1 paid employee.",
            "Your file says 3 paid employees.",
        ),
        (
            Criterion("staff", "between", min=5, max=500),
            "This program is for organizations with 5 to 500 paid employees.",
            "Your file says 3 paid employees.",
        ),
        (
            Criterion("qualified_months", "between", min=6),
            "This program is for organizations that have been qualified for 6 months or more.",
            "Your organization has been qualified for 2 months.",
        ),
        (
            Criterion("qualified_months", "between", min=0, max=1),
            "This program is for organizations that have been qualified for 0 to 1 month.",
            "Your organization has been qualified for 2 months.",
        ),
    ],
)
def test_a_rule_and_the_fact_are_whole_sentences(criterion, rule, fact):
    told_so = told(criterion)
    assert (told_so.rule, told_so.fact) == (rule, fact)
    assert told_so.remedy


def test_who_only_has_to_wait_is_told_until_when():
    told_so = told(Criterion("qualified_months", "between", min=6))
    assert told_so.remedy == "Nothing to do: this rule will be met on March 16, 2027."


def test_a_waiver_is_explained_whether_it_applies_or_not():
    criterion = Criterion("activities", "none_of", ("religious",), unless="secular_arm")
    refused = told(criterion)
    waived = told(criterion, Facts(activities=FILE.activities, secular_arm=True))

    assert refused.rule.endswith("A secular arm that our staff have recognized is exempt.")
    assert "separate secular arm" in refused.remedy
    assert waived.fact.endswith("so this rule is waived for you.")
    assert waived.remedy == ""


CRITERIA = [
    Criterion("kind", "in", ("charity",)),
    Criterion("province", "in", ("ON",)),
    Criterion("activities", "any_of", ("housing",)),
    Criterion("budget", "between", max=1),
    Criterion("staff", "between", max=1),
    Criterion("qualified_months", "between", min=0),
]


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: c.fact)
def test_what_is_not_known_is_said_and_asked_for(criterion):
    told_so = told(criterion, Facts())
    assert told_so.fact
    assert told_so.remedy
    assert {criterion.fact for criterion in CRITERIA} == set(FACTS)


def test_money_and_lists_are_written_as_the_reader_writes_them():
    with override("en"):
        assert dollars(Decimal("1400000.01")) == "$1,400,000.01"
        assert listed(["a", "b", "c"]) == "a, b or c"
    with override("fr"):
        assert dollars(1400000) == "1\u00a0400\u00a0000\u00a0$"
        assert listed(["a", "b", "c"]) == "a, b ou c"


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: c.fact)
@pytest.mark.parametrize("facts", [Facts(), FILE], ids=["unknown", "known"])
def test_everything_is_also_said_in_french(criterion, facts):
    judged = result(criterion, facts, on=ON)
    with override("fr"):
        french = explain(judged, NAMES)
    english = told(criterion, facts)
    for name in ("rule", "fact", "remedy"):
        words = getattr(english, name)
        assert not words or getattr(french, name) != words
