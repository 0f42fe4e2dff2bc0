"""The clock: days in Toronto, months from an anchor, business days and pauses, all on values.

Nothing here reads the time or the calendar of holidays; both come in.
"""

from calendar import monthrange
from collections.abc import Container
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

TORONTO = ZoneInfo("America/Toronto")
"""The days of programs are those of Toronto, wherever the reader is."""

DAY = timedelta(days=1)
SATURDAY = 5


def day_of(moment: datetime) -> date:
    """The day in Toronto on which a moment falls; ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(TORONTO).date()


def add_months(day: date, n: int) -> date:
    """The same day of the month n months later, or that month's last day.

    Reckon from the anchor, never from a result: 29 February plus 24 months is 28 February,
    and plus 48 is 29 February again.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def whole_months(since: date, on: date) -> int:
    """How many months are complete on a day that is not before `since`."""
    months = (on.year - since.year) * 12 + on.month - since.month
    return months if add_months(since, months) <= on else months - 1


def is_business_day(day: date, holidays: Container[date]) -> bool:
    """Monday to Friday, and not a holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def due(start: date, days: int, holidays: Container[date]) -> date:
    """The last of so many business days after `start`, which itself does not count.

    With no days it is `start`, whatever day that is.
    """
    day = start
    while days > 0:
        day += DAY
        days -= is_business_day(day, holidays)
    return day


def business_days_between(start: date, end: date, holidays: Container[date]) -> int:
    """Business days after `start` up to and including `end`; 0 when `end` is not later."""
    days = (end - start).days
    return sum(is_business_day(start + n * DAY, holidays) for n in range(1, days + 1))


def remaining(due_on: date, paused_on: date, holidays: Container[date]) -> int:
    """Business days that were left when the clock stopped; the day of the pause is spent."""
    return business_days_between(paused_on, due_on, holidays)


def resumed(due_on: date, *, paused_on: date, resumed_on: date, holidays: Container[date]) -> date:
    """The new due day after a pause: what was left counts from the day work goes on.

    What was late when the clock stopped stays late. When nothing was left, it is due on the day
    work goes on, or the next business day.
    """
    if paused_on > due_on:
        return due_on
    day = due(resumed_on, remaining(due_on, paused_on, holidays), holidays)
    while not is_business_day(day, holidays):
        day += DAY
    return max(due_on, day)
