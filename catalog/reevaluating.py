"""Re-evaluating: each night, what each qualified organization is eligible for; what changed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import connection, transaction

from catalog import emails
from catalog.eligibility import version_in_force
from catalog.eligibility_sql import answer, open_to
from catalog.models import LastAnswer, Program, ProgramVersion
from catalog.verdicts import values_of
from mail.models import Message
from orgs.days import today
from orgs.models import Organization

BATCH: Final = 200  # organizations in a transaction
Announced = Mapping[tuple[int, date | None], int]
"""Keys of versions that were announced, by program and day."""

CHANGE = """UPDATE catalog_lastanswer AS kept SET
    is_told = kept.is_told AND kept.is_eligible = found.now,
    is_by_rules = CASE WHEN kept.is_eligible <> found.now
      THEN kept.version IS DISTINCT FROM %s ELSE kept.is_by_rules END,
    changed_on = CASE WHEN kept.is_eligible <> found.now THEN %s ELSE kept.changed_on END,
    is_eligible = found.now, version = %s
    FROM ({found}) AS found
    WHERE kept.program_id = %s AND kept.organization_id = found.id
    AND (kept.is_eligible <> found.now OR kept.version IS DISTINCT FROM %s)"""
ADD = """INSERT INTO catalog_lastanswer
    (organization_id, program_id, is_eligible, version, changed_on, is_by_rules, is_told)
    SELECT found.id, %s, found.now, %s, %s, false, true FROM ({found}) AS found
    ON CONFLICT (organization_id, program_id) DO NOTHING"""
"""The index is asked, and not the table: the first night, it grows while it is read."""


def look(on: date | None = None) -> int:
    """Ask about every program, then tell whose answers changed; returns how many were told.

    Broken off, it goes on where it was; twice in a day tells once.
    """
    on = on or today()
    for program in Program.objects.prefetch_related("versions").order_by("pk"):
        ask(program, on=on)
    return tell(on=on)


@transaction.atomic
def ask(program: Program, *, on: date) -> None:
    """Write the answers of all qualified organizations; two statements."""
    row = version_in_force(program.versions.all(), on)
    version = values_of(row) if row else None
    found = Organization.objects.qualified(on=on).order_by()
    asked: Any = found.annotate(now=answer(open_to(program, version, on=on))).values("id", "now")
    sql, params = asked.query.sql_with_params()
    since = row.effective if row else None
    with connection.cursor() as cursor:
        cursor.execute(
            CHANGE.format(found=sql),
            [since, on, since, *params, program.pk, since],
        )
        cursor.execute(ADD.format(found=sql), [program.pk, since, on, *params])


def tell(*, on: date) -> int:
    """Write to organizations whose answers changed, one e-mail for all of it."""
    announced: Announced = {
        (version.program_id, version.effective): version.pk
        for version in ProgramVersion.objects.filter(announcements__isnull=False)
    }
    told = 0
    while (some := _tell_some(announced, on=on)) is not None:
        told += some
    return told


@transaction.atomic
def _tell_some(announced: Announced, *, on: date) -> int | None:
    """How many of the next organizations were written to; None when none is left."""
    waiting = LastAnswer.objects.filter(is_told=False)
    keys = waiting.order_by("organization_id").values_list("organization_id", flat=True)
    some = list(keys.distinct()[:BATCH])
    locked = waiting.filter(organization__in=some).select_for_update(of=("self",), skip_locked=True)
    changes: dict[Organization, list[LastAnswer]] = {}
    for row in locked.select_related("organization", "program__partner").order_by("pk"):
        changes.setdefault(row.organization, []).append(row)
    if not changes:
        return None
    told = 0
    for organization, answers in changes.items():
        if news := [row for row in answers if not _was_told(row, announced)]:
            emails.eligibility_changed(organization, news, on=on)
            told += 1
    found = [row.pk for answers in changes.values() for row in answers]
    LastAnswer.objects.filter(pk__in=found).update(is_told=True)
    return told


def _was_told(row: LastAnswer, announced: Announced) -> bool:
    """When the rules were published, it was written to already."""
    version = announced.get((row.program_id, row.version))
    if version is None or not row.is_by_rules:
        return False
    key = f"rules:{version}:{row.organization_id}:"
    return Message.objects.filter(key__startswith=key).exists()
