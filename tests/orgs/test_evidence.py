"""orgs/evidence.py: what the registers' samples say of the demo's organizations."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.utils import translation

from orgs import evidence
from orgs.models import Organization
from registers.models import Charity
from tests.factories import OrganizationFactory
from tests.registers.conftest import DAY

DEMO = Path(__file__).parents[2] / "demo"


@pytest.fixture
def demo(registers, settings):
    """The registers' samples and the demo's organizations."""
    settings.DEBUG = True
    call_command("import_catalog", DEMO / "programs.yaml", verbosity=0)
    call_command("import_organizations", DEMO / "organizations.yaml", verbosity=0)


def told(number):
    return evidence.of(Organization.objects.get(number=number))


def test_a_clean_charity_is_proved_by_the_register(demo):
    found = told(100001)
    assert found.is_clean
    assert found.proves["name"] == "charity register, November 12, 2026"
    budget = "registered charity return for the year ended December 31, 2025"
    assert found.proves["budget"] == budget
    assert found.confirmed["bn"] == found.confirmed["address"] == found.proves["status"]
    assert found.differs == {}
    with translation.override("fr"):
        french = told(100001).proves["name"]
    assert french == "registre des organismes de bienfaisance, 12 novembre 2026"


WHAT_IS_TOLD = [  # number, whether it is clean, and what is doubted
    (100005, True, ""),
    (100006, True, ""),  # other punctuation, and a namesake in another part of town
    (100011, True, ""),  # two registers, 120 characters, a unit before the number
    (100012, True, ""),  # a branch, under its own account
    (100017, True, ""),  # a federal nonprofit without a charity number
    (100022, True, ""),
    (100014, False, "has a former name: L'ETINCELLE"),
    (100015, False, "has another address: 600 GRAIN EXCHANGE"),
    (100021, False, "Revoked for failure to file"),
    (100023, False, "does not have this number"),
]


def test_what_the_registers_prove_and_doubt(demo):
    for number, is_clean, doubt in WHAT_IS_TOLD:
        found = told(number)
        assert found.is_clean is is_clean, number
        assert doubt in "".join(map(str, found.doubts)), number
        assert bool(found.doubts) is bool(doubt), number


def test_a_charity_that_calls_itself_a_library_has_its_status_checked_by_people(demo):
    assert told(100002).proves.keys() == {"name", "number", "address"}


def test_without_a_number_the_name_only_hints(demo):
    for number in (100010, 100019):
        found = told(number)
        assert (found.matches, found.proves, found.is_clean) == ([], {}, False)
        name = Organization.objects.get(number=number).legal_name
        first, *_others = evidence.namesakes(name)
        assert first.name.startswith(("MAISON D'ENTRAIDE", "NORTH SHORE"))


def test_a_budget_that_differs_is_said_and_not_proved(demo):
    found = told(100005)
    assert "budget" not in found.proves
    assert found.differs["budget"].startswith("1,462,310.00 $")


def test_somebody_elses_number_proves_nothing(registers):
    thief = OrganizationFactory(legal_name="Maison Nouvelle", bn="000000018RR0001")
    found = evidence.of(thief)
    assert found.proves == {}
    assert "under another name: MAISON D'ENTRAIDE SAINT-ELIE" in str(found.doubts[0])
    assert not evidence.is_listed_charity(thief)


def test_a_charity_that_vanished_is_not_in_good_standing(demo):
    later = DAY + timedelta(days=7)
    Charity.objects.filter(bn="000000018RR0001").update(vanished_on=later)
    found = told(100001)
    assert "status" not in found.proves
    assert "of November 19, 2026 does not list it any more" in str(found.doubts[0])
    assert not evidence.is_listed_charity(Organization.objects.get(number=100001))


def test_only_the_account_decides_which_entry_it_is(registers):
    head = OrganizationFactory(legal_name="Fédération", bn="000002055RC0001", kind="nonprofit")
    found = evidence.of(head)
    assert "has the number 000002055RR0001" in " ".join(map(str, found.doubts))
    branch = OrganizationFactory(bn="000002055RR0009", parent=head)
    assert evidence.of(branch).matches == []


def test_the_evidence_is_few_queries(demo, django_assert_max_num_queries):
    organization = Organization.objects.get(number=100001)
    with django_assert_max_num_queries(1):
        evidence.of(organization)
    for number in (100003, 100010, 100017):
        organization = Organization.objects.get(number=number)
        with django_assert_max_num_queries(2):
            evidence.of(organization)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Public registers"), ("fr", "Registres publics")]
)
def test_staff_read_it_in_both_languages(demo, language, words):
    for number in (100001, 100011, 100014, 100010, 100003):
        with translation.override(language):
            page = render_to_string("admin/orgs/_evidence.html", {"evidence": told(number)})
        assert words in page
