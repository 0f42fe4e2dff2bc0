"""Renewals: the end of what was sent, and reminders of it."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import transaction

from accounts.models import User
from audit.models import record
from catalog.models import Program
from orders import emails
from orders.models import Fulfilment, Renewal
from orgs import clock
from orgs.days import day_of, today
from orgs.models import Membership

MONTHS: Final = 12  # what partners give serves for a year
DAYS: Final = (90, 60, 30, 7)  # before the end
SWEEP: Final = 200
ADMINISTRATORS: Final = "members.manage"


def open_due() -> int:
    """Write down the end of what was sent and is to be renewed; how many lines that were."""
    sent = Fulfilment.objects.filter(status=Fulfilment.Status.DONE, line__renewal=None)
    sent = sent.exclude(line__program__renewal=Program.Renewal.NONE).exclude(done_at=None)
    rows = [
        Renewal(line_id=line, ends_on=clock.add_months(day_of(done_at), MONTHS))
        for line, done_at in sent.values_list("line", "done_at")[:SWEEP]
        if done_at
    ]
    return len(Renewal.objects.bulk_create(rows, ignore_conflicts=True))


def sweep() -> int:
    """Remind of what ends; how many renewals were due for it."""
    open_due()
    rows = Renewal.objects.serving().filter(ends_on__lte=date.fromordinal(_horizon()))
    due = [row.pk for row in rows if step(row.ends_on, on=today()) not in (None, *row.told)]
    for pk in due[:SWEEP]:
        remind(pk)
    return len(due)


def _horizon() -> int:
    return today().toordinal() + max(DAYS)


def step(ends_on: date, *, on: date) -> int | None:
    """Which reminder it is the day for: the last of 90, 60, 30 and 7 days that has come. Pure."""
    left = (ends_on - on).days
    return min((days for days in DAYS if left <= days), default=None) if left >= 0 else None


@transaction.atomic
def remind(pk: int) -> bool:
    """Send one reminder, once each; False when it went out, or nothing is to be said.

    Those before it are not sent afterwards: one message says it.
    """
    row = Renewal.objects.select_for_update(of=("self",)).get(pk=pk)
    days = step(row.ends_on, on=today())
    if days is None or days in row.told or not Renewal.objects.serving().filter(pk=pk).exists():
        return False
    row.told = [d for d in DAYS if d >= days]
    row.save(update_fields=["told"])
    emails.ends(row, days=days, to=readers_of(row))
    return True


def readers_of(row: Renewal) -> list[User]:
    """Who is chosen, of those who are still members; else the buyer and the administrators."""
    order = row.line.order
    members = Membership.objects.filter(organization=order.organization).select_related(
        "user", "role"
    )
    chosen = set(row.readers.values_list("pk", flat=True))
    found = [m.user for m in members if m.user_id in chosen]
    return found or [
        m.user for m in members if m.user_id == order.placed_by_id or m.may(ADMINISTRATORS)
    ]


@transaction.atomic
def choose(
    row: Renewal, *, readers: Iterable[User], partner_ends_on: date | None, by: User
) -> None:
    """Who is reminded, and when the subscription at the partner ends."""
    row.partner_ends_on = partner_ends_on
    row.save(update_fields=["partner_ends_on"])
    row.readers.set(readers)
    record(row.line.order, "order.reminders_chosen", by=by, line=row.line.sku)
