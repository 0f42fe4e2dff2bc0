"""Editions: the name of what lists show now, and what is kept in this process under such names.

What is kept under a name is never stale: the name is asked of the database each time, and another
transaction's change of the catalogue has another name once it is committed. It is never mixed up
either: whatever else it depends on belongs to the key.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final

from django.db import connection

from catalog.eligibility import Granted
from orgs.models import Organization

MOST: Final = 256  # things kept
LONGEST: Final = 600  # seconds
KEEP_ROWS: Final = "1 hour"

NAME = "(SELECT ARRAY[count(*), max(id), sum(mark)]::text FROM catalog_edition)"
ACTIVITIES = """ARRAY(SELECT a.code FROM orgs_organization_activities m
    JOIN orgs_activity a ON a.id = m.activity_id WHERE m.organization_id = %s)"""

GRANTED = """(SELECT coalesce(jsonb_agg(jsonb_build_array(program_id, from_on, until_on)), '[]')
    FROM catalog_override WHERE organization_id = %s AND status = 'granted')"""


def current(organization: Organization | None = None) -> tuple[str, list[str], list[Granted]]:
    """The edition's name, and of the organization the codes of what it does, and its exceptions.

    One query.
    """
    with connection.cursor() as cursor:
        if organization is None:
            cursor.execute(f"SELECT {NAME}, '{{}}'::text[], '[]'::jsonb")
        else:
            keys = [organization.pk, organization.pk]
            cursor.execute(f"SELECT {NAME}, {ACTIVITIES}, {GRANTED}", keys)
        name, codes, granted = cursor.fetchone()
    return name, codes, [Granted.from_data(row) for row in json.loads(granted)]


def forget_old() -> None:
    """Few rows are read fast. The newest stays, so that no name comes again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM catalog_edition WHERE at < now() - %s::interval"
            " AND id < (SELECT max(id) FROM catalog_edition)",
            [KEEP_ROWS],
        )


class Kept:
    """The last things that were made, by key; each until a moment."""

    def __init__(self) -> None:
        self._things: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def forget(self) -> None:
        """All of it."""
        with self._lock:
            self._things.clear()

    def get(self, key: Hashable, make: Callable[[], tuple[float, Any]]) -> Any:
        """What was made under this key; else `make` it: (seconds that it holds, the thing)."""
        now = time.time()
        with self._lock:
            until, thing = self._things.get(key, (0.0, None))
            if until > now:
                self._things.move_to_end(key)
                return thing
        seconds, thing = make()
        with self._lock:
            self._things[key] = (now + min(seconds, LONGEST), thing)
            self._things.move_to_end(key)
            while len(self._things) > MOST:
                self._things.popitem(last=False)
        return thing


kept = Kept()
