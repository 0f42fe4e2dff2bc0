"""Importing a register's file: streamed into a staging table, then compared with what is here.

All of it is one transaction: a file with a fault, or a process that is killed, changes nothing,
and the same command starts over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import connection, models, transaction
from django.utils import timezone
from psycopg import sql

from registers import codes, parsing
from registers.layouts import LAYOUTS, Layout
from registers.models import MODELS, Import, Register
from registers.parsing import Fault, Faults

LOCKS: Final = {Register.CRA: 7301, Register.T3010: 7302, Register.CORPORATIONS: 7303}
"""Advisory locks: one import of a register at a time."""
STEP: Final = 20_000  # rows between two signs of life
MOST_VANISHED: Final = 0.1
"""A file in which more than this part of a register is missing was probably cut off."""
FEW: Final = 20
"""So many may always be missing: of a small register they are soon a tenth."""


class Refused(Exception):
    """Nothing was changed, because of these faults."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass
class Summary:
    """What an import did, in rows."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    revoked: int = 0

    def __str__(self) -> str:
        return (
            f"{self.rows} rows: {self.new} new, {self.changed} changed, {self.unchanged} "
            f"unchanged, {self.vanished} vanished, {self.revoked} no longer registered."
        )


def today() -> date:
    """In the site's zone, Toronto's."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def run(
    register: Register,
    file: Path,
    *,
    as_of: date | None = None,
    may_vanish: bool = False,
    say: Callable[[str], Any] = lambda words: None,
) -> Summary:
    """Read a register's file as that of a day (today); raises Refused and OSError.

    `may_vanish`: also when a large part of the register is missing from the file. `say` is told
    how far it is. The attempt is kept as an `Import`, whatever comes of it.
    """
    # Not inside the caller's transaction: the attempt is kept when the import is rolled back.
    Import.objects.filter(register=register, status=Import.Status.RUNNING).exclude(
        pk__in=_running_elsewhere(register)
    ).update(status=Import.Status.INTERRUPTED, ended_at=timezone.now())
    attempt = Import.objects.create(
        register=register, file_name=file.name[:200], as_of=as_of or today()
    )
    try:
        with transaction.atomic():
            summary = _read(attempt, file, may_vanish=may_vanish, say=say)
            _end(attempt, Import.Status.DONE, **vars(summary))
    except Refused as refusal:
        _end(attempt, Import.Status.REFUSED, faults=str(refusal))
        raise
    except OSError as error:
        _end(attempt, Import.Status.REFUSED, faults=error.strerror or str(error))
        raise
    return summary


