"""Sheets: tables as CSV that spreadsheets open without harm."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

FORMULAS = tuple("=+-@\t\r")


def harmless(row: Iterable[Any]) -> list[Any]:
    """A text that begins like a formula is text to a spreadsheet too; a number stays one."""
    return [f"'{c}" if isinstance(c, str) and c.startswith(FORMULAS) else c for c in row]


class Line:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def answer(rows: Iterable[Iterable[Any]], *, name: str) -> StreamingHttpResponse:
    """The rows as a file, with the mark by which spreadsheets know UTF-8."""
    return StreamingHttpResponse(
        _lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    write = csv.writer(Line()).writerow
    yield "\ufeff"
    for row in rows:
        yield write(harmless(str(c) if not isinstance(c, int | float) else c for c in row))
