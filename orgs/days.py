"""Days: programs and clocks count those of Toronto, wherever the reader is."""

from datetime import date

from django.utils import timezone

from orgs.clock import TORONTO, day_of

__all__ = ["TORONTO", "day_of", "today"]


def today() -> date:
    """Today in Toronto; the one place where services read the calendar."""
    return timezone.localdate(timezone=TORONTO)
