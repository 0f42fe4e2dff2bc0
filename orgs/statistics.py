"""Statistics of the qualification: how many, and in how many business days, computed in SQL.

Days are business days of the organization's province, without those on which the applicant was
awaited: what the clock counts. Nothing is stored, so nothing can go stale.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from orgs.clock import DAY
from orgs.days import TORONTO
from orgs.holidays import holidays_of
from orgs.models import Application
from orgs.vocabulary import PROVINCES

WEEK = timedelta(days=7)
AGES = (2, 5, 10)  # business days up to which an age is put together
LONGEST = timedelta(days=900)  # before the first decision shown, the earliest sending looked at

# Each province's days with how many business days there were until then; each application's days.
SPENT = """
WITH holiday AS (
    SELECT * FROM unnest(%(holiday_provinces)s::text[], %(holidays)s::date[]) AS h (province, day)
), calendar AS MATERIALIZED (
    SELECT p.province, d.day::date AS day, count(*) FILTER (
        WHERE extract(isodow FROM d.day) < 6 AND holiday.day IS NULL
    ) OVER (PARTITION BY p.province ORDER BY d.day) AS n
    FROM unnest(%(provinces)s::text[]) AS p (province)
    CROSS JOIN generate_series(%(first)s::date, %(today)s::date, interval '1 day') AS d (day)
    LEFT JOIN holiday ON holiday.province = p.province AND holiday.day = d.day::date
), chosen AS MATERIALIZED (
    SELECT a.id, a.kind, o.province,
        greatest((a.submitted_at AT TIME ZONE 'America/Toronto')::date, %(first)s::date) AS sent_on,
        coalesce((a.decided_at AT TIME ZONE 'America/Toronto')::date, %(today)s::date) AS ended_on
    FROM orgs_application a JOIN orgs_organization o ON o.id = a.organization_id
    WHERE a.submitted_at IS NOT NULL AND {chosen}
), pause AS (
    SELECT chosen.id, chosen.province, range_agg(daterange(
        greatest((i.asked_at AT TIME ZONE 'America/Toronto')::date, chosen.sent_on),
        greatest(
            coalesce((i.answered_at AT TIME ZONE 'America/Toronto')::date, chosen.ended_on),
            (i.asked_at AT TIME ZONE 'America/Toronto')::date, chosen.sent_on
        )
    )) AS days
    FROM chosen JOIN orgs_inquiry i ON i.application_id = chosen.id
    GROUP BY chosen.id, chosen.province
), paused AS (
    SELECT pause.id, sum(until.n - since.n) AS n
    FROM pause CROSS JOIN unnest(pause.days) AS span (days)
    JOIN calendar since ON since.province = pause.province AND since.day = lower(span.days)
    JOIN calendar until ON until.province = pause.province AND until.day = upper(span.days)
    GROUP BY pause.id
), spent AS (
    SELECT chosen.kind, date_trunc('week', chosen.ended_on)::date AS week,
        (ended.n - sent.n - coalesce(paused.n, 0))::bigint AS days
    FROM chosen
    JOIN calendar sent ON sent.province = chosen.province AND sent.day = chosen.sent_on
    JOIN calendar ended ON ended.province = chosen.province AND ended.day = chosen.ended_on
    LEFT JOIN paused ON paused.id = chosen.id
)
"""
DECIDED = "a.decided_at >= %(since)s"
OPEN = "a.status IN ('submitted', 'in_review', 'info_needed')"
DECISIONS = f"""{SPENT.format(chosen=DECIDED)}
SELECT week, kind, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY days),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY days)
FROM spent GROUP BY GROUPING SETS ((week), (kind), ())
"""  # noqa: S608  (both parts are ours)
AGED = f"""{SPENT.format(chosen=OPEN)}
SELECT width_bucket(days, %(ages)s::bigint[]), count(*) FROM spent GROUP BY 1
"""  # noqa: S608  (both parts are ours)
RECEIVED = """
SELECT date_trunc('week', submitted_at AT TIME ZONE 'America/Toronto')::date, kind, count(*)
FROM orgs_application WHERE submitted_at >= %(since)s GROUP BY GROUPING SETS ((1), (2), ())
"""


@dataclass
class Row:
    """A week, a kind of application, or all of it."""

    received: int = 0
    decided: int = 0
    median: float | None = None
    ninth: float | None = None
    """Nine in ten were decided in at most so many business days."""


@dataclass
class Report:
    """What the page shows."""

    weeks: dict[date, Row]
    kinds: dict[str, Row]
    total: Row
    ages: list[int]
    """How many are open, by `AGES` and older."""


def report(*, weeks: int, on: date) -> Report:
    """The last so many weeks up to a day, this one included; three queries."""
    monday = on - timedelta(days=on.weekday())
    first = monday - (weeks - 1) * WEEK
    found = Report(
        {first + n * WEEK: Row() for n in range(weeks)}, {}, Row(), [0] * (len(AGES) + 1)
    )
    found.kinds = {str(kind): Row() for kind in Application.Kind.values}
    values = _values(first, on)
    for week, kind, count, median, ninth in _rows(DECISIONS, values):
        row = _row(found, week, kind)
        row.decided, row.median, row.ninth = count, median, ninth
    for week, kind, count in _rows(RECEIVED, values):
        _row(found, week, kind).received = count
    for bucket, count in _rows(AGED, values):
        found.ages[bucket] += count
    return found


def _row(found: Report, week: date | None, kind: str | None) -> Row:
    if week is not None:
        return found.weeks.setdefault(week, Row())
    return found.total if kind is None else found.kinds.setdefault(kind, Row())


def _values(first: date, on: date) -> dict[str, Any]:
    earliest = first - LONGEST
    provinces = [*PROVINCES, ""]  # an old row may have none
    years = range(earliest.year, on.year + 1)
    holidays = [(p, day) for p in provinces for day in sorted(_holidays(p, years))]
    return {
        "provinces": provinces,
        "holiday_provinces": [province for province, _day in holidays],
        "holidays": [day for _province, day in holidays],
        "first": earliest,
        "today": on,
        "since": datetime.combine(first, datetime.min.time(), tzinfo=TORONTO),
        "ages": [age + 1 for age in AGES],
    }


def _holidays(province: str, years: range) -> Iterator[date]:
    first, last = date(years.start, 1, 1), date(years.stop, 1, 1) - DAY
    return (day for day in holidays_of(province, years) if first <= day <= last)


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
