"""Days: programs and clocks count those of Toronto, wherever the reader is."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from orgs.clock import TORONTO, day_of

__all__ = ["TORONTO", "day_of", "today", "written", "written_moment", "written_time"]


def today() -> date:
    """Today in Toronto; the one place where services read the calendar."""
    return timezone.localdate(timezone=TORONTO)


def written(day: date) -> str:
    """A day in words of the reader's language; in French the first of a month is an ordinal."""
    words = date_format(day, "DATE_FORMAT")
    is_first = day.day == 1 and (get_language() or "fr").startswith("fr")
    return f"1er{words[1:]}" if is_first else words


def written_time(moment: datetime) -> str:
    """A time of day in the active zone: `14 h 05`, `2:05 pm`."""
    # Without points, as Canada.ca writes it: a sentence may end with it.
    return date_format(timezone.localtime(moment), "TIME_FORMAT").replace(".m.", "m")


def written_moment(moment: datetime | None) -> str:
    """A day and time in words of the reader's language, in the active zone; empty without one."""
    if moment is None:
        return ""
    return f"{written(timezone.localtime(moment).date())}, {written_time(moment)}"
