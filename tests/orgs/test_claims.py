"""A true duplicate, from what is typed to the answer; a namesake passes."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from mail.models import Message
from orgs import claims
from orgs.days import today
from orgs.models import Claim, JoinRequest, Match, Membership, Organization, Role
from tests.conftest import at_once
from tests.factories import (
    ClaimFactory,
    MembershipFactory,
    OrganizationFactory,
    UserFactory,
)

FACTS = {
    "names": "Maison Sainte-Anne",
    "former_names": "Comptoir Saint-Élie",
    "address": "12, rue King\nSherbrooke",
    "numbers": "1100000125",
    "email": "info@sainte-anne.example",
    "words": "Treasurer since 2023.",
    "agrees": "on",
}


@pytest.fixture
def known(db):
    """A qualified organization with an administrator and a viewer."""
    owner = MembershipFactory(organization__legal_name="Maison Sainte-Anne", user__language="fr")
    MembershipFactory(organization=owner.organization, role_code="viewer")
    return owner


def at(name, draft, *args):
    return reverse(f"orgs:{name}", args=[draft.organization.number, *args])


def type_name(client, draft, name="La Maison Ste-Anne inc.", **address):
    client.post(at("step", draft, "identity"), {"legal_name": name, "version": draft.version})
    draft.refresh_from_db()
    typed = {"city": "Sherbrooke", "version": draft.version} | address
    return client.post(at("step", draft, "address"), typed, follow=True)


@pytest.fixture
def claimed(client, draft, applicant, known) -> Claim:
    client.force_login(applicant)
    type_name(client, draft)
    client.post(at("claim", draft), FACTS)
    return Claim.objects.get()


def kinds() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for message in Message.objects.order_by("pk"):
        found.setdefault(message.kind, []).extend(message.to)
    return found


def test_a_namesake_in_another_city_passes(client, draft, applicant, known):
    client.force_login(applicant)
    page = type_name(client, draft, city="Moncton")
    assert page.redirect_chain[-1][0] == at("tasks", draft)
    assert not Match.objects.exists()
    assert Organization.objects.get(pk=draft.organization_id).with_city.endswith("(Moncton)")


def test_what_is_on_file_leads_to_the_ways_on(client, draft, applicant, known):
    client.force_login(applicant)
    page = type_name(client, draft)
    assert page.redirect_chain[-1][0] == at("possible", draft)
    assert "La Maison Ste-Anne inc." in page.text
    for secret in (known.user.email, str(known.organization.number), "rue King"):
        assert secret not in page.text


def test_the_page_is_the_same_whoever_it_is(client, draft, applicant, known):
    client.force_login(applicant)
    type_name(client, draft)
    pages = []
    for _ in range(2):
        page = client.get(at("possible", draft))
        pages.append(page.text.split("<main")[1].split("csrfmiddlewaretoken")[0])
        known.organization.memberships.exclude(pk=known.pk).delete()
        Organization.objects.filter(pk=known.organization_id).update(qualified_since=None)
    assert pages[0] == pages[1]
    assert "This is our organization" in pages[0]


def test_ones_own_organization_is_named(client, draft, applicant, known):
    MembershipFactory(user=applicant, organization=known.organization, role_code="viewer")
    client.force_login(applicant)
    page = type_name(client, draft)
    assert "You act for it already" in page.text


def test_another_organization_goes_on_and_staff_read_why(client, draft, applicant, known):
    client.force_login(applicant)
    type_name(client, draft)
    page = client.post(at("possible", draft), {"words": ""})
    assert page.status_code == 422
    client.post(at("possible", draft), {"words": "We are its youth club."})
    assert Match.objects.get().words == "We are its youth club."
    draft.refresh_from_db()
    again = type_name(client, draft)
    assert again.redirect_chain[-1][0] == at("tasks", draft), "asked once"


def test_a_draft_is_not_sent_before_the_question_is_answered(client, complete, applicant, known):
    Organization.objects.filter(pk=complete.organization_id).update(legal_name="")
    client.force_login(applicant)
    type_name(client, complete)
    page = client.post(at("check", complete), {})
    assert page["Location"] == at("possible", complete)


def test_a_disputed_number_counts_as_given(client, complete, applicant, known):
    known.organization.neq = "1100000018"
    known.organization.save()
    client.force_login(applicant)
    typed = {"legal_name": "Autre", "kind": "nonprofit", "neq": "1100000018", "version": 1}
    client.post(at("step", complete, "identity"), typed)
    client.post(at("possible", complete), {"words": "The other one is wrong."})
    client.post(at("check", complete), {})
    complete.refresh_from_db()
    assert complete.status == "submitted"


def test_a_claim_is_answered_in_three_business_days(claimed):
    """From a Friday on; 1 July is a holiday."""
    assert claims.due_date(claimed.draft, date(2026, 6, 26)) == date(2026, 7, 2)
    assert claimed.due_on == claims.due_date(claimed.draft, today())


def test_the_administrators_are_told_at_once(claimed, known, applicant):
    assert kinds() == {
        "orgs/claim_filed": [applicant.email],
        "orgs/claim_asked": [known.user.email],
    }
    message = Message.objects.get(kind="orgs/claim_asked")
    assert message.subject == "Quelqu’un demande l’accès à Maison Sainte-Anne"


def test_without_people_the_shared_address_is_told(client, draft, applicant):
    alone = OrganizationFactory(legal_name="Maison Sainte-Anne")
    client.force_login(applicant)
    type_name(client, draft)
    client.post(at("claim", draft), FACTS)
    assert kinds()["orgs/claim_asked"] == [alone.email]


def test_the_first_to_come_administers(db, reviewer):
    claim = ClaimFactory()
    buyer = Role.objects.get(code="buyer", organization=None)
    with pytest.raises(ValidationError, match="administrator"):
        claims.accept(claim.pk, role=buyer, by=reviewer)
    owner = Role.objects.get(code="owner", organization=None)
    claims.accept(claim.pk, role=owner, by=reviewer)
    assert claim.organization.memberships.get().role == owner


def test_a_claim_sent_twice_is_one(client, claimed, draft):
    client.post(at("claim", draft), FACTS)
    assert Claim.objects.count() == 1
    page = client.get(at("claim", draft))
    assert f"R-{claimed.pk}" in page.text and "With our staff" in page.text


def test_a_claim_asks_for_its_facts_and_keeps_what_was_typed(client, draft, applicant, known):
    client.force_login(applicant)
    type_name(client, draft)
    page = client.post(at("claim", draft), {"names": "Maison", "words": ""})
    assert page.status_code == 422
    assert "Maison</textarea>" in page.text
    assert not Claim.objects.exists()


def test_nothing_alike_no_claim(client, draft, applicant):
    client.force_login(applicant)
    assert client.get(at("claim", draft))["Location"] == at("tasks", draft)
    with pytest.raises(ValidationError, match="Nothing on file"):
        claims.file(draft.organization, by=applicant, facts=FACTS)


def test_an_administrator_objects_with_a_reason(client, claimed, known):
    client.force_login(known.user)
    url = reverse("orgs:claim_on_us", args=[known.organization.number, claimed.pk])
    page = client.get(url)
    assert claimed.filed_by.email in page.text
    assert client.post(url, {"is_objection": "yes", "words": ""}).status_code == 422
    client.post(url, {"is_objection": "yes", "words": "Nobody here knows them."})
    client.post(url, {"is_objection": "yes", "words": "We asked around."})
    voice = claimed.voices.get()
    assert (voice.is_objection, voice.words) == (True, "We asked around.")


def test_accepted_the_claimant_is_a_member_and_the_draft_is_put_away(
    client, claimed, known, reviewer, draft
):
    client.force_login(reviewer)
    url = reverse("admin:orgs_claim_answer", args=[claimed.pk])
    assert client.post(url, {"act": "accept"}).status_code == 409, "without a role"
    role = Role.objects.get(code="buyer", organization=None)
    client.post(url, {"act": "accept", "role": role.pk, "reason": ""})
    claimed.refresh_from_db()
    assert (claimed.status, claimed.decided_by, claimed.role) == ("accepted", reviewer, role)
    membership = Membership.objects.get(user=claimed.filed_by, organization=known.organization)
    assert membership.role == role
    draft.refresh_from_db()
    assert draft.status == "put_away"
    assert kinds()["orgs/claim_joined"] == [known.user.email]
    client.force_login(claimed.filed_by)
    page = client.get(at("claim", draft))
    assert reverse("dashboard", args=[known.organization.number]) in page.text


def test_declined_with_a_reason_in_the_claimants_language(client, claimed, reviewer, draft):
    client.force_login(reviewer)
    url = reverse("admin:orgs_claim_answer", args=[claimed.pk])
    assert client.post(url, {"act": "decline"}).status_code == 409
    client.post(url, {"act": "decline", "template": "facts"})
    client.force_login(claimed.filed_by)
    page = client.get(at("claim", draft))
    assert "does not fit what is on file" in page.text
    assert client.get(at("claim", draft) + "?again=1").status_code == 200


def test_about_another_organization_its_administrators_are_told(client, claimed, reviewer):
    other = MembershipFactory()
    client.force_login(reviewer)
    url = reverse("admin:orgs_claim_answer", args=[claimed.pk])
    assert client.post(url, {"act": "point", "number": 1}).status_code == 409
    client.post(url, {"act": "point", "number": other.organization.number})
    claimed.refresh_from_db()
    assert claimed.organization == other.organization
    assert other.user.email in kinds()["orgs/claim_asked"]


def test_its_dashboard_tells_an_administrator(client, claimed, known):
    client.force_login(known.user)
    page = client.get(reverse("dashboard", args=[known.organization.number]))
    assert reverse("orgs:claim_on_us", args=[known.organization.number, claimed.pk]) in page.text


def test_its_administrators_can_be_asked_to_let_in(client, draft, applicant, known):
    client.force_login(applicant)
    type_name(client, draft)
    page = client.post(at("ask_to_join", draft), {"words": "Treasurer."}, follow=True)
    assert known.organization.legal_name not in page.text.split("<main")[1]
    assert str(known.organization.number) not in page.text
    asked = JoinRequest.objects.get()
    assert (asked.organization, asked.user) == (known.organization, applicant)


def test_nothing_alike_nobody_to_ask(client, draft, applicant):
    client.force_login(applicant)
    assert client.get(at("ask_to_join", draft))["Location"] == at("tasks", draft)


def test_taken_back_by_the_claimant(client, claimed, draft):
    client.post(at("withdraw_claim", draft))
    claimed.refresh_from_db()
    assert claimed.status == "withdrawn"


def test_nobody_concerned_decides(claimed, reviewer, known):
    MembershipFactory(user=reviewer, organization=known.organization)
    with pytest.raises(ValidationError, match="colleague"):
        claims.decline(claimed.pk, by=reviewer, reason="No.")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_staff_at_once_answer_once(db):
    claim = ClaimFactory(organization=MembershipFactory().organization)
    one, other = UserFactory(is_staff=True), UserFactory(is_staff=True)
    role = Role.objects.get(code="buyer", organization=None)
    results = at_once(
        lambda: claims.accept(claim.pk, role=role, by=one),
        lambda: claims.decline(claim.pk, by=other, reason="No."),
    )
    assert sorted(type(r).__name__ for r in results) == ["Claim", "ValidationError"]


def test_staff_pages_are_few_queries(client, claimed, reviewer, django_assert_max_num_queries):
    client.force_login(reviewer)
    match = Match.objects.get()
    for name, args in (
        ("orgs_claim_changelist", []),
        ("orgs_claim_answer", [claimed.pk]),
        ("orgs_match_changelist", []),
        ("orgs_match_sides", [match.pk]),
    ):
        with django_assert_max_num_queries(12):
            assert client.get(reverse(f"admin:{name}", args=args)).status_code == 200


def test_two_organizations_with_a_reason(client, claimed, reviewer):
    client.force_login(reviewer)
    match = Match.objects.get()
    url = reverse("admin:orgs_match_sides", args=[match.pk])
    assert client.post(url, {"act": "different", "reason": ""}).status_code == 409
    client.post(url, {"act": "different", "reason": "Two boards."})
    match.refresh_from_db()
    assert (match.status, match.reason) == ("different", "Two boards.")
