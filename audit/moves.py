"""Moves: the only way a status changes."""

from typing import Any

from django.db import connection, models

from audit.models import Entry, record


class IllegalMove(Exception):
    """A status change that the model's MOVES table does not have."""

    def __init__(self, obj: models.Model, to: str) -> None:
        self.obj, self.to = obj, to
        super().__init__(f"{obj!r}: {getattr(obj, 'status', '?')} -> {to}")


def move(obj: Any, to: models.TextChoices, *, by: Any, note: str = "", **changes: Any) -> Entry:
    """Move obj to a status that its MOVES table allows, and write the trail.

    `changes` are fields that change with the status, in the same UPDATE. The caller has locked
    the row, so that two movers cannot both leave from the same status. Raises IllegalMove, and
    RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("move() needs the transaction that locked the row")
    if to not in obj.MOVES.get(obj.status, ()):
        raise IllegalMove(obj, to)
    was, obj.status = str(obj.status), to
    for field, value in changes.items():
        setattr(obj, field, value)
    obj.save(update_fields=["status", *changes])
    return record(obj, f"{obj._meta.model_name}.{to.value}", by=by, note=note, was=was)