def _running_elsewhere(register: Register) -> list[int]:
    """Imports of this register that another process is at: those whose lock is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCKS[register]])
        is_free = cursor.fetchone()[0]
        if is_free:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCKS[register]])
            return []
    running = Import.objects.filter(register=register, status=Import.Status.RUNNING)
    return list(running.values_list("pk", flat=True))


def _end(attempt: Import, status: Import.Status, **values: Any) -> None:
    values |= {"status": status, "ended_at": timezone.now()}
    Import.objects.filter(pk=attempt.pk).update(**values)


def _read(attempt: Import, file: Path, *, may_vanish: bool, say: Callable[[str], Any]) -> Summary:
    register, day = Register(attempt.register), attempt.as_of
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # one COPY, however long the file
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCKS[register]])
        if not cursor.fetchone()[0]:
            raise Refused("Another import of this register is running.")
    newest = Import.objects.newest_day(register)
    # The returns of several years are several files, which may come in any order.
    if newest and newest > day and register != Register.T3010:
        raise Refused(f"A newer file was read already: that of {newest}.")
    table = Table(MODELS[register], LAYOUTS[register], day)
    table.stage(file, say=say)
    table.refuse_contradictions()
    return table.merge(may_vanish=may_vanish)


@dataclass
class Table:
    """A register's table, and the staging table that its file is read into."""

    model: type[models.Model]
    layout: Layout
    day: date

    @property
    def columns(self) -> list[str]:
        return [column.field for column in self.layout.columns]

    @property
    def _in_scope(self) -> sql.Composable:
        """Which entries a file speaks of: of the returns, only those of the years it has."""
        if "period_end" not in self.layout.key:
            return sql.SQL("true")
        return sql.SQL(
            "extract(year FROM e.period_end) IN "
            "(SELECT DISTINCT extract(year FROM period_end) FROM staging)"
        )

    def _run(self, query: str, **more: Any) -> Any:
        """Execute a query with the names of this table's columns; returns the cursor."""
        names = [sql.Identifier(name) for name in self.columns]
        values = [name for name in self.columns if name not in self.layout.key]
        parts = {
            "table": sql.Identifier(self.model._meta.db_table),
            "columns": sql.SQL(", ").join(names),
            "key": sql.SQL(", ").join(map(sql.Identifier, self.layout.key)),
            "same": sql.SQL(" AND ").join(
                sql.SQL("e.{0} = s.{0}").format(sql.Identifier(name)) for name in self.layout.key
            ),
            "assigned": sql.SQL(", ").join(
                sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in values
            ),
            "old": sql.SQL(", ").join(sql.SQL("e.{}").format(sql.Identifier(n)) for n in values),
            "in_scope": self._in_scope,
            "read": sql.SQL(", ").join(sql.SQL("s.{}").format(sql.Identifier(n)) for n in values),
        } | {name: sql.Literal(value) for name, value in more.items()}
        cursor = connection.cursor()
        cursor.execute(sql.SQL(query).format(**parts))
        return cursor

    def stage(self, file: Path, *, say: Callable[[str], Any]) -> None:
        """Stream the file into a temporary table of its own; raises Refused with the faults."""
        self._run("DROP TABLE IF EXISTS pg_temp.staging")
        self._run(
            "CREATE TEMPORARY TABLE staging ON COMMIT DROP AS "
            "SELECT 0 AS line, {columns} FROM {table} LIMIT 0"
        )
        faults, count = Faults(), 0
        copy = "COPY staging (line, {}) FROM STDIN".format(", ".join(self.columns))
        with connection.cursor() as cursor, cursor.copy(copy) as into:
            for row in self._rows(file, faults):
                into.write_row(row)
                count += 1
                if count % STEP == 0:
                    say(f"{count} rows read")
            if faults.found:
                raise Refused(*faults.found)
        if not count:
            raise Refused("The file has no rows.")
        self._run("CREATE INDEX ON staging ({key})")
        self._run("ANALYZE staging")

    def _rows(self, file: Path, faults: Faults) -> Iterator[list[Any]]:
        lines = parsing.lines_of(file, faults)
        for line, cells in parsing.rows(lines, self.layout, faults):
            yield [line, *cells]

    def refuse_contradictions(self) -> None:
        """The same entry twice with different values; the very same line again is one."""
        twice = self._run(
            "SELECT DISTINCT ON ({key}) s.line, e.line, {key} FROM staging s "
            "JOIN staging e USING ({key}) "
            "WHERE e.line < s.line AND ({old}) IS DISTINCT FROM ({read}) "
            "ORDER BY {key}, s.line, e.line LIMIT {most}",
            most=parsing.MOST_FAULTS,
        ).fetchall()
        if twice:
            raise Refused(
                *(
                    Fault(line, ", ".join(self.layout.key), " ".join(map(str, key)), what)
                    for line, first, *key in twice
                    for what in [f"is on line {first} too, with other values"]
                )
            )
        self._run("DELETE FROM staging s USING staging e WHERE e.line < s.line AND {same}")

    def merge(self, *, may_vanish: bool) -> Summary:
        """Bring the register's table up to date with the staging table; raises Refused."""
        done = Summary(rows=self._run("SELECT count(*) FROM staging").fetchone()[0])
        self._mark_vanished(done, may_vanish=may_vanish)
        done.revoked = self._count_revoked()
        done.changed = self._run(
            "UPDATE {table} e SET {assigned}, changed_on = {day}, vanished_on = NULL "
            "FROM staging s WHERE {same} "
            "AND (({old}) IS DISTINCT FROM ({read}) OR e.vanished_on IS NOT NULL)",
            day=self.day,
        ).rowcount
        done.new = self._run(
            "INSERT INTO {table} ({columns}, first_read_on, changed_on) "
            "SELECT {columns}, {day}, {day} FROM staging s "
            "WHERE NOT EXISTS (SELECT FROM {table} e WHERE {same})",
            day=self.day,
        ).rowcount
        done.unchanged = done.rows - done.changed - done.new
        self._run("ANALYZE {table}")
        return done

    def _mark_vanished(self, done: Summary, *, may_vanish: bool) -> None:
        """What the file should have and has not; of the returns, only the years it has."""
        living = self._run(
            "SELECT count(*) FROM {table} e WHERE e.vanished_on IS NULL AND {in_scope}"
        ).fetchone()[0]
        done.vanished = self._run(
            "UPDATE {table} e SET vanished_on = {day} WHERE e.vanished_on IS NULL "
            "AND NOT EXISTS (SELECT FROM staging s WHERE {same}) AND {in_scope}",
            day=self.day,
        ).rowcount
        if done.vanished > max(FEW, living * MOST_VANISHED) and not may_vanish:
            raise Refused(
                f"{done.vanished} of {living} entries are missing from this file: was it cut off? "
                "If it is right, say --may-vanish."
            )

    def _count_revoked(self) -> int:
        """Entries that were registered, and are here as something else."""
        if "status" not in self.columns or "sanction" not in self.columns:
            return 0
        return int(
            self._run(
                "SELECT count(*) FROM {table} e JOIN staging s ON {same} "
                "WHERE e.status = {good} AND s.status NOT IN ({good}, '')",
                good=codes.REGISTERED,
            ).fetchone()[0]
        )
