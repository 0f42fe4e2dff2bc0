from datetime import date

import pytest
from django.db import IntegrityError
from django.template.loader import render_to_string

from orgs import facts
from orgs.days import today
from orgs.models import Fact, Organization
from tests.factories import OrganizationFactory, UserFactory

DAY = date(2026, 11, 12)


@pytest.fixture
def organization(db):
    return OrganizationFactory(legal_name="MAISON SAINTE-ANNE", bn="000000018RR0001")


@pytest.fixture
def noor(db):
    return UserFactory(first_name="Noor", last_name="Gagnon")


def origin(organization, name):
    return facts.origins(Organization.objects.get(pk=organization.pk))[name]


def from_register(organization, *names):
    facts.from_register(
        organization, names, register="cra", entry="000000018RR0001", on=DAY, by=None
    )


def test_what_has_no_source_was_declared_at_the_registration(organization):
    found = origin(organization, "legal_name")
    assert (found.source, found.on, found.by) == ("declared", today(), "")


def test_a_declared_fact_says_who_and_when(organization, noor):
    facts.declare(organization, ["budget"], by=noor)
    found = origin(organization, "budget")
    assert (found.source, found.by, found.on) == ("declared", "Noor Gagnon", today())


def test_a_registers_fact_says_which_entry_of_which_day(organization):
    from_register(organization, "legal_name")
    found = origin(organization, "legal_name")
    assert (found.register, found.entry, found.on) == ("cra", "000000018RR0001", DAY)
    shown = render_to_string("orgs/_fact_source.html", {"origin": found})
    assert "Charity register" in shown
    assert "November 12, 2026" in shown


def test_only_the_number_is_set_as_a_number_not_its_source(organization):
    organization.bn = "000000018RR0001"
    shown = render_to_string("orgs/_facts.html", {"org": organization, "origins": {}})
    assert '<span class="mono">000000018RR0001</span>' in shown


def test_a_name_in_other_letters_is_still_the_registers(organization, noor):
    from_register(organization, "legal_name")
    organization.legal_name = "Maison Sainte-Anne"
    organization.save()
    facts.declare(organization, ["legal_name"], by=noor)
    assert origin(organization, "legal_name").source == "register"

    organization.legal_name = "Maison Saint-Pierre"
    organization.save()
    facts.declare(organization, ["legal_name"], by=noor)
    assert origin(organization, "legal_name").source == "declared"


def test_saving_the_same_again_keeps_the_first_day(organization, noor):
    facts.declare(organization, ["address"], by=noor)
    Fact.objects.update(on=DAY)
    facts.declare(organization, ["address"], by=UserFactory())
    assert origin(organization, "address").on == DAY
    assert Fact.objects.count() == 1


def test_a_fact_changed_without_a_source_does_not_pass_for_the_old_one(organization):
    from_register(organization, "address")
    Organization.objects.filter(pk=organization.pk).update(street="1, rue Neuve")
    assert origin(organization, "address").source == "declared"


def test_the_columns_of_a_form_are_facts():
    assert facts.of_fields(["street", "city", "annual_budget"]) == ["address", "budget"]
    assert facts.of_fields(["activities", "former_names_text"]) == ["activities"]


def test_a_register_without_its_entry_is_no_source(organization):
    with pytest.raises(IntegrityError, match="orgs_fact_has_its_source"):
        Fact.objects.create(
            organization=organization, name="kind", source="register", register="cra", on=DAY
        )


def test_the_sources_of_a_page_are_one_query(organization, django_assert_num_queries):
    from_register(organization, "legal_name", "address")
    fresh = Organization.objects.get(pk=organization.pk)
    with django_assert_num_queries(1):
        facts.origins(fresh)
        facts.origins(fresh)
