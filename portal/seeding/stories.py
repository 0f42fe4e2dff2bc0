"""Stories: how each invented organization came to where it stands, as applications with days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from orgs import clock
from orgs.days import TORONTO
from orgs.holidays import holidays_of
from orgs.models import Application
from orgs.qualification import MONTHS, REVIEW_DAYS
from portal.seeding.spread import Spread

Kind, Status = Application.Kind, Application.Status
SHARES = {
    "qualified": 58,
    "renewed": 12,
    "declined": 7,
    "draft": 6,
    "submitted": 4,
    "in_review": 4,
    "info_needed": 3,
    "renewal": 2,
    "lapsed": 2,
    "appealed": 1,
    "put_away": 1,
}
WORK = {
    "1": 6,
    "2": 10,
    "3": 14,
    "4": 16,
    "5": 14,
    "6": 12,
    "7": 10,
    "8": 8,
    "9": 5,
    "11": 3,
    "14": 2,
}
OPEN_FOR = {"0": 4, "1": 8, "3": 10, "5": 9, "7": 8, "9": 6, "13": 5, "16": 3, "21": 1}


@dataclass(frozen=True)
class Course:
    """One application: what it is, and the days on which something happened to it."""

    status: str
    started_on: date
    kind: str = Kind.FIRST
    sent_on: date | None = None
    due_on: date | None = None
    asked_on: date | None = None
    answered_on: date | None = None
    decided_on: date | None = None


@dataclass(frozen=True)
class Story:
    """An organization's applications in their order, and how long it is qualified."""

    courses: tuple[Course, ...]
    since: date | None = None
    until: date | None = None


def tell(spread: Spread, province: str, *, on: date) -> Story:
    """The story of one organization up to a day."""
    match spread.weighted(SHARES):
        case "draft" | "put_away" as status:
            started = on - timedelta(days=spread.whole(0, 80))
            return Story((Course(Status(status), started),))
        case "submitted" | "in_review" | "info_needed" as status:
            return Story((_under_way(spread, province, status, on=on),))
        case "declined":
            return Story((_decided(spread, province, Status.DECLINED, on=on, ago=(8, 720)),))
        case "appealed":
            first = _decided(spread, province, Status.DECLINED, on=on, ago=(60, 120))
            appeal = _under_way(spread, province, Status.SUBMITTED, on=on, kind=Kind.APPEAL)
            return Story((first, appeal))
        case "renewed":
            first = _decided(spread, province, Status.QUALIFIED, on=on, ago=(760, 1100))
            again = _decided(
                spread, province, Status.QUALIFIED, on=on, ago=(8, 700), kind=Kind.RENEWAL
            )
            return _qualified((first, again), months=2 * MONTHS)
        case "lapsed":
            gone = _decided(spread, province, Status.QUALIFIED, on=on, ago=(800, 1100))
            return _qualified((gone,))
        case "renewal":
            first = _decided(spread, province, Status.QUALIFIED, on=on, ago=(700, 730))
            status = spread.one([Status.SUBMITTED, Status.IN_REVIEW, Status.INFO_NEEDED])
            again = _under_way(spread, province, status, on=on, kind=Kind.RENEWAL)
            return _qualified((first, again))
    return _qualified((_decided(spread, province, Status.QUALIFIED, on=on, ago=(8, 720)),))


def _qualified(courses: tuple[Course, ...], *, months: int = MONTHS) -> Story:
    since = courses[0].decided_on
    return Story(courses, since, clock.add_months(since, months) if since else None)


def _under_way(
    spread: Spread, province: str, status: str, *, on: date, kind: str = Kind.FIRST
) -> Course:
    sent = on - timedelta(days=int(spread.weighted(OPEN_FOR)))
    is_asked = status == Status.INFO_NEEDED
    return Course(
        status=status,
        kind=kind,
        started_on=sent - timedelta(days=spread.whole(0, 20)),
        sent_on=sent,
        due_on=later(sent, REVIEW_DAYS, province),
        asked_on=min(sent + timedelta(days=1), on) if is_asked else None,
    )


def _decided(
    spread: Spread,
    province: str,
    status: str,
    *,
    on: date,
    ago: tuple[int, int],
    kind: str = Kind.FIRST,
) -> Course:
    sent = on - timedelta(days=spread.whole(*ago))
    due, work = later(sent, REVIEW_DAYS, province), int(spread.weighted(WORK))
    asked = answered = None
    decided = later(sent, work, province)
    if work > 2 and spread.chance(0.2):
        asked = later(sent, 2, province)
        answered = asked + timedelta(days=spread.whole(0, 25))
        holidays = holidays_of(province, range(sent.year, answered.year + 2))
        due = clock.resumed(due, paused_on=asked, resumed_on=answered, holidays=holidays)
        decided = later(answered, work - 2, province)
    if decided > on:  # sent lately: one of the quick ones
        asked, answered, due = None, None, later(sent, REVIEW_DAYS, province)
        decided = later(sent, min(work, 3), province)
    started = sent - timedelta(days=spread.whole(0, 20))
    return Course(status, started, kind, sent, due, asked, answered, decided)


@cache
def later(day: date, days: int, province: str) -> date:
    """So many business days after a day."""
    return clock.due(day, days, holidays_of(province, (day.year, day.year + 1)))


def at(day: date, index: int) -> datetime:
    """A moment of a day's office hours."""
    return datetime.combine(day, time(9 + index % 8, index % 60), tzinfo=TORONTO)


def deeds(course: Course) -> Iterator[tuple[str, date, bool]]:
    """What the trail says of an application: (action, day, whether staff did it)."""
    yield "started", course.started_on, False
    if course.sent_on is None:
        if course.status == Status.PUT_AWAY:
            yield "put_away", course.started_on, False
        return
    yield "submitted", course.sent_on, False
    if course.status == Status.SUBMITTED:
        return
    yield "in_review", course.sent_on, True
    if course.asked_on:
        yield "info_needed", course.asked_on, True
    if course.answered_on:
        yield "in_review", course.answered_on, False
    if course.decided_on:
        yield course.status, course.decided_on, True
