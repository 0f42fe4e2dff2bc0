"""orgs/holidays.py and the clock: each province's days, pauses over several questions."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orgs.clock import business_days_between, due, is_business_day, resumed
from orgs.holidays import holidays_of
from orgs.vocabulary import PROVINCES

EVERYWHERE = {"2026-01-01", "2026-04-03", "2026-07-01", "2026-09-07", "2026-12-25"}
# What the laws of each add to the five that all have, in 2026.
OWN = {
    "AB": {"2026-02-16", "2026-05-18", "2026-10-12", "2026-11-11"},
    "BC": {"2026-02-16", "2026-05-18", "2026-08-03", "2026-09-30", "2026-10-12", "2026-11-11"},
    "MB": {"2026-02-16", "2026-05-18", "2026-09-30", "2026-10-12"},
    "NB": {"2026-02-16", "2026-08-03", "2026-11-11"},
    "NL": {"2026-11-11"},
    "NS": {"2026-02-16", "2026-11-11"},
    "NT": {"2026-05-18", "2026-08-03", "2026-09-30", "2026-10-12", "2026-11-11"},
    "NU": {"2026-05-18", "2026-07-09", "2026-08-03", "2026-09-30", "2026-10-12", "2026-11-11"},
    "ON": {"2026-02-16", "2026-05-18", "2026-10-12"},
    "PE": {"2026-02-16", "2026-09-30", "2026-11-11"},
    "QC": {"2026-05-18", "2026-06-24", "2026-10-12"},
    "SK": {"2026-02-16", "2026-05-18", "2026-08-03", "2026-10-12", "2026-11-11"},
    "YT": {"2026-05-18", "2026-08-17", "2026-09-30", "2026-10-12", "2026-11-11"},
}


def test_every_province_and_territory_is_known():
    assert set(OWN) == set(PROVINCES)


@pytest.mark.parametrize("province", OWN)
def test_no_business_is_done_on_the_holidays_of_a_province(province):
    holidays = holidays_of(province, [2026])
    for day in map(date.fromisoformat, EVERYWHERE | OWN[province]):
        assert not is_business_day(day, holidays), day
    others = set().union(*OWN.values()) - OWN[province]
    for day in map(date.fromisoformat, others):
        assert is_business_day(day, holidays), day


def test_a_holiday_on_a_weekend_is_kept_on_the_next_business_day():
    assert date(2028, 1, 3) in holidays_of("QC", [2028])  # 1 January is a Saturday
    assert date(2029, 7, 2) in holidays_of("QC", [2029])  # 1 July is a Sunday


PAUSES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), max_size=5)
STARTS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@given(start=STARTS, pauses=PAUSES, province=st.sampled_from(sorted(OWN)))
@example(start=date(2025, 3, 1), pauses=[(0, 3), (3, 40), (12, 19), (3, 0)], province="AB")
@example(start=date(2025, 3, 1), pauses=[(12, 19), (0, 5), (3, 0)], province="AB")
def test_however_often_we_ask_the_applicant_loses_no_day_and_we_gain_none(start, pauses, province):
    """Through every pause, the business days that are ours add up to the ten we promised, and to
    one more each time the applicant answers on a day off when nothing was left."""
    holidays = holidays_of(province, range(start.year, start.year + 3))
    due_on, day, ours, extra = due(start, 10, holidays), start, 0, 0
    for work, wait in pauses:
        paused = day + timedelta(days=work)
        if paused > due_on:
            break  # late already, which no pause mends
        ours += business_days_between(day, paused, holidays)
        day = paused + timedelta(days=wait)
        moved = resumed(due_on, paused_on=paused, resumed_on=day, holidays=holidays)
        assert moved >= due_on
        extra += paused == due_on and moved > day
        due_on = moved
    assert ours + business_days_between(day, due_on, holidays) == 10 + extra
    assert is_business_day(due_on, holidays)
