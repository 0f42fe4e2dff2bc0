"""Prepared: queries and inserts of models whose SQL is written once, for what is asked very often.

Writing its SQL takes Django several times as long as PostgreSQL needs to answer a short query. What
comes back is the same: models with what was selected along with them, or rows of values.
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from psycopg.sql import SQL, Identifier


class Prepared:
    """A query, by the function that makes it of values; `stand_ins` are values that no other
    parameter of it has. It may not depend on the reader's language, nor prefetch.

    `steady` names a table of it, by its relation, whose rows stay as they are read until the
    reader's transaction ends: many readers share such a lock, and whoever wants to change the row
    waits for them. Django asks for exclusive locks only, so its words are changed here.
    """

    def __init__(
        self, make: Callable[..., "QuerySet[Any]"], *, steady: str = "", **stand_ins: Any
    ) -> None:
        self.make, self.steady, self.stand_ins = make, steady, stand_ins

    def rows(self, **values: Any) -> list[Any]:
        """What the query finds, with these values in place of the stand-ins."""
        queryset, compiler, converters, sql, params = self._written
        new = {self.stand_ins[name]: value for name, value in values.items()}
        ours: Any = copy(compiler)
        ours.connection = connection
        ours.as_sql = lambda *_args, **_options: (sql, [new.get(p, p) for p in params])
        ours.get_converters = lambda _expressions: converters
        query = copy(queryset.query)
        query.get_compiler = lambda *_args, **_options: ours
        asked = SimpleNamespace(
            db=queryset.db,
            query=query,
            _fields=queryset._fields,
            _known_related_objects=queryset._known_related_objects,
        )
        return list(queryset._iterable_class(asked))

    @cached_property
    def _written(self) -> tuple[Any, Any, Any, str, Sequence[Any]]:
        queryset: Any = self.make(**self.stand_ins)
        if self.steady:
            queryset = queryset.select_for_update(of=(self.steady,), no_key=True)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        missing = [name for name, value in self.stand_ins.items() if value not in params]
        if missing:
            raise ValueError(f"the query does not ask for {missing}")
        converters = compiler.get_converters([expression for expression, *_ in compiler.select])
        sql = sql.replace(" FOR NO KEY UPDATE OF ", " FOR SHARE OF ")
        return queryset, compiler, converters, sql, params


def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model in one statement; each gets its key and what the database set."""
    model = type(rows[0])
    fields, returned = _columns(model)
    tuples, values = [], []
    for row in rows:
        places = []
        for field in fields:
            value = field.pre_save(row, add=True)
            if isinstance(value, DatabaseDefault):
                places.append("DEFAULT")
                continue
            value = field.get_db_prep_save(value, connection)
            places.append(_place(field, value))
            values.append(value)
        tuples.append(SQL("({})").format(SQL(", ").join(map(SQL, places))))
    statement = SQL("INSERT INTO {} ({}) VALUES {} RETURNING {}").format(
        Identifier(model._meta.db_table),
        SQL(", ").join(Identifier(field.column) for field in fields),
        SQL(", ").join(tuples),
        SQL(", ").join(Identifier(field.column) for field in returned),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for row, found in zip(rows, cursor.fetchall(), strict=True):
            for field, value in zip(returned, found, strict=True):
                is_unset = isinstance(getattr(row, field.attname), DatabaseDefault)
                if field.primary_key or is_unset:
                    setattr(row, field.attname, value)
            row._state.adding, row._state.db = False, "default"


@cache
def _columns(model: type[Model]) -> tuple[list[Any], list[Any]]:
    """What is written, and what is asked back."""
    fields: list[Any] = [f for f in model._meta.concrete_fields if not f.primary_key]
    return fields, [f for f in model._meta.concrete_fields if f.db_returning]


def _place(field: Any, value: Any) -> str:
    """Where the value goes, with the cast that some fields give it."""
    has_own = hasattr(field, "get_placeholder")
    return str(field.get_placeholder(value, None, connection)) if has_own else "%s"
