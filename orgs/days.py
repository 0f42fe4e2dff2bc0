"""Days: programs and clocks count those of Toronto, wherever the reader is."""

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format

from accounts.languages import reader_language
from orgs.clock import TORONTO, day_of

__all__ = ["TORONTO", "day_of", "in_words", "today"]


def today() -> date:
    """Today in Toronto; the one place where services read the calendar."""
    return timezone.localdate(timezone=TORONTO)


def in_words(day: date) -> str:
    """`March 1, 2028`; in French the first of a month is an ordinal: `1er mars 2028`."""
    words = date_format(day, "DATE_FORMAT")
    is_first = reader_language() == "fr" and day.day == 1
    return f"1er{words[1:]}" if is_first else words
