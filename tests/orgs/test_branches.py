"""Branches: a draft names its parent, whose administrators sign, or do not."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone, translation

from mail.models import Message
from orgs import branches, documents, registration, tree
from orgs.models import Application, BranchLetter, Document, Membership, Organization
from tests.conftest import at_once
from tests.factories import BranchLetterFactory, MembershipFactory, OrganizationFactory, UserFactory

SIGNATURE = {"name": "Ada Roy", "title": "Chair", "agrees": "on", "act": "sign"}


def ask(draft, organization):
    nameless = Organization.objects.filter(pk=draft.organization_id, legal_name="")
    nameless.update(legal_name="Branch of Sherbrooke")
    number = str(organization.number)
    return branches.ask(draft.organization, number=number, by=draft.started_by)


def sign(letter, by):
    return branches.sign(letter.pk, parent=letter.parent, name="Ada Roy", title="Chair", by=by.user)


def branch_of(draft) -> Organization:
    return Organization.objects.get(pk=draft.organization_id)


def test_the_parent_is_asked_and_signs(draft, owner):
    letter = ask(draft, owner.organization)
    assert branch_of(draft).parent == owner.organization
    assert Message.objects.get(kind="orgs/branch_asked").to == [owner.user.email]
    assert tree.above(draft.organization_id) == []

    with translation.override("fr"):
        sign(letter, owner)

    letter.refresh_from_db()
    assert (letter.status, letter.language, letter.version) == ("signed", "fr", "2026-11")
    assert "Ada Roy" in letter.text
    document = Document.objects.of(branch_of(draft)).get(kind="branch_letter")
    assert letter.document == document
    assert document.uploaded_by == owner.user
    assert document.file.read().startswith(b"%PDF-")
    assert Message.objects.get(kind="orgs/branch_signed").to == [draft.started_by.email]
    assert tree.above(draft.organization_id) == [owner.organization.pk]


def test_a_branch_is_not_complete_without_the_signed_letter(draft, owner):
    letter = ask(draft, owner.organization)
    lacks = {r.code for r in registration.lacks(branch_of(draft))}
    assert "document:branch_letter" in lacks
    sign(letter, owner)
    lacks = {r.code for r in registration.lacks(branch_of(draft))}
    assert "document:branch_letter" not in lacks


def test_the_letter_names_the_branch_so_it_has_a_name_first(draft, owner):
    with pytest.raises(ValidationError) as refusal:
        branches.ask(draft.organization, number="100001", by=draft.started_by)
    assert refusal.value.code == "no_name"


def test_the_signed_letter_stays_among_the_papers(draft, owner):
    sign(ask(draft, owner.organization), owner)
    letter = Document.objects.get(kind="branch_letter")
    with pytest.raises(ValidationError):
        documents.remove(letter, by=draft.started_by)
    with pytest.raises(ValidationError):
        documents.relabel(letter, name="x", kind="other", by=draft.started_by)
    documents.destroy(letter)  # when a draft is destroyed, the words stay
    assert "Ada Roy" in BranchLetter.objects.get().text


def test_a_number_that_nobody_has_looks_the_same_and_asks_nobody(draft):
    Organization.objects.filter(pk=draft.organization_id).update(legal_name="Branch")
    letter = branches.ask(draft.organization, number="999999", by=draft.started_by)
    assert (letter.status, letter.parent) == ("asked", None)
    assert not Message.objects.exists()
    lacks = {r.code for r in registration.lacks(branch_of(draft))}
    assert "document:branch_letter" in lacks


def test_a_refusal_gives_its_reason_and_parts_the_two(draft, owner):
    Organization.objects.filter(pk=owner.organization_id).update(bn="000000018RR0001")
    letter = ask(draft, owner.organization)
    Organization.objects.filter(pk=draft.organization_id).update(bn="000000018RR0002")

    branches.refuse(letter.pk, parent=owner.organization, reason="Not ours.", by=owner.user)

    branch = branch_of(draft)
    assert (branch.parent, branch.bn) == (None, "")
    assert "Not ours." in Message.objects.get(kind="orgs/branch_refused").text
    assert ask(draft, owner.organization).is_open


def test_one_parent_at_a_time_and_never_itself(draft, owner):
    with pytest.raises(ValidationError) as refusal:
        ask(draft, draft.organization)
    assert refusal.value.code == "own"
    ask(draft, owner.organization)
    with pytest.raises(ValidationError) as refusal:
        ask(draft, OrganizationFactory())
    assert refusal.value.code == "named"
    branches.withdraw(branch_of(draft), by=draft.started_by)
    assert branch_of(draft).parent is None
    ask(draft, OrganizationFactory())


def test_a_sent_application_names_nobody(sent, owner):
    with pytest.raises(ValidationError) as refusal:
        ask(sent, owner.organization)
    assert refusal.value.code == "sent"


def test_an_organization_that_is_not_qualified_signs_nothing(draft):
    owner = MembershipFactory(organization=OrganizationFactory(unqualified=True))
    letter = ask(draft, owner.organization)
    with pytest.raises(ValidationError) as refusal:
        sign(letter, owner)
    assert refusal.value.error_list[0].code == "not_qualified"
    assert not Document.objects.exists()


def test_only_administrators_of_the_parent_sign(draft, owner):
    letter = ask(draft, owner.organization)
    buyer = MembershipFactory(organization=owner.organization, role_code="buyer")
    with pytest.raises(PermissionDenied):
        sign(letter, buyer)
    with pytest.raises(PermissionDenied):
        branches.sign(letter.pk, parent=letter.parent, name="A", title="B", by=draft.started_by)


def test_after_thirty_days_it_is_over_and_the_branch_is_told(draft, owner):
    letter = ask(draft, owner.organization)
    BranchLetter.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(ValidationError):
        sign(letter, owner)
    for _ in range(2):
        call_command("sweep")
    letter.refresh_from_db()
    assert letter.status == "expired"
    assert branch_of(draft).parent is None
    assert Message.objects.filter(kind="orgs/branch_expired").count() == 1


@pytest.mark.races
def test_signed_and_refused_at_once_it_is_one_of_them(transactional_db, private_files):
    owner, applicant = MembershipFactory(), UserFactory()
    draft = registration.start(by=applicant).applications.get()
    letter = ask(draft, owner.organization)
    results = at_once(
        lambda: sign(letter, owner),
        lambda: branches.refuse(letter.pk, parent=letter.parent, reason="No.", by=owner.user),
    )
    assert sum(isinstance(r, ValidationError) for r in results) == 1
    letter.refresh_from_db()
    is_signed = letter.status == "signed"
    assert (branch_of(draft).parent is not None) == is_signed
    assert Document.objects.filter(kind="branch_letter").exists() == is_signed


def test_an_administrator_above_opens_the_branch_and_it_says_so(
    client, db, django_assert_max_num_queries
):
    letter = BranchLetterFactory(parent__legal_name="National Office")
    above = MembershipFactory(organization=letter.parent)
    client.force_login(above.user)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("orgs:people", args=[letter.branch.number]))
    assert page.status_code == 200
    assert "National Office" in page.text
    assert client.get(reverse("orders:cart", args=[letter.branch.number])).status_code == 403
    assert client.get(reverse("orgs:leave", args=[letter.branch.number])).status_code == 404


def test_a_right_reaches_down_the_whole_tree_and_no_further(client, db):
    top = BranchLetterFactory()
    below = BranchLetterFactory(parent=top.branch)
    above = MembershipFactory(organization=top.parent)
    client.force_login(above.user)
    assert client.get(reverse("orgs:people", args=[below.branch.number])).status_code == 200
    cousin = BranchLetterFactory().branch
    assert client.get(reverse("orgs:people", args=[cousin.number])).status_code == 404
    child = MembershipFactory(organization=below.branch)
    client.force_login(child.user)
    assert client.get(reverse("orgs:people", args=[top.parent.number])).status_code == 404


def test_an_unsigned_letter_opens_nothing(client, draft, owner):
    ask(draft, owner.organization)
    client.force_login(owner.user)
    assert client.get(reverse("orgs:people", args=[draft.organization.number])).status_code == 404


def test_a_member_of_both_has_the_wider_right(client, db):
    letter = BranchLetterFactory()
    above = MembershipFactory(organization=letter.parent)
    MembershipFactory(user=above.user, organization=letter.branch, role_code="viewer")
    client.force_login(above.user)
    assert client.get(reverse("orgs:invite", args=[letter.branch.number])).status_code == 200


def test_an_administrator_above_lets_people_in(client, db):
    letter = BranchLetterFactory()
    above = MembershipFactory(organization=letter.parent)
    client.force_login(above.user)
    role = above.role.pk
    answer = client.post(
        reverse("orgs:invite", args=[letter.branch.number]),
        {"email": "new@example.org", "role": role, "language": "en", "words": ""},
    )
    assert answer.status_code == 302
    assert letter.branch.invitations.get().invited_by == above.user


def test_the_branch_names_its_parent_on_a_page(client, draft, owner):
    Organization.objects.filter(pk=draft.organization_id).update(legal_name="Branch")
    client.force_login(draft.started_by)
    url = reverse("orgs:parent", args=[draft.organization.number])
    assert url in client.get(reverse("orgs:tasks", args=[draft.organization.number])).text
    page = client.post(url, {"act": "ask", "number": owner.organization.number}, follow=True)
    assert "its administrators can sign until" in page.text
    assert owner.organization.legal_name not in page.text
    page = client.post(url, {"act": "withdraw"}, follow=True)
    assert "Taken back" in page.text


def test_the_parent_reads_and_signs_on_a_page(as_member, draft, owner):
    letter = ask(draft, owner.organization)
    assert (
        "Branch of Sherbrooke"
        in as_member.get(reverse("orgs:branches", args=[owner.organization.number])).text
    )
    url = reverse("orgs:branch_letter", args=[owner.organization.number, letter.pk])
    assert "is a branch of" in as_member.get(url).text
    page = as_member.post(url, SIGNATURE | {"agrees": ""})
    assert page.status_code == 422
    assert "Confirm that you have read" in page.text
    page = as_member.post(url, SIGNATURE, follow=True)
    assert "is your branch" in page.text
    assert reverse("dashboard", args=[draft.organization.number]) in page.text
    assert "Signed on the portal by Ada Roy, Chair" in as_member.get(url).text


def test_a_letter_of_another_organization_is_not_there(as_member, owner):
    letter = BranchLetterFactory()
    url = reverse("orgs:branch_letter", args=[owner.organization.number, letter.pk])
    assert as_member.get(url).status_code == 404
    assert as_member.post(url, SIGNATURE).status_code == 404


def test_nobody_uploads_a_branch_letter(client, draft):
    client.force_login(draft.started_by)
    page = client.get(reverse("orgs:step", args=[draft.organization.number, "documents"]))
    assert "letters_patent" in page.text
    assert "branch_letter" not in page.text
    assert Application.objects.get(pk=draft.pk).is_draft
    assert Membership.objects.filter(organization=draft.organization).count() == 1
