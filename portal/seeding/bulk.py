"""Bulk: rows into a table by COPY, with keys taken from its sequence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

Row = Mapping[str, Any]


def next_keys(model: type[models.Model], n: int) -> range:
    """The next n primary keys of a table, which nobody else gets."""
    with connection.cursor() as cursor:
        column = model._meta.pk.column
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, column])
        return next_of(cursor.fetchone()[0], n)


def next_of(sequence: str, n: int) -> range:
    """The next n numbers of a sequence."""
    if not n:
        return range(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, n - 1])
        last = int(cursor.fetchone()[0])
    return range(last - n + 1, last + 1)


def copy(model: type[models.Model], rows: Iterable[Row], *, now: datetime) -> int:
    """Write rows, each {attribute: value}; what a row leaves out gets the field's default.

    Moments that Django fills in by itself are `now`. Whatever makes the rows must not ask the
    database meanwhile: its connection is busy. Returns how many rows were written.
    """
    fields = [f for f in model._meta.concrete_fields if not getattr(f, "generated", False)]
    columns = [(f.attname, _default(f, now), _prepare(f)) for f in fields]
    names = ", ".join(f'"{f.column}"' for f in fields)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    written = 0
    with connection.cursor() as cursor, cursor.copy(statement) as out:
        for row in rows:
            out.write_row(
                [prepare(row[n] if n in row else default()) for n, default, prepare in columns]
            )
            written += 1
    return written


def copy_tracked(model: type[models.Model], rows: Sequence[Row], *, now: datetime) -> None:
    """Write rows of a model with history, and their history in one go.

    A trigger a row would write the same, and takes minutes where this takes seconds.
    """
    event = model.pgh_event_model  # type: ignore[attr-defined]  # put there by pghistory
    ours = [t.get_pgid(model) for t in model._meta.triggers]  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        ignored = "{" + ",".join(ours) + "}"
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [ignored])
        copy(model, rows, now=now)
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
    keys = next_keys(event, len(rows))
    copy(
        event,
        (
            {"pgh_id": key, "pgh_obj_id": row["id"], "pgh_label": "insert"} | dict(row)
            for key, row in zip(keys, rows, strict=True)
        ),
        now=now,
    )


def _default(field: Any, now: datetime) -> Callable[[], Any]:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return lambda: now
    return field.get_default


def _prepare(field: Any) -> Callable[[Any], Any]:
    """What COPY is given for a value: JSON needs its own writing, all else is plain."""
    if isinstance(field, models.JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    return lambda value: value
