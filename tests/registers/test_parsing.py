"""registers/parsing.py and layouts.py: any text is read or refused with its place, never worse."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers import layouts, parsing
from registers.layouts import BadCell
from registers.parsing import Faults
from tests.registers.conftest import HEADER, charity

# On a busy machine making the input is slow; what is tested is not.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXT = st.text(st.characters(exclude_characters="\t\r\n", exclude_categories=["Cs"]), max_size=40)


def read(lines, layout=layouts.CRA):
    faults = Faults()
    return list(parsing.rows(lines, layout, faults)), faults.found


@PATIENT
@given(st.lists(st.text(max_size=80), max_size=5), st.sampled_from(list(layouts.LAYOUTS.values())))
def test_nonsense_is_faults_and_no_exception(lines, layout):
    rows, faults = read(lines, layout)
    assert rows == [] or not faults or all(fault.line > 0 for fault in faults)
    assert len(faults) <= parsing.MOST_FAULTS + len(layout.columns)


@PATIENT
@given(name=TEXT, street=TEXT, city=TEXT, status=TEXT)
def test_a_row_is_read_as_written_or_refused_with_its_line(name, street, city, status):
    line = charity(name=name, street=street, city=city, status=status)
    rows, faults = read([HEADER, line])
    if faults:
        assert rows == []
        assert {fault.line for fault in faults} == {2}
        return
    [(number, cells)] = rows
    read_as = dict(zip([c.field for c in layouts.CRA.columns], cells, strict=True))
    assert number == 2
    assert read_as["name"] == layouts.tidy(name)
    assert read_as["street"] == layouts.tidy(street)
    assert read_as["bn"] == "000000018RR0001"
    assert all("\x00" not in (cell or "") for cell in cells), "PostgreSQL refuses it"


@PATIENT
@given(st.lists(TEXT, min_size=2, max_size=2))
def test_a_quoted_cell_keeps_its_commas_and_quotes(names):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "Corporation number",
            "Business number (BN)",
            "Corporate name - form 1",
            "Corporate name - form 2",
            "Governing legislation",
            "Status",
            "Street",
            "City/town",
            "Province/territory",
            "Country",
            "Postal code",
        ]
    )
    writer.writerow(["99000011", "", f"X {names[0]}", names[1], "", "Active", "", "", "", "", ""])
    rows, faults = read(out.getvalue().splitlines(keepends=True), layouts.CORPORATIONS)
    if not faults:
        cells = dict(zip([c.field for c in layouts.CORPORATIONS.columns], rows[0][1], strict=True))
        assert cells["name"] == layouts.tidy(f"X {names[0]}")
        assert cells["number"] == "9900001-1"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("842350", "842350"),
        ("$1,234,567", "1234567"),
        (" 12.5 ", "12.5"),
        ("(1,000)", "-1000"),
        ("", None),
        ("$", None),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, amount):
    assert layouts.amount(typed) == amount


@pytest.mark.parametrize("typed", ["12,5a", "1e9", "NaN", "--1", "1.234", "9" * 15, "٣"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(BadCell):
        layouts.amount(typed)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-31", "2026-03-31"),
        ("2026/03/31", "2026-03-31"),
        ("2026-03-31T00:00", "2026-03-31"),
        (" ", None),
    ],
)
def test_a_day_is_read(typed, day):
    assert layouts.day(typed) == day


@pytest.mark.parametrize("typed", ["31/03/2026", "2026-02-30", "0000-00-00", "soon"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(BadCell):
        layouts.day(typed)


@pytest.mark.parametrize(
    ("typed", "code"), [("0030", "0030"), ("30", "0030"), ("", ""), (" 1 ", "0001")]
)
def test_a_code_gets_its_zeros_back(typed, code):
    assert layouts.code(typed) == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_a_file_is_read_in_its_encoding(tmp_path, encoding):
    file = tmp_path / "list.txt"
    file.write_bytes(
        "Élan d’ici\n".replace("’", "’" if encoding != "latin-1" else "'").encode(encoding)
    )
    [line] = parsing.lines_of(file, Faults())
    assert line.startswith("Élan d")


def test_columns_are_found_by_their_labels_wherever_they_are():
    header = "Postal code/Zip code\tBN/REGISTRATION NUMBER :\tSomething new\tOrganization  name"
    at, missing = layouts.places(header.split("\t"), layouts.CRA)
    assert {column.field: place for column, place in at} == {"bn": 1, "name": 3, "postal_code": 0}
    assert "status" in {column.field for column in missing}


def test_a_file_with_many_faults_is_given_up_early():
    lines = [HEADER, *[charity(bn="x")] * 1000]
    rows, faults = read(lines)
    assert (rows, len(faults)) == ([], parsing.MOST_FAULTS)


def test_a_line_without_end_does_not_fill_the_memory(tmp_path):
    file = tmp_path / "list.txt"
    file.write_text("A" * (parsing.LONGEST_LINE * 2))
    faults = Faults()
    assert list(parsing.lines_of(file, faults)) == []
    assert "longer than" in str(faults.found[0])
