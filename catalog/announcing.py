"""Announcing: whom published rules concern is told, in batches that can be taken up again."""

from typing import Any, Final

from django.db import transaction
from django.db.models import F, PositiveIntegerField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from catalog import effects, emails
from catalog.eligibility import version_in_force
from catalog.models import Announcement, ProgramVersion
from mail.models import Message
from orgs.days import today
from orgs.models import Organization

BATCH: Final = 200  # organizations in a transaction
BATCHES: Final = 25  # in one go of the task


def wake() -> None:
    """Tell a worker at once; when the broker is down the sweep finds the row anyway."""
    from catalog.tasks import announce_rules  # tasks import this module

    announce_rules.apply_async(retry=False)


def concerned(version: ProgramVersion) -> effects.Compared:
    """Qualified organizations for which these rules change the answer."""
    rows = effects.compared(version.program, version.criteria, on=version.effective)
    return effects.concerned(rows, on=today())


def told_of(version: ProgramVersion) -> QuerySet[Organization]:
    """Organizations that were written to about these rules."""
    letters = Message.objects.filter(key__startswith=emails.rules_key(version))
    numbers = letters.values_list(Cast("about", PositiveIntegerField()))
    return Organization.objects.filter(number__in=numbers)


def before(version: ProgramVersion) -> ProgramVersion | None:
    """The rules that held until then."""
    others = version.program.versions.exclude(pk=version.pk)
    return version_in_force(others, version.effective)


def tell_due() -> int:
    """Write to those who wait for it; returns how many organizations were told."""
    told = 0
    for pk in Announcement.objects.filter(done_at=None).values_list("pk", flat=True):
        for _batch in range(BATCHES):
            some = tell_some(pk)
            told += some
            if not some:
                break
    return told


@transaction.atomic
def tell_some(pk: int) -> int:
    """The next organizations of an announcement; 0 when there are none, or a worker has it."""
    waiting = Announcement.objects.select_for_update(of=("self",), skip_locked=True)
    row = waiting.filter(pk=pk, done_at=None).select_related("version__program").first()
    if row is None:
        return 0
    whom: Any = told_of(row.version) if row.is_withdrawal else concerned(row.version)
    some = list(whom.filter(pk__gt=row.after).order_by("pk").prefetch_related("activities")[:BATCH])
    if not some:
        Announcement.objects.filter(pk=pk).update(done_at=timezone.now())
        return 0
    other = before(row.version)
    for organization in some:
        if row.is_withdrawal:
            emails.rules_withdrawn(organization, row.version, stays=other)
        else:
            emails.rules_changed(organization, row.version, other, gains=organization.after)
    Announcement.objects.filter(pk=pk).update(told=F("told") + len(some), after=some[-1].pk)
    return len(some)
