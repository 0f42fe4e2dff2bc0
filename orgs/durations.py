"""Durations: how long an application takes, from what was decided lately."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from orgs.models import Application

LATELY = timedelta(days=90)
ENOUGH = 10  # decisions, below which a figure would only mislead


@dataclass(frozen=True)
class Usual:
    """In days from sending to the decision, as the calendar counts them."""

    median: int
    most: int  # nine in ten took this long at most


def usual() -> Usual | None:
    """How long the applications took that were decided in the last 90 days; None of too few.

    One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY
                 (decided_at AT TIME ZONE 'America/Toronto')::date
                 - (submitted_at AT TIME ZONE 'America/Toronto')::date)
               FROM orgs_application
               WHERE decided_at >= %s AND submitted_at IS NOT NULL AND status IN (%s, %s)""",
            [
                timezone.now() - LATELY,
                Application.Status.QUALIFIED,
                Application.Status.DECLINED,
            ],
        )
        count, days = cursor.fetchone()
    return Usual(median=days[0], most=days[1]) if count >= ENOUGH else None
