"""catalog/needs.py and its pages: "we would need this", and the check without an account."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Need
from tests.factories import (
    ActivityFactory,
    MembershipFactory,
    OrganizationFactory,
    ProductFactory,
    ProgramFactory,
)

ONTARIO = [{"fact": "province", "in": ["ON"]}]


@pytest.fixture
def member(db):
    return MembershipFactory()


@pytest.fixture
def closed(db):
    """For Ontario alone, which this organization is not in."""
    return ProgramFactory(criteria=ONTARIO)


@pytest.fixture
def as_member(client, member):
    client.force_login(member.user)
    return client


def say(client, member, program, **typed):
    url = reverse("catalog:need", args=[member.organization.number, program.slug])
    return client.post(url, {"quantity": 1, "use": ""} | typed, follow=True)


def test_one_click_says_it_and_another_changes_it(as_member, member, closed):
    assert "it counts when we speak with" in say(as_member, member, closed).text
    page = say(as_member, member, closed, quantity=12, use="For our classroom")
    assert "12 units" in page.text and "For our classroom" in page.text
    need = Need.objects.get()
    assert (need.organization, need.quantity, need.by) == (member.organization, 12, member.user)


def test_it_is_taken_back(as_member, member, closed):
    say(as_member, member, closed)
    say(as_member, member, closed, take_back="1")
    assert not Need.objects.exists()


def test_a_wrong_number_is_said_where_it_is_and_keeps_what_was_typed(as_member, member, closed):
    page = say(as_member, member, closed, quantity=0, use="For our classroom")
    assert page.status_code == 409
    assert "For our classroom" in page.text and "greater than or equal to 1" in page.text
    assert not Need.objects.exists()


def test_what_is_open_is_ordered_and_not_needed(as_member, member):
    page = say(as_member, member, ProgramFactory())
    assert "you can order it" in page.text
    assert not Need.objects.exists()


def test_a_stranger_says_nothing_for_an_organization(as_member, closed):
    other = MembershipFactory()
    assert say(as_member, other, closed).status_code == 404
    assert not Need.objects.exists()


def test_other_deals_of_the_same_kind_are_shown_to_whom_one_is_refused(as_member, member, closed):
    refused = ProductFactory(program=closed)
    same = ProductFactory(category=refused.category, name_en="Writer")
    page = as_member.get(reverse("catalog:eligibility", args=[member.organization.number]))
    assert "Writer" in page.text
    assert same.slug in page.text and refused.slug not in page.text


def test_needs_are_counted_by_program_province_and_size(as_fay, closed):
    for budget, quantity in ((50_000, 2), (60_000, 3), (600_000, 10), (None, 1)):
        Need.objects.create(
            organization=OrganizationFactory(annual_budget=budget, budget_source=""),
            program=closed,
            quantity=quantity,
            by=MembershipFactory().user,
        )
    page = as_fay.get(reverse("admin:catalog_need_counts"))
    assert "under $100,000" in page.text and "unknown" in page.text
    rows = b"".join(as_fay.get(reverse("admin:catalog_need_export")).streaming_content).decode()
    name = f"{closed.slug},{closed.name_fr},{closed.name_en},QC"
    assert f"{name},under_100k,2,5\r\n" in rows
    assert f"{name},to_2m,1,10\r\n" in rows
    assert as_fay.get(reverse("admin:catalog_need_changelist")).status_code == 200


def test_the_counts_are_not_for_everybody(as_member):
    for name in ("counts", "export"):
        assert as_member.get(reverse(f"admin:catalog_need_{name}")).status_code in (302, 403, 404)


ANSWERS = {"kind": "charity", "province": "QC", "budget": "500 000,00 $", "staff": "3"}


def guessed(page):
    """What the page says of each program."""
    groups = page.context["groups"]
    return {guess.program: str(guess.answer) for _partner, some in groups for guess in some}


def test_five_questions_say_what_is_likely_open_and_keep_nothing(client, closed):
    ActivityFactory(code="school")
    open_ = ProgramFactory()
    later = ProgramFactory(criteria=[{"fact": "qualified_months", "min": 12}])
    with CaptureQueriesContext(connection) as asked:
        page = client.post(reverse("catalog:check"), ANSWERS | {"activities": ["school"]})
    assert guessed(page) == {open_: "yes", later: "depends", closed: "no"}
    assert "organizations with an address in: Ontario" in page.text
    words = ("INSERT", "UPDATE", "DELETE")
    assert not [q for q in asked.captured_queries if q["sql"].startswith(words)]


def test_what_nobody_answered_is_what_it_depends_on(client, db):
    small = ProgramFactory(criteria=[{"fact": "budget", "max": 1_400_000}])
    waived = ProgramFactory(
        criteria=[{"fact": "activities", "none_of": ["religious"], "unless": "secular_arm"}]
    )
    ActivityFactory(code="religious")
    said = ANSWERS | {"budget": "", "staff": "", "activities": ["religious"]}
    assert guessed(client.post(reverse("catalog:check"), said)) == {
        small: "depends",
        waived: "depends",
    }


def test_who_is_likely_refused_is_shown_other_deals(client, closed):
    refused = ProductFactory(program=closed)
    other = ProductFactory(category=refused.category)
    page = client.post(reverse("catalog:check"), ANSWERS)
    assert page.context["instead"] == [other]
    assert other.name in page.text


def test_every_missing_answer_is_named_at_once(client, db):
    page = client.post(reverse("catalog:check"), {"kind": "bank", "staff": "some"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"kind", "province", "staff"}


def test_the_page_takes_eight_queries_at_most(
    as_member, member, closed, django_assert_max_num_queries
):
    ProductFactory(program=closed)
    ProductFactory()
    url = reverse("catalog:eligibility", args=[member.organization.number])
    as_member.get(url)  # the rules are read once an edition
    with django_assert_max_num_queries(8):
        as_member.get(url)
