from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from registers import importing
from registers.models import Charity, Corporation, Import, Register, Return
from tests.registers.conftest import DAY, FILES, LIST, OLD_HEADER, charity, listing

NEXT = DAY + timedelta(days=7)


def counts(summary):
    return (summary.new, summary.changed, summary.unchanged, summary.vanished, summary.revoked)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("register", "rows"), [("cra", 300), ("t3010", 259), ("corporations", 100)]
)
def test_a_sample_is_read_whole_and_again_changes_nothing(register, rows):
    file = FILES[register]
    assert counts(importing.run(register, file, as_of=DAY)) == (rows, 0, 0, 0, 0)
    assert counts(importing.run(register, file, as_of=NEXT)) == (0, 0, rows, 0, 0)


def test_the_oddities_of_the_list_are_read(registers):
    at = {c.bn: c for c in Charity.objects.all()}
    assert at["000013623RR0001"].name == '"A HOME FOR ALL" SOCIETY OF MOUNT FERRY'
    assert at["000013623RR0001"].street == "310 - 77 ORCHARD AVE", "no space at its end"
    assert at["000027169RR0001"].city == "STONEHAVEN MILLS", "and single ones inside"
    assert at["000086918RR0001"].name == "LA FABRIQUE DE LA PAROISSE DE NOTRE-DAME-DE-L'ESPÉRANCE"
    assert (at["000059402RR0001"].status, at["000059402RR0001"].status_on) == ("", None)
    assert (at["000029769RR0001"].province, at["000029769RR0001"].postal_code) == ("OC", "17000")
    assert at["000064659RR0312"].status == "Revoked-Voluntary"
    assert at["000057588RR0001"].street == ""
    assert not at["000027060RR0001"].is_charity, "an amateur athletic association"
    assert not at["000018846RR0001"].is_good, "suspended"
    assert at["000000018RR0001"].postal_code == "J1H 9Z9"
    assert at["000000018RR0001"].category == "0001"


def test_the_oddities_of_the_returns_are_read(registers):
    told = {(r.bn, r.period_end): r.expenditure for r in Return.objects.all()}
    assert told["000000018RR0001", date(2025, 12, 31)] == Decimal(842350)
    assert told["000050336RR0001", date(2026, 3, 31)] == Decimal(1117920), "written as $1,117,920"
    assert told["000008201RR0001", date(2026, 3, 31)] is None


def test_the_oddities_of_the_corporations_are_read(registers):
    first = Corporation.objects.get(number="9900001-1")
    assert first.bn_root == "000002055"
    assert first.other_name.startswith("Pan-Canadian Federation")
    assert first.postal_code == "K1P 9Z9"
    assert Corporation.objects.get(number="9900085-6").bn_root == ""
    assert not Corporation.objects.get(number="9900301-0").is_nonprofit, "a cooperative"


@pytest.mark.django_db
def test_the_older_layout_of_twelve_columns_is_read(tmp_path):
    line = (
        "136747276RR0001\t(A.C.C.E.S.) ACCESSIBLE COMMUNITY\tRegistered\t1987-08-15\t\t0001\t0010\t"
        "489 COLLEGE ST., STE 100\tTORONTO\tON\tCA\tM6G1A5\t"
    )
    file = listing(tmp_path / "old.txt", line, header=OLD_HEADER)
    importing.run("cra", file, as_of=DAY)
    entry = Charity.objects.get()
    assert (entry.name, entry.status_on) == (
        "(A.C.C.E.S.) ACCESSIBLE COMMUNITY",
        date(1987, 8, 15),
    )
    assert (entry.donee_kind, entry.is_charity, entry.is_good) == ("", True, True)


@pytest.mark.django_db
def test_what_changed_vanished_and_came_back_is_told_and_kept(read):
    one, other = charity(), charity(bn="000000174RR0001", name="HARBOUR")
    assert counts(read(one, other)) == (2, 0, 0, 0, 0)

    revoked = charity(status="Revoked-Audited", since="2026-11-15")
    assert counts(read(revoked, as_of=NEXT)) == (0, 1, 0, 1, 1)
    gone = Charity.objects.get(bn="000000174RR0001")
    assert (gone.name, gone.vanished_on, gone.is_good) == ("HARBOUR", NEXT, False)

    assert counts(read(revoked, other, as_of=NEXT)) == (0, 1, 1, 0, 0)
    back = Charity.objects.get(bn="000000174RR0001")
    assert (back.vanished_on, back.first_read_on, back.is_good) == (None, DAY, True)


