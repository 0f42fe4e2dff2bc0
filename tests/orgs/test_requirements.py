"""orgs/requirements.py: what an application still lacks."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orgs.models import Document
from orgs.requirements import Profile, missing, required_documents

COMPLETE = Profile(
    kind="nonprofit",
    legal_name="Nouveau Départ Estrie",
    province="QC",
    street="45, chemin du Ruisseau",
    city="Magog",
    postal_code="J1X 9Z8",
    phone="+1 819 555-0163",
    email="info@nouveau.example",
    neq="1100000018",
    mission="Accompagner les personnes nouvellement arrivées.",
    activities=frozenset({"job_training"}),
    budget=Decimal("315000.00"),
    documents=frozenset({"letters_patent"}),
)


def codes(profile):
    return [need.code for need in missing(profile)]


def test_a_complete_application_lacks_nothing():
    assert missing(COMPLETE) == []


def test_an_empty_application_lacks_every_fact_in_the_order_of_the_form():
    assert codes(Profile()) == [
        "legal_name",
        "kind",
        "province",
        "street",
        "city",
        "postal_code",
        "phone",
        "email",
        "mission",
        "activities",
        "budget",
    ]


@pytest.mark.parametrize(
    ("kind", "province", "more", "documents"),
    [
        ("charity", "QC", {"is_listed_charity": True}, []),
        ("charity", "QC", {}, [{"registration"}]),
        ("nonprofit", "QC", {}, [{"letters_patent"}]),
        ("nonprofit", "QC", {"is_federal": True}, [{"letters_patent"}]),
        ("nonprofit", "BC", {}, [{"letters_patent", "bylaws"}]),
        ("nonprofit", "BC", {"is_federal": True}, [{"letters_patent"}]),
        ("library", "NS", {}, [{"library_proof"}]),
        ("charity", "NB", {"is_listed_charity": True, "is_branch": True}, [{"branch_letter"}]),
        ("", "", {}, []),
    ],
)
def test_the_documents_depend_on_kind_and_province(kind, province, more, documents):
    needed = required_documents(kind, province, **more)
    assert [need.documents for need in needed] == documents
    assert all(need.documents <= set(Document.Kind.values) for need in needed)


@pytest.mark.parametrize("kind", ["letters_patent", "bylaws"])
def test_one_of_the_documents_that_will_do_is_enough(kind):
    society = replace(COMPLETE, province="BC", documents=frozenset({kind}))
    assert codes(society) == []
    assert codes(replace(society, documents=frozenset({"other"}))) == ["document:letters_patent"]


def test_a_charity_needs_its_number():
    charity = replace(COMPLETE, kind="charity", is_listed_charity=True)
    assert codes(charity) == ["bn"]
    assert codes(replace(charity, bn="000000018RR0001")) == []


def test_a_quebec_nonprofit_needs_its_neq_unless_it_is_a_federal_one():
    without = replace(COMPLETE, neq="")
    assert codes(without) == ["neq"]
    federal = replace(without, corporation_number="9900002-9")
    assert codes(federal) == []


def test_a_library_may_leave_its_budget_unknown():
    library = replace(COMPLETE, budget=None)
    assert codes(library) == ["budget"]
    assert "budget" not in codes(replace(library, kind="library"))


def test_a_budget_of_zero_is_known():
    assert missing(replace(COMPLETE, budget=Decimal(0))) == []
