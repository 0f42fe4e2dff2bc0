"""Parsing a register's file: a row at a time, each fault with its line, column and value.

Pure but for `encoding_of` and `lines_of`, which read the file. Nothing is kept of a row once it
is yielded, so that a file of any length takes the same memory.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from registers.layouts import BadCell, Cell, Column, Layout, places

MOST_FAULTS: Final = 20
"""Named before a reading is given up: enough to see what is wrong with the file."""
LONGEST_LINE: Final = 100_000
ENCODINGS: Final = ("utf-8-sig", "cp1252", "latin-1")
"""Tried in turn; the last one reads anything."""
CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Fault:
    """Something that cannot be read, and where it is."""

    line: int
    column: str
    value: str
    what: str

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", column “{self.column}”" if self.column else "")
        shown = f": “{self.value[:60]}”" if self.value else ":"
        return f"{place}{shown} {self.what}"


@dataclass
class Faults:
    """The faults found so far; the reading ends when there are too many."""

    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, column: str, value: str, what: str) -> None:
        self.found.append(Fault(line, column, value, what))

    @property
    def is_full(self) -> bool:
        return len(self.found) >= MOST_FAULTS


def rows(lines: Iterable[str], layout: Layout, faults: Faults) -> Iterator[tuple[int, list[Cell]]]:
    """Each row with its line number: a cell for every column of the layout, "" or None unknown.

    A row with a fault is not yielded; the caller asks `faults` when the rows end.
    """
    records = _records(lines, layout, faults)
    line, header = next(records, (1, []))
    at, missing = places(header, layout)
    for column in missing:
        faults.add(line, column.labels[0], "", "the file has no such column")
    if missing:
        return
    width = max(place for _column, place in at) + 1
    where = {column.field: place for column, place in at}
    order = [(column, where.get(column.field)) for column in layout.columns]
    for line, record in records:
        if faults.is_full:
            return
        if not any(cell.strip() for cell in record):
            continue
        if len(record) < width:
            what = f"has {len(record)} columns instead of {len(header)}"
            faults.add(line, "", (record[0] if record else ""), what)
            continue
        before = len(faults.found)
        cells = [_cell(line, column, place, record, faults) for column, place in order]
        if len(faults.found) == before:
            yield line, cells


def _cell(line: int, column: Column, place: int | None, record: list[str], faults: Faults) -> Cell:
    value = "" if place is None else record[place]
    try:
        if not value.isprintable() and any(_is_control(letter) for letter in value):
            raise BadCell("has a character that cannot be shown")
        read = column.read(value)
        if column.required and not read:
            raise BadCell("is empty")
    except BadCell as bad:
        faults.add(line, column.labels[0], value, str(bad))
        return None
    return read


def _is_control(letter: str) -> bool:
    return (letter < " " and letter not in "\t\n\r") or "\x7f" <= letter <= "\x9f"


def _records(
    lines: Iterable[str], layout: Layout, faults: Faults
) -> Iterator[tuple[int, list[str]]]:
    """The file's records with the line each ends on."""
    if not layout.is_quoted:
        for number, line in enumerate(lines, start=1):
            yield number, line.rstrip("\r\n").split(layout.delimiter)
        return
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.add(reader.line_num, "", "", f"cannot be read ({error})")
            return
        yield reader.line_num, record


def encoding_of(file: Path) -> str:
    """The first encoding in which the whole file can be read, a chunk at a time."""
    with file.open("rb") as stream:
        start = stream.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return next(name for name in ENCODINGS if _decodes(file, name))


def _decodes(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def lines_of(file: Path, faults: Faults) -> Iterator[str]:
    """The lines of a file, none longer than memory allows."""
    with file.open(encoding=encoding_of(file), newline="") as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                faults.add(number, "", line, f"is longer than {LONGEST_LINE} characters")
                return
            yield line
