"""Requests to join: neutral to who asks, told to the administrators, decided or written off."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from orgs import finding, joining
from orgs.models import JoinRequest, Membership, Organization, Role
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory

ASK = {"words": "I am the new treasurer."}


def ask(client, number):
    return client.post(reverse("orgs:join"), ASK | {"number": number}, follow=True)


def without(page, number):
    """The page without what differs in any case: the number typed, and keys of forms."""
    main = page.text.split("<main")[1].split("</main")[0]
    lines = [line for line in main.splitlines() if "csrf" not in line]
    return "\n".join(lines).replace(str(number), "N")


@pytest.fixture
def as_stranger(client, stranger):
    client.force_login(stranger)
    return client


@pytest.mark.parametrize("number", ["number", "bn", "root", "spaced", "neq"])
def test_an_organization_is_found_by_any_of_its_numbers(db, number):
    org = OrganizationFactory(bn="000000018RR0001", neq="1100000125")
    OrganizationFactory(bn="000000018RR0002", parent=org)
    typed = {
        "number": f" {org.number} ",
        "bn": "000000018rr0001",
        "root": "000000018",
        "spaced": "00000 0018 RR 0001",
        "neq": "1100 000 125",
    }[number]
    assert finding.by_number(typed) == org


@pytest.mark.parametrize("typed", ["", "x", "1", "999999999999999999999", "Maison"])
def test_nobody_is_found_by_a_number_that_nobody_has(owner, typed):
    assert finding.by_number(typed) is None


def test_a_merged_organization_leads_to_the_one_it_is_now(db):
    survivor = OrganizationFactory()
    merged = OrganizationFactory(merged_into=survivor, closed_on="2026-01-01")
    assert finding.by_number(str(merged.number)) == survivor


def test_who_asks_cannot_tell_whether_the_organization_exists(as_stranger, owner):
    there = ask(as_stranger, owner.organization.number)
    JoinRequest.objects.all().delete()
    not_there = ask(as_stranger, 999999)
    assert "If an organization has this number" in there.text
    assert without(there, owner.organization.number) == without(not_there, 999999)
    assert owner.organization.legal_name not in there.text


def test_a_second_number_of_the_same_organization_tells_nothing(as_stranger, stranger, owner):
    Organization.objects.update(neq="1100000125")
    ask(as_stranger, owner.organization.number)
    page = ask(as_stranger, "1100000125")
    assert "If an organization has this number" in page.text
    assert JoinRequest.objects.count() == 2
    assert Message.objects.filter(kind="orgs/join_asked").count() == 1


def test_the_administrators_are_told_and_let_the_person_in(as_stranger, stranger, owner):
    MembershipFactory(organization=owner.organization, role_code="buyer")
    ask(as_stranger, owner.organization.number)
    letter = Message.objects.get(kind="orgs/join_asked")
    assert letter.to == [owner.user.email]
    assert "new treasurer" in letter.text

    asked = JoinRequest.objects.get()
    as_stranger.force_login(owner.user)
    page = as_stranger.get(reverse("orgs:people", args=[owner.organization.number]))
    assert stranger.email in page.text
    decide = reverse("orgs:join_request", args=[owner.organization.number, asked.pk])
    role = Role.objects.get(code="finance", organization=None)
    as_stranger.post(decide, {"act": "accept", "role": role.pk})

    assert Membership.objects.get(user=stranger).role == role
    assert Message.objects.get(kind="orgs/join_accepted").to == [stranger.email]
    assert "has been answered" in as_stranger.post(decide, {"act": "decline"}, follow=True).text


def test_a_request_is_declined(as_stranger, stranger, owner):
    ask(as_stranger, owner.organization.number)
    joining.decline(JoinRequest.objects.get().pk, organization=owner.organization, by=owner.user)
    assert not Membership.objects.filter(user=stranger).exists()
    letter = Message.objects.get(kind="orgs/join_declined")
    assert owner.organization.legal_name not in letter.text


def test_a_request_is_taken_back(as_stranger, owner):
    ask(as_stranger, owner.organization.number)
    asked = JoinRequest.objects.get()
    as_stranger.post(reverse("orgs:withdraw_join", args=[asked.pk]))
    asked.refresh_from_db()
    assert asked.status == "withdrawn"


def test_after_fourteen_days_the_person_reads_what_to_do(as_stranger, stranger, owner):
    ask(as_stranger, owner.organization.number)
    ask(as_stranger, 999999)
    JoinRequest.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    for _ in range(2):
        call_command("sweep")
    assert {r.status for r in JoinRequest.objects.all()} == {"expired"}
    assert Message.objects.filter(kind="orgs/join_expired").count() == 2


def test_five_requests_a_day(as_stranger):
    for number in range(5):
        ask(as_stranger, 900000 + number)
    assert "5 times in a day" in ask(as_stranger, 900009).text
    assert JoinRequest.objects.count() == 5


def test_a_member_need_not_ask(as_member, owner):
    assert "a member of this organization already" in ask(as_member, owner.organization.number).text
    assert not JoinRequest.objects.exists()


def test_another_page_hands_an_organization_over_without_naming_it(as_stranger, owner):
    page_url = f"{reverse('orgs:join')}?o={finding.handle(owner.organization)}"
    page = as_stranger.get(page_url)
    assert "the organization that our search found" in page.text
    assert owner.organization.legal_name not in page.text
    assert str(owner.organization.number) not in page.text
    as_stranger.post(page_url, ASK)
    assert JoinRequest.objects.get().organization == owner.organization


def test_a_handle_that_is_not_ours_names_nobody(owner):
    assert finding.by_handle("abc:def") is None


def test_an_administrator_gives_no_role_beyond_their_own(owner):
    approver = MembershipFactory(organization=owner.organization, role_code="approver")
    Role.objects.filter(code="approver").update(
        grants=approver.role.grants | {"members.manage": "org"}
    )
    asked = joining.ask(owner.organization, asked_for="1", words="", by=UserFactory())
    with pytest.raises(ValidationError):
        joining.accept(asked.pk, organization=owner.organization, role=owner.role, by=approver.user)
