"""Days: programs and clocks count those of Toronto, wherever the reader is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

TORONTO = ZoneInfo("America/Toronto")


def today() -> date:
    """Today in Toronto; the one place where services read the calendar."""
    return timezone.localdate(timezone=TORONTO)


def day_of(moment: datetime) -> date:
    """The day of Toronto on which a moment falls."""
    return moment.astimezone(TORONTO).date()