@pytest.mark.django_db
def test_a_broken_file_changes_nothing_and_says_where(read, tmp_path, capsys):
    read(charity())
    broken = listing(
        tmp_path / "broken.txt",
        charity(name="ANOTHER NAME"),
        charity(bn="12", name="NOBODY"),
        "000000174RR0001\tHALF A LI",
        charity(bn="000000430RR0001", since="15/8/1987"),
        charity(bn="000000695RR0001", name="BELL \x07"),
    )
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("import_registry", "cra", str(broken), stdout=None)
    said = capsys.readouterr().err
    for words in (
        "broken.txt: line 3, column “bn/registration number”: “12” is not a registration number",
        "line 4: “000000174RR0001” has 2 columns instead of 15",
        "line 5, column “effective date of status”: “15/8/1987” is not a date",
        "line 6, column “organization name”",
    ):
        assert words in said
    assert Charity.objects.get().name == "MAISON"
    refused = Import.objects.first()
    assert (refused.status, refused.rows) == ("refused", 0)
    assert "line 5" in refused.faults


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no such column"),
        (b"Name\tTown\r\nMaison\tSherbrooke\r\n", "the file has no such column"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "the file has no such column"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, content, words):
    file = tmp_path / "other.txt"
    file.write_bytes(content)
    with pytest.raises(importing.Refused, match=words):
        importing.run("cra", file)
    assert not Charity.objects.exists()


@pytest.mark.django_db
def test_a_list_without_rows_is_refused(read):
    with pytest.raises(importing.Refused, match="no rows"):
        read()


@pytest.mark.django_db
def test_an_entry_twice_with_other_values_is_refused_and_the_same_line_again_is_one(read):
    assert read(charity(), charity()).rows == 1
    with pytest.raises(importing.Refused, match="000000018RR0001” is on line 2 too"):
        read(charity(), charity(name="OTHER"))


@pytest.mark.django_db
def test_a_file_that_was_cut_off_is_refused_unless_one_insists(read):
    lines = [charity(bn=f"{n:09}RR0001", name=f"MAISON {n}") for n in range(100)]
    read(*lines)
    with pytest.raises(importing.Refused, match="40 of 100 entries are missing"):
        read(*lines[:60], as_of=NEXT)
    assert not Charity.objects.exclude(vanished_on=None).exists()
    assert read(*lines[:60], as_of=NEXT, may_vanish=True).vanished == 40


@pytest.mark.django_db
def test_an_older_file_does_not_overwrite_a_newer_one(read):
    read(charity(status="Revoked-Other"), as_of=NEXT)
    with pytest.raises(importing.Refused, match="A newer file was read"):
        read(charity(), as_of=DAY)
    assert Charity.objects.get().status == "Revoked-Other"


@pytest.mark.django_db
def test_the_returns_of_one_year_leave_those_of_another_alone(tmp_path):
    def returns(*rows):
        file = tmp_path / "returns.csv"
        file.write_text("\n".join(["BN,FPE,FormID,4950", *rows, ""]), encoding="utf-8")
        return importing.run(Register.T3010, file, as_of=DAY)

    returns("000000018RR0001,2024-12-31,26,10", "000000174RR0001,2024-12-31,26,20")
    assert counts(returns('000000018RR0001,2025-12-31,27,"$1,234"')) == (1, 0, 0, 0, 0)
    assert counts(returns("000000018RR0001,2024-12-31,26,10")) == (0, 0, 1, 1, 0)
    assert Return.objects.get(bn="000000174RR0001").vanished_on == DAY
    assert Return.objects.get(period_end=date(2025, 12, 31)).expenditure == 1234


@pytest.mark.django_db
def test_an_import_that_was_killed_is_told_from_one_that_runs(read):
    killed = Import.objects.create(register="cra", file_name="list.txt", as_of=DAY)
    read(charity())
    killed.refresh_from_db()
    assert killed.status == "interrupted"
    assert Import.objects.done().count() == 1


@pytest.mark.django_db
def test_the_command_tells_what_it_did(capsys):
    call_command("import_registry", "cra", str(LIST), "--as-of", "2026-11-12")
    assert "300 rows: 300 new" in capsys.readouterr().out
    done = Import.objects.get()
    assert (done.status, done.rows, done.new, done.as_of) == ("done", 300, 300, DAY)


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_registry", "cra", str(tmp_path / "nothing.txt"))
    assert Import.objects.get().status == "refused"
