"""Invitations: sent, accepted, declined, called back, expired."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from orgs import invitations, links
from orgs.models import Invitation, Membership, Role
from tests.conftest import at_once
from tests.factories import InvitationFactory, MembershipFactory, UserFactory

GUEST = "guest@example.org"


def role(code):
    return Role.objects.get(code=code, organization=None)


def invite(by, email=GUEST, code="buyer", **more):
    fields = {"language": "fr", "words": "Bienvenue !"} | more
    return invitations.invite(by.organization, email=email, role=role(code), by=by.user, **fields)


@pytest.fixture
def guest(db):
    return UserFactory(email=GUEST)


def link(invitation):
    return reverse("orgs:invitation", args=[invitation.secret])


def test_an_invitation_is_sent_in_its_language_and_its_secret_is_kept_nowhere(owner):
    invitation = invite(owner)

    letter = Message.objects.get(kind="orgs/invitation")
    assert letter.to == [GUEST]
    assert letter.subject == f"Noor Gagnon vous invite à rejoindre {owner.organization}"
    assert "Bienvenue !" in letter.text
    secret = letter.text.split("/invitations/")[1].split("/")[0]
    assert invitation.digest == links.digest(secret)
    assert secret not in str(Invitation.objects.values().get())
    assert invitation.expires_at - invitation.sent_at > timedelta(days=13)


def test_every_reason_against_an_invitation_is_given(owner):
    approver = MembershipFactory(organization=owner.organization, role_code="approver")
    InvitationFactory(organization=owner.organization, email="Guest@example.org")
    Role.objects.filter(code="approver").update(
        grants=role("approver").grants | {"members.manage": "org"}
    )
    with pytest.raises(ValidationError) as refusal:
        invite(approver, code="owner")
    assert {e.code for e in refusal.value.error_list} == {"too_much", "invited"}
    assert Invitation.objects.count() == 1


def test_an_organization_sends_twenty_a_day(owner):
    InvitationFactory.create_batch(20, organization=owner.organization)
    with pytest.raises(ValidationError) as refusal:
        invite(owner)
    assert refusal.value.error_list[0].code == "too_many"


def test_a_member_is_not_invited(owner):
    with pytest.raises(ValidationError):
        invite(owner, email=owner.user.email.upper())


def test_looking_at_the_link_accepts_nothing(client, guest, owner):
    invitation = InvitationFactory(email=GUEST, organization=owner.organization)
    client.force_login(guest)
    page = client.get(link(invitation))
    assert page["Referrer-Policy"] == "strict-origin"
    assert "Accept" in page.text
    assert not Membership.objects.filter(user=guest).exists()


def test_an_invitation_is_accepted_once(client, guest, owner):
    invitation = InvitationFactory(
        email=GUEST.title(), organization=owner.organization, invited_by=owner.user
    )
    client.force_login(guest)
    page = client.post(link(invitation), {"act": "accept"}, follow=True)
    assert "You now act for" in page.text
    assert Membership.objects.get(user=guest).role.code == "buyer"
    assert Message.objects.get(kind="orgs/invitation_accepted").to == [owner.user.email]
    assert invitations.accept(invitation.pk, by=guest) == Membership.objects.get(user=guest)
    assert client.get(link(invitation)).status_code == 302


def test_an_invitation_is_declined(client, guest, owner):
    invitation = InvitationFactory(
        email=GUEST, organization=owner.organization, invited_by=owner.user
    )
    client.force_login(guest)
    client.post(link(invitation), {"act": "decline"})
    assert Invitation.objects.get().status == "declined"
    assert "declined" in Message.objects.get(kind="orgs/invitation_declined").subject
    assert not Membership.objects.filter(user=guest).exists()


def test_a_visitor_signs_in_or_signs_up_first(client, owner):
    invitation = InvitationFactory(organization=owner.organization)
    page = client.get(link(invitation))
    assert f"/account/login/?next={quote(link(invitation))}" in page.text
    assert "/account/signup/?next=" in page.text


def test_an_invitation_for_another_address_says_so(client, stranger, owner):
    invitation = InvitationFactory(email=GUEST, organization=owner.organization)
    client.force_login(stranger)
    page = client.get(link(invitation))
    assert "This invitation is for another address" in page.text
    assert stranger.email in page.text
    assert client.post(link(invitation), {"act": "accept"}).status_code == 403
    with pytest.raises(PermissionDenied):
        invitations.accept(invitation.pk, by=stranger)
    assert not Membership.objects.filter(user=stranger).exists()


def test_an_unconfirmed_address_is_nobodys(owner):
    guest = UserFactory(email=GUEST, verified=False)
    invitation = InvitationFactory(email=GUEST, organization=owner.organization)
    with pytest.raises(PermissionDenied):
        invitations.accept(invitation.pk, by=guest)


def test_who_lost_the_e_mail_finds_the_invitation_after_signing_in(client, guest, owner):
    invitation = InvitationFactory(email=GUEST, organization=owner.organization)
    client.force_login(guest)
    page = client.get(reverse("organizations"))
    mine = reverse("orgs:my_invitation", args=[invitation.pk])
    assert mine in page.text
    client.post(mine, {"act": "accept"})
    assert Membership.objects.filter(user=guest, organization=owner.organization).exists()


def test_sending_again_voids_the_first_link(as_member, owner):
    invitation = InvitationFactory(organization=owner.organization, invited_by=owner.user)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    again = reverse("orgs:invite_again", args=[owner.organization.number, invitation.pk])
    page = as_member.post(again, follow=True)
    assert "sent again" in page.text
    assert as_member.get(link(invitation)).status_code == 404
    assert Message.objects.filter(kind="orgs/invitation").count() == 1
    assert "less than an hour ago" in as_member.post(again, follow=True).text


def test_a_called_back_invitation_opens_nothing(client, as_member, owner, guest):
    invitation = InvitationFactory(email=GUEST, organization=owner.organization)
    end = reverse("orgs:end_invitation", args=[owner.organization.number, invitation.pk])
    as_member.post(end)
    as_member.post(end)
    with pytest.raises(ValidationError):
        invitations.accept(invitation.pk, by=guest)
    client.force_login(guest)
    assert "This invitation is over" in client.get(link(invitation)).text


def test_after_fourteen_days_it_is_over_and_who_invited_is_told_once(owner, guest):
    invitation = InvitationFactory(
        email=GUEST, organization=owner.organization, invited_by=owner.user
    )
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(ValidationError):
        invitations.accept(invitation.pk, by=guest)
    for _ in range(2):
        call_command("sweep")
    invitation.refresh_from_db()
    assert invitation.status == "expired"
    assert Message.objects.filter(kind="orgs/invitation_expired").count() == 1
    assert invite(owner).is_open


def test_the_form_keeps_what_was_typed_when_it_is_refused(as_member, owner):
    MembershipFactory(organization=owner.organization, user__email=GUEST)
    page = as_member.post(
        reverse("orgs:invite", args=[owner.organization.number]),
        {"email": GUEST, "role": role("buyer").pk, "language": "fr", "words": "Hello there"},
    )
    assert page.status_code == 422
    assert "belongs to a member" in page.text
    assert "Hello there" in page.text


@pytest.mark.races
def test_an_invitation_accepted_twice_at_once_is_one_membership(transactional_db):
    guest, owner = UserFactory(email=GUEST), MembershipFactory()
    invitation = InvitationFactory(email=GUEST, organization=owner.organization)
    results = at_once(*[lambda: invitations.accept(invitation.pk, by=guest)] * 2)
    assert {type(r) for r in results} == {Membership}
    assert Membership.objects.filter(user=guest).count() == 1


@pytest.mark.races
def test_accepted_while_called_back_it_is_one_or_the_other(transactional_db):
    owner, guest = MembershipFactory(), UserFactory(email=GUEST)
    invitation = InvitationFactory(email=GUEST, organization=owner.organization)
    at_once(
        lambda: invitations.accept(invitation.pk, by=guest),
        lambda: invitations.call_back(
            invitation.pk, organization=owner.organization, by=owner.user
        ),
    )
    invitation.refresh_from_db()
    is_in = Membership.objects.filter(user=guest).exists()
    assert (invitation.status == "accepted") == is_in
