import pytest

from registers import importing, search
from registers.models import Charity
from tests.registers.conftest import DAY, charity, listing


def names(typed):
    return [entry.name for entry in search.find(typed).entries]


@pytest.mark.parametrize(
    "typed",
    ["000000018RR0001", "00000 0018 rr 0001", "000000018", "maison saint-elie", "Entraide Élie"],
)
def test_a_body_is_found_by_its_number_or_a_part_of_its_name(registers, typed):
    assert "MAISON D'ENTRAIDE SAINT-ELIE" in names(typed)


@pytest.mark.parametrize("typed", ["99000029", "9900002-9", "rivières libres", "open rivers"])
def test_a_corporation_is_found_by_its_number_or_either_name(registers, typed):
    assert names(typed) == ["Citizens for Open Rivers Action Network"]


def test_a_charity_that_is_a_corporation_too_is_one_entry(registers):
    [entry, *others] = search.find("000002055").entries
    assert (entry.number, entry.corporation_number) == ("000002055RR0001", "9900001-1")
    assert entry.key == "cra:000002055RR0001"
    assert any(name.startswith("Pan-Canadian") for name in entry.other_names)
    assert {o.number for o in others} == {"000002055RR0002", "000002055RR0003"}, "its branches"


def test_a_typing_error_still_finds_it_and_says_so(registers):
    found = search.find("maison dentraide saint elye")
    assert found.is_guess
    assert found.entries[0].name == "MAISON D'ENTRAIDE SAINT-ELIE"


@pytest.mark.parametrize("typed", ["", "  ", "a", "%", "_", "%%%", "..", "\x00", "9" * 200])
def test_too_little_or_nonsense_finds_nothing(registers, typed):
    assert search.find(typed).entries == []


@pytest.mark.parametrize("typed", ["100%", "l'_%", "' OR 1=1", "zzzzzzzz qqqq"])
def test_signs_of_queries_are_letters_like_others(registers, typed):
    search.find(typed)


def test_many_are_cut_and_said(registers):
    found = search.find("church")
    assert (len(found.entries), found.is_more) == (search.MOST, True)


@pytest.mark.django_db
def test_what_vanished_or_is_revoked_is_found_and_shown_as_such(tmp_path):
    file = listing(
        tmp_path / "list.txt",
        charity(name="MAISON UN", status="Revoked-Audited"),
        charity(bn="000000174RR0001", name="MAISON DEUX"),
    )
    importing.run("cra", file, as_of=DAY)
    Charity.objects.filter(name="MAISON DEUX").update(vanished_on=DAY)
    one, two = search.find("maison").entries
    assert (one.is_good, str(one.status)) == (False, "Revoked after an audit")
    assert (two.is_good, two.vanished_on) == (False, DAY)


def test_a_search_is_four_queries_at_most(registers, django_assert_max_num_queries):
    for typed in ("church", "zzz qqq", "000002055", "99000029"):
        with django_assert_max_num_queries(4):
            search.find(typed)
