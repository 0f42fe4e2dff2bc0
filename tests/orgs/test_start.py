"""The start of a registration: search, choose, and what is filled in."""

import threading
from decimal import Decimal

import pytest
from django.urls import reverse

from audit.models import Entry
from orgs import facts, prefill, registration
from orgs.models import Application, Membership, Organization
from registers.models import Charity
from tests.conftest import at_once
from tests.factories import OrganizationFactory, UserFactory
from tests.registers.conftest import DAY

SAINT_ELIE = "cra:000000018RR0001"
FIND = "/en/register/find/"


def choose(client, key, follow=True):
    return client.post(reverse("orgs:register"), {"entry": key}, follow=follow)


def test_the_start_page_tells_time_and_papers_and_leads_to_the_search(client, applicant):
    client.force_login(applicant)
    page = client.get(reverse("orgs:register"))
    for words in ("15 minutes", "Nonprofit in Quebec", "letters patent", "Public library"):
        assert words in page.text
    assert FIND in page.text


def test_a_draft_is_offered_to_go_on_with(client, draft, applicant):
    client.force_login(applicant)
    page = client.get(reverse("orgs:register"))
    assert reverse("orgs:tasks", args=[draft.organization.number]) in page.text


def test_typing_a_name_finds_the_registers_entry(client, applicant, registers):
    client.force_login(applicant)
    page = client.get(FIND, {"q": "entraide saint-elie"})
    assert "MAISON D&#x27;ENTRAIDE SAINT-ELIE" in page.text
    assert f'value="{SAINT_ELIE}"' in page.text
    part = client.get(
        FIND, {"q": "saint-elie"}, headers={"HX-Request": "true", "HX-Target": "results"}
    )
    assert "<html" not in part.text
    assert f'value="{SAINT_ELIE}"' in part.text


def test_the_search_does_not_tell_who_is_registered_with_us(client, applicant, registers):
    client.force_login(applicant)
    before = client.get(FIND, {"q": "000000018"}).text
    OrganizationFactory(legal_name="Maison d'entraide Saint-Élie", bn="000000018RR0001")
    after = client.get(FIND, {"q": "000000018"}).text
    without_token = lambda page: page.split("csrfmiddlewaretoken")[0]  # noqa: E731
    assert without_token(before) == without_token(after)


def test_choosing_an_entry_fills_in_what_it_knows(client, applicant, registers):
    client.force_login(applicant)
    page = choose(client, SAINT_ELIE)
    assert "We filled in what the register knows" in page.text
    organization = Organization.objects.get()
    assert (organization.legal_name, organization.bn, organization.kind) == (
        "MAISON D'ENTRAIDE SAINT-ELIE",
        "000000018RR0001",
        "charity",
    )
    assert (organization.street, organization.city, organization.province) == (
        "1180 RUE DES ERABLES",
        "SHERBROOKE",
        "QC",
    )
    assert organization.postal_code == "J1H 9Z9"
    assert (organization.annual_budget, organization.budget_source, organization.budget_year) == (
        Decimal(842350),
        "return",
        2025,
    )
    assert Membership.objects.get().role.code == "owner"
    assert Entry.objects.filter(action="application.prefilled").exists()

    found = facts.origins(organization)
    assert (found["legal_name"].register, found["legal_name"].on) == ("cra", DAY)
    assert found["budget"].register == "t3010"
    assert found["mission"].source == "declared"


def test_a_listed_charity_answers_the_rest_and_needs_no_paper(client, applicant, registers):
    client.force_login(applicant)
    choose(client, SAINT_ELIE)
    organization = Organization.objects.get()
    lacking = {need.code for need in registration.lacks(organization)}
    assert lacking == {"phone", "email", "mission", "activities"}
    page = client.get(reverse("orgs:check", args=[organization.number]))
    assert "Charity register" in page.text
    assert "November 12, 2026" in page.text
    assert "Registered charity return" in page.text


def test_a_name_put_into_proper_letters_is_still_the_registers(client, applicant, registers):
    client.force_login(applicant)
    choose(client, SAINT_ELIE)
    number = Organization.objects.get().number
    typed = {
        "legal_name": "Maison d’entraide Saint-Élie",
        "kind": "charity",
        "bn": "000000018 RR 0001",
        "version": 1,
    }
    client.post(reverse("orgs:step", args=[number, "identity"]), typed)
    organization = Organization.objects.get()
    assert organization.legal_name == "Maison d’entraide Saint-Élie"
    assert facts.origins(organization)["legal_name"].source == "register"
    assert registration.lacks(organization) != []
    assert registration.profile_of(organization).is_listed_charity


