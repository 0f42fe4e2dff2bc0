"""orgs/clock.py and orgs/holidays.py: months, business days, pauses, holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgs.clock import (
    add_months,
    business_days_between,
    day_of,
    due,
    is_business_day,
    remaining,
    resumed,
)
from orgs.holidays import holidays_of

CANADA_DAY = frozenset({date(2026, 7, 1)})
NONE = frozenset()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-05-31", 6, "2026-11-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-01-15", 0, "2026-01-15"),
        ("2026-01-31", -2, "2025-11-30"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day, months, later):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_the_day_is_that_of_toronto():
    assert day_of(datetime(2026, 7, 1, 3, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert day_of(datetime(2026, 7, 1, 4, 0, tzinfo=UTC)) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-06-26", 1, "2026-06-29"),  # Friday to Monday
        ("2026-06-27", 1, "2026-06-29"),  # Saturday to Monday
        ("2026-06-30", 1, "2026-07-02"),  # over Canada Day
        ("2026-06-26", 10, "2026-07-13"),  # two weeks and Canada Day
        ("2026-06-27", 0, "2026-06-27"),
    ],
)
def test_it_is_due_after_so_many_business_days(start, days, end):
    assert due(date.fromisoformat(start), days, CANADA_DAY) == date.fromisoformat(end)


def test_business_days_between_two_days():
    friday, monday = date(2026, 6, 26), date(2026, 6, 29)
    assert business_days_between(friday, monday, NONE) == 1
    assert business_days_between(friday, friday, NONE) == 0
    assert business_days_between(monday, friday, NONE) == 0
    assert business_days_between(monday, date(2026, 7, 6), CANADA_DAY) == 4


def test_a_pause_keeps_what_was_left():
    due_on = due(date(2026, 6, 1), 10, NONE)  # Monday 15 June
    paused = date(2026, 6, 5)  # six days are left
    assert remaining(due_on, paused, NONE) == 6
    again = resumed(due_on, paused_on=paused, resumed_on=date(2026, 6, 19), holidays=NONE)
    assert again == date(2026, 6, 29)


def test_a_pause_within_a_day_changes_nothing():
    due_on, day = date(2026, 6, 15), date(2026, 6, 5)
    assert resumed(due_on, paused_on=day, resumed_on=day, holidays=NONE) == due_on


def test_a_pause_makes_nothing_that_was_late_be_in_time():
    late = resumed(
        date(2026, 6, 15),
        paused_on=date(2026, 6, 16),
        resumed_on=date(2026, 7, 16),
        holidays=NONE,
    )
    assert late == date(2026, 6, 15)


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(DAYS, st.integers(1, 60), st.frozensets(DAYS, max_size=5))
def test_what_is_due_is_so_many_business_days_away(start, days, holidays):
    end = due(start, days, holidays)
    assert is_business_day(end, holidays)
    assert business_days_between(start, end, holidays) == days


@given(DAYS, st.integers(1, 30), st.integers(0, 60), st.integers(0, 60))
def test_a_pause_never_makes_anything_due_earlier(start, days, until_pause, pause):
    due_on = due(start, days, NONE)
    paused = start + timedelta(days=until_pause)
    back = paused + timedelta(days=pause)
    assert resumed(due_on, paused_on=paused, resumed_on=back, holidays=NONE) >= due_on


def test_each_province_has_its_own_holidays():
    quebec, ontario = holidays_of("QC", [2026]), holidays_of("ON", [2026, 2027])
    assert date(2026, 6, 24) in quebec - ontario
    assert date(2026, 2, 16) in ontario - quebec  # Family Day
    assert date(2026, 7, 1) in quebec & ontario
    assert date(2027, 7, 1) in ontario
