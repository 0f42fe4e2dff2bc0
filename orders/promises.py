"""Promises: by when each step of a delivery is to be done. Pure."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from orgs import clock

# Business days from the payment: we hand it to the partner, it leaves there, it arrives.
HAND_OVER: Final = 5
SEND: Final = 15
ARRIVE: Final = 25


@dataclass(frozen=True)
class Terms:
    """A program's delivery, as it says so."""

    is_shipped: bool
    days: int | None
    """Business days at most; None when `weeks` says it."""
    weeks: int = 0


@dataclass(frozen=True)
class Promise:
    """The last day of each step; without a shipment there is only the last."""

    hand_over_by: date | None
    send_by: date
    promised_on: date


def promise(terms: Terms, *, since: date, holidays: Container[date]) -> Promise:
    """What is promised of a line that was paid on a day.

    A shipment goes in three steps. Their days are those of the partner with the longest way; a
    program that promises fewer days altogether has a share of them.
    """
    last = _last(terms, since, holidays)
    if not terms.is_shipped:
        return Promise(None, last, last)
    all_of_it = terms.days or ARRIVE
    hand_over_by = clock.due(since, share(HAND_OVER, all_of_it), holidays)
    send_by = clock.due(since, share(SEND, all_of_it), holidays)
    return Promise(min(hand_over_by, last), min(send_by, last), last)


def arrival(terms: Terms, *, sent_on: date, holidays: Container[date]) -> date:
    """The last day on which a parcel that left on a day arrives."""
    return clock.due(sent_on, share(ARRIVE - SEND, terms.days or ARRIVE), holidays)


def share(days: int, all_of_it: int) -> int:
    """So many of the days of the longest way, of a shorter one; at least one."""
    return max(1, round(days * min(all_of_it, ARRIVE) / ARRIVE))


def _last(terms: Terms, since: date, holidays: Container[date]) -> date:
    if terms.days is None:
        return since + timedelta(weeks=terms.weeks)
    return clock.due(since, terms.days, holidays)
