"""catalog/eligibility_sql.py: of any criteria and any organizations it says what the rules say."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.eligibility import judge, whole_months
from catalog.eligibility_sql import latest_start, meets
from catalog.facts import facts_of
from catalog.terms import Criterion, Version
from orgs.models import Activity, Organization
from tests.factories import ActivityFactory

CODES = ("art", "care", "faith", "school")
KINDS = ("charity", "nonprofit", "library")
PROVINCES = ("NB", "ON", "QC")
MONEY = st.sampled_from([Decimal(cents) / 100 for cents in (0, 1, 9_999, 10_000, 10_001, 10**13)])
HEADS = st.sampled_from([0, 1, 2, 5, 2**31 - 1])
# Days around the ends of months, where months are counted in odd ways.
DAYS = st.sampled_from(
    [date(2023, 12, 31), date(2024, 1, 29), date(2024, 1, 30), date(2024, 1, 31)]
    + [date(2024, 2, 28) + timedelta(days=n) for n in range(4)]
    + [date(2024, 4, 30), date(2024, 5, 31), date(2025, 2, 28), date(2026, 3, 1)]
)
NUMBERS = count(900_000)


@st.composite
def bounds(draw, of):
    low, high = draw(of), draw(of)
    shape = draw(st.sampled_from(["min", "max", "both"]))
    if shape == "both":
        return {"min": min(low, high), "max": max(low, high)}
    return {shape: low}


def some(words):
    return st.lists(st.sampled_from(words), min_size=1, unique=True).map(tuple)


WAIVER = st.sampled_from(["", "secular_arm"])
CRITERIA = st.one_of(
    st.builds(Criterion, st.just("kind"), st.just("in"), some(KINDS), unless=WAIVER),
    st.builds(Criterion, st.just("province"), st.just("in"), some(PROVINCES), unless=WAIVER),
    st.builds(
        Criterion,
        st.just("activities"),
        st.sampled_from(["any_of", "none_of"]),
        some((*CODES, "nobody_does_it")),
        unless=WAIVER,
    ),
    *(
        st.builds(
            lambda fact, limits, unless: Criterion(fact, "between", unless=unless, **limits),
            st.just(fact),
            bounds(of),
            WAIVER,
        )
        for fact, of in (
            ("budget", MONEY | st.sampled_from([100, 10**15])),
            ("staff", HEADS | st.just(10**12)),
            ("qualified_months", st.sampled_from([0, 1, 2, 6, 12, 13, 1200])),
        )
    ),
)


@st.composite
def organizations(draw):
    """A row, with whatever facts; each may be missing."""
    since, until = sorted((draw(DAYS), draw(DAYS)))
    is_dated = draw(st.booleans())
    return {
        "kind": draw(st.sampled_from(["", *KINDS])),
        "province": draw(st.sampled_from(["", *PROVINCES])),
        "annual_budget": draw(st.none() | MONEY.filter(lambda m: m < 10**12)),
        "staff": draw(st.none() | HEADS),
        "secular_arm": draw(st.booleans()),
        "qualified_since": since if is_dated else None,
        "qualified_until": until if is_dated else None,
    }, draw(st.sets(st.sampled_from(CODES)))


@pytest.fixture
def activities(db):
    return {code: ActivityFactory(code=code) for code in CODES}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(organizations(), min_size=1, max_size=10),
    criteria=st.lists(CRITERIA, max_size=4).map(tuple),
    on=DAYS,
)
def test_the_query_and_the_rules_agree_on_any_criteria_and_organizations(
    activities, rows, criteria, on
):
    version = Version(on, criteria)
    with transaction.atomic():
        by_hand = {
            org.pk for org in write(rows, activities) if judged(version, org, on).is_eligible
        }
        by_query = set(Organization.objects.filter(meets(version, on=on)).values_list("pk", flat=1))
        transaction.set_rollback(True)

    assert by_query == by_hand


def judged(version, organization, on):
    return judge(version, facts_of(organization), on=on)


def write(rows, activities):
    """The organizations; asked for again, as the rules read them."""
    through = Organization.activities.through
    made = Organization.objects.bulk_create(
        Organization(number=next(NUMBERS), **facts) for facts, _codes in rows
    )
    through.objects.bulk_create(
        through(organization=org, activity=activities[code])
        for org, (_facts, codes) in zip(made, rows, strict=True)
        for code in sorted(codes)
    )
    pks = [org.pk for org in made]
    return Organization.objects.filter(pk__in=pks).prefetch_related("activities")


def test_before_the_first_version_nobody_is_eligible(activities):
    write([({"kind": "charity"}, set())], activities)

    assert not Organization.objects.filter(meets(None, on=date(2026, 1, 1))).exists()
    assert Activity.objects.count() == len(CODES)


@given(
    since=st.dates(date(2019, 1, 1), date(2026, 12, 31)),
    on=st.dates(date(2019, 1, 1), date(2026, 12, 31)),
    months=st.integers(0, 90),
)
def test_so_many_months_are_complete_from_the_latest_start_and_not_from_a_day_later(
    since, on, months
):
    if since <= on:
        assert (whole_months(since, on) >= months) == (since <= latest_start(months, on=on))
