"""Days: programs and clocks count those of Toronto, wherever the reader is."""

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from orgs.clock import TORONTO, day_of

__all__ = ["TORONTO", "day_of", "today", "written"]


def today() -> date:
    """Today in Toronto; the one place where services read the calendar."""
    return timezone.localdate(timezone=TORONTO)


def written(day: date) -> str:
    """A day in words of the reader's language; in French the first of a month is an ordinal."""
    words = date_format(day, "DATE_FORMAT")
    is_first = day.day == 1 and (get_language() or "fr").startswith("fr")
    return f"1er{words[1:]}" if is_first else words