def test_a_federal_corporation_fills_in_its_number_and_unit(client, applicant, registers):
    client.force_login(applicant)
    choose(client, "corporations:9900002-9")
    organization = Organization.objects.get()
    assert (organization.kind, organization.corporation_number) == ("nonprofit", "9900002-9")
    assert (organization.bn, organization.annual_budget) == ("", None)


def test_an_address_abroad_is_asked_for(client, applicant, registers):
    client.force_login(applicant)
    choose(client, "cra:000029769RR0001")  # in La Rochelle
    organization = Organization.objects.get()
    assert (organization.street, organization.province, organization.postal_code) == ("", "", "")


def test_a_number_that_somebody_has_is_left_out_and_nobody_named(client, applicant, registers):
    OrganizationFactory(legal_name="Secret Name", bn="000000018RR0001")
    client.force_login(applicant)
    page = choose(client, SAINT_ELIE)
    assert "may be registered already" in page.text
    assert "Secret Name" not in page.text
    mine = Organization.objects.get(memberships__user=applicant)
    assert (mine.bn, mine.legal_name) == ("", "MAISON D'ENTRAIDE SAINT-ELIE")


def test_choosing_twice_is_one_draft(client, applicant, registers):
    client.force_login(applicant)
    first, second = [choose(client, SAINT_ELIE, follow=False) for _ in range(2)]
    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 1


def test_an_entry_that_is_not_there_is_said(client, applicant, registers):
    client.force_login(applicant)
    for key in ("cra:000000000RR0001", "t3010:x", "nonsense", "cra:"):
        assert "do not have this entry" in choose(client, key).text
    assert not Organization.objects.exists()


def test_not_listed_goes_on_by_hand(client, applicant, registers):
    client.force_login(applicant)
    page = client.get(FIND, {"q": "Nouveau Départ Estrie"})
    assert "nothing like this" in page.text or "alike" in page.text
    page = client.post(reverse("orgs:register"), follow=True)
    assert "Not started" in page.text
    assert Organization.objects.get().legal_name == ""


def test_a_revoked_charity_is_asked_for_its_notice_and_told(client, applicant, registers):
    client.force_login(applicant)
    choose(client, "cra:000008672RR0001")
    organization = Organization.objects.get()
    assert "document:registration" in {r.code for r in registration.lacks(organization)}
    page = client.get(reverse("orgs:tasks", args=[organization.number]))
    assert "There is a problem" in page.text
    page = client.get(reverse("orgs:check", args=[organization.number]))
    assert "Revoked for failure to file" in page.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_are_twelve_queries_at_most(
    client, applicant, registers, django_assert_max_num_queries, language
):
    client.force_login(applicant)
    choose(client, SAINT_ELIE)
    number = Organization.objects.get().number
    for path in (
        "register/",
        "register/find/?q=church",
        f"o/{number}/register/",
        f"o/{number}/register/check/",
        f"o/{number}/register/documents/",
    ):
        with django_assert_max_num_queries(12):
            assert client.get(f"/{language}/{path}").status_code == 200


@pytest.fixture
def listed(transactional_db):
    """One charity in the register."""
    Charity.objects.create(
        bn="000000018RR0001", name="MAISON", status="Registered", first_read_on=DAY, changed_on=DAY
    )


@pytest.mark.races
def test_two_who_choose_one_entry_at_once_are_one_with_its_number(listed):
    one, other = UserFactory(), UserFactory()
    begun = at_once(
        lambda: prefill.begin(SAINT_ELIE, by=one), lambda: prefill.begin(SAINT_ELIE, by=other)
    )
    assert sorted(b.is_taken for b in begun) == [False, True]
    assert Organization.objects.filter(bn="000000018RR0001").count() == 1


@pytest.mark.races
def test_two_clicks_at_once_are_one_draft(listed, applicant):
    begun = at_once(*[lambda: prefill.begin(SAINT_ELIE, by=applicant)] * 2)
    assert begun[0].organization == begun[1].organization
    assert Application.objects.count() == 1


@pytest.mark.races
def test_without_the_lock_two_clicks_would_be_two_drafts(listed, applicant, monkeypatch):
    """Shows that the test above can fail: it makes both threads meet."""
    meet = threading.Barrier(2)
    begin = registration.start
    monkeypatch.setattr(prefill, "alone", lambda by: None)
    monkeypatch.setattr(registration, "start", lambda by: (meet.wait(), begin(by=by))[1])
    at_once(*[lambda: prefill.begin(SAINT_ELIE, by=applicant)] * 2)
    assert Application.objects.count() == 2
