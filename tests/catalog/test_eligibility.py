"""catalog/eligibility.py: every expected answer, every edge of the rules."""

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.eligibility import (
    Facts,
    Source,
    Verdict,
    holds,
    judge,
    qualified_months,
    result,
    version_in_force,
)
from catalog.terms import FACTS, Criterion, Version

ROOT = Path(__file__).parents[2]
ON = date(2026, 11, 16)


@cache
def demo(name):
    return yaml.safe_load((ROOT / "demo" / name).read_text("utf-8"))


@cache
def programs():
    return {
        program["slug"]: [
            Version(v["effective"], tuple(Criterion.from_data(c) for c in v["criteria"]))
            for v in program["versions"]
        ]
        for partner in demo("programs.yaml")["partners"]
        for program in partner["programs"]
    }


@cache
def facts_of(number):
    org = next(o for o in demo("organizations.yaml")["organizations"] if o["number"] == number)
    budget = org["annual_budget"]
    return Facts(
        kind=org["kind"],
        province=org["province"],
        activities=frozenset(org["activities"]),
        budget=None if budget is None else Decimal(budget),
        staff=org["staff"],
        qualified_since=org["qualified_since"],
        qualified_until=org["qualified_until"],
        secular_arm=org["secular_arm"],
    )


def expected():
    with (ROOT / "tests/data/expected-eligibility.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "row", expected(), ids=lambda r: f"{r['organization']}-{r['program']}-{r['as_of']}"
)
def test_the_answer_is_the_expected_one(row):
    on = date.fromisoformat(row["as_of"])
    verdict = judge(
        version_in_force(programs()[row["program"]], on), facts_of(int(row["organization"])), on=on
    )

    assert {
        "version": str(verdict.version or ""),
        "eligible": "yes" if verdict.is_eligible else "no",
        "failing": " ".join(str(place) for place in verdict.failing),
    } == {key: row[key] for key in ("version", "eligible", "failing")}
    assert Verdict.from_data(verdict.to_data()) == verdict


def test_every_criterion_of_the_demo_keeps_its_form():
    for partner in demo("programs.yaml")["partners"]:
        for program in partner["programs"]:
            for version in program["versions"]:
                for data in version["criteria"]:
                    assert Criterion.from_data(data).to_data() == data


def test_bounds_belong_to_the_range():
    ceiling = Criterion.from_data({"fact": "budget", "max": 1400000})
    assert holds(ceiling, Decimal("1400000.00"))
    assert not holds(ceiling, Decimal("1400000.01"))
    floor = Criterion.from_data({"fact": "budget", "min": "0.50"})
    assert holds(floor, Decimal("0.50"))
    assert not holds(floor, Decimal("0.49"))


@pytest.mark.parametrize("fact", sorted(set(FACTS) - {"activities"}))
def test_what_is_not_known_fails(fact):
    data = {"fact": fact, "in": ["QC"]} if FACTS[fact] == {"in"} else {"fact": fact, "min": 0}
    assert not result(Criterion.from_data(data), Facts(), on=ON).passed


def test_no_activities_holds_under_none_of_and_fails_under_any_of():
    assert result(Criterion("activities", "none_of", ("school",)), Facts(), on=ON).passed
    assert not result(Criterion("activities", "any_of", ("school",)), Facts(), on=ON).passed


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_a_waiver_makes_its_criterion_hold_whatever_the_fact(fact):
    comparison = min(FACTS[fact])
    criterion = Criterion(fact, comparison, ("nothing",), min=10**9, unless="secular_arm")
    if comparison == "none_of":
        criterion = Criterion(fact, "any_of", ("nothing",), unless="secular_arm")

    kept = result(criterion, Facts(secular_arm=True), on=ON)

    assert (kept.passed, kept.waived) == (True, True)
    assert not result(criterion, Facts(), on=ON).passed


def test_a_secular_arm_waives_nothing_that_does_not_say_so():
    facts = Facts(activities=frozenset({"religious"}), secular_arm=True)
    assert not result(Criterion("activities", "none_of", ("religious",)), facts, on=ON).passed


def test_before_the_first_version_a_program_is_open_to_nobody():
    verdict = judge(None, Facts(kind="charity"), on=ON)
    assert (verdict.is_eligible, verdict.failing) == (False, ["no-version"])


def test_no_criteria_is_open_to_all():
    assert judge(Version(ON), Facts(), on=ON).is_eligible


def test_the_latest_version_that_has_begun_is_in_force_in_whatever_order_they_come():
    old, new = Version(date(2025, 7, 1)), Version(date(2026, 7, 1))
    for versions in ([old, new], [new, old]):
        assert version_in_force(versions, date(2025, 6, 30)) is None
        assert version_in_force(versions, date(2026, 6, 30)) is old
        assert version_in_force(versions, date(2026, 7, 1)) is new


@pytest.mark.parametrize(
    ("since", "on", "months"),
    [
        (date(2026, 5, 31), date(2026, 11, 29), 5),
        (date(2026, 5, 31), date(2026, 11, 30), 6),
        (date(2026, 5, 31), date(2026, 5, 31), 0),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2024, 2, 29), date(2025, 2, 27), 11),
        (date(2026, 1, 15), date(2026, 2, 14), 0),
        (date(2026, 5, 31), date(2026, 5, 30), None),
    ],
)
def test_months_of_qualification(since, on, months):
    assert qualified_months(since, date(2027, 1, 1), on) == months


def test_qualification_is_known_up_to_its_last_day():
    since, until = date(2026, 1, 1), date(2026, 6, 30)
    assert qualified_months(since, until, until) == 5
    assert qualified_months(since, until, date(2026, 7, 1)) is None
    assert qualified_months(None, until, until) is None


def test_who_only_has_to_wait_is_told_until_when():
    criterion = Criterion("qualified_months", "between", min=6)
    facts = Facts(qualified_since=date(2026, 5, 31), qualified_until=date(2028, 5, 31))
    assert result(criterion, facts, on=date(2026, 11, 16)).holds_on == date(2026, 11, 30)
    ends = Facts(qualified_since=date(2026, 5, 31), qualified_until=date(2026, 11, 29))
    assert result(criterion, ends, on=date(2026, 11, 16)).holds_on is None


def test_a_verdict_keeps_where_a_fact_came_from():
    source = Source("T3010", date(2025, 12, 31))
    facts = Facts(budget=Decimal("12.50"), sources={"budget": source})
    criteria = (Criterion("budget", "between", max=5), Criterion("kind", "in", ("library",)))
    verdict = judge(Version(ON, criteria), facts, on=ON)

    assert verdict.results[0].source == source
    assert Verdict.from_data(verdict.to_data()) == verdict
    assert verdict.failing == [0, 1]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 1200))
def test_counted_months_are_those_that_were_added(since, months):
    from orgs.clock import DAY, add_months, whole_months

    day = add_months(since, months)
    assert whole_months(since, day) == months
    assert months == 0 or whole_months(since, day - DAY) == months - 1
