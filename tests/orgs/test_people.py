"""Members: roles, leaving, removing; an organization keeps an administrator."""

from threading import Barrier

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from mail.models import Message
from orgs import people
from orgs.capabilities import Capability, covers, reaching, together, within
from orgs.models import Invitation, Membership, Organization, Role, Tenure
from tests.conftest import at_once
from tests.factories import CartItemFactory, InvitationFactory, MembershipFactory, ProductFactory


def role(code):
    return Role.objects.get(code=code, organization=None)


def member_of(membership, code="owner", **fields):
    return MembershipFactory(organization=membership.organization, role_code=code, **fields)


def address(name, membership, *more):
    return reverse(f"orgs:{name}", args=[membership.organization.number, *more])


def test_a_grant_covers_what_is_narrower():
    assert covers({"orders.view": "tree"}, "orders.view", "org")
    assert not covers({"orders.view": "own"}, "orders.view", "org")
    assert not covers({}, "orders.view")


def test_nobody_grants_what_they_do_not_hold():
    assert within({"orders.view": "org"}, {"orders.view": "tree", "orders.pay": "own"})
    assert not within({"orders.view": "org", "orders.pay": "own"}, {"orders.view": "tree"})


def test_ordering_never_reaches_down():
    grants = {"orders.view": "tree", "orders.place": "tree", "orders.pay": "org"}
    assert reaching(grants) == {"orders.view": "tree"}
    assert together(grants, {"orders.pay": "tree"})["orders.pay"] == "tree"


@pytest.mark.django_db
def test_the_templates_speak_the_vocabulary():
    for template in Role.objects.filter(organization=None):
        assert set(template.grants) <= set(Capability.values)
        assert set(template.grants.values()) <= {"own", "org", "tree"}
    assert set(role("owner").grants) == set(Capability.values)


def test_a_role_is_changed_and_both_sides_are_told(owner):
    second = member_of(owner)
    buyer = member_of(owner, "buyer", user__language="fr")

    people.change_role(
        buyer.pk, organization=owner.organization, role=role("finance"), by=owner.user
    )

    buyer.refresh_from_db()
    assert buyer.role.code == "finance"
    letters = {m.to[0]: m for m in Message.objects.filter(kind="orgs/role_changed")}
    assert set(letters) == {buyer.user.email, owner.user.email, second.user.email}
    assert "Votre rôle chez" in letters[buyer.user.email].subject
    times = Tenure.objects.filter(user=buyer.user).values_list("role__code", "to_at")
    assert [(code, to_at is None) for code, to_at in times] == [("buyer", False), ("finance", True)]
    assert Entry.objects.about(owner.organization).filter(action="member.role_changed").exists()


def test_the_same_role_again_changes_nothing(owner):
    buyer = member_of(owner, "buyer")
    people.change_role(buyer.pk, organization=owner.organization, role=role("buyer"), by=owner.user)
    assert not Message.objects.exists()


@pytest.mark.parametrize("deed", ["demote", "remove", "leave"])
def test_the_last_administrator_stays(owner, deed):
    member_of(owner, "buyer")
    org = owner.organization

    with pytest.raises(ValidationError) as refusal:
        match deed:
            case "demote":
                people.change_role(owner.pk, organization=org, role=role("viewer"), by=owner.user)
            case "remove":
                people.remove(owner.pk, organization=org, by=owner.user)
            case "leave":
                people.leave(org, by=owner.user)

    assert refusal.value.code == "last"
    assert org.memberships.administrators().get() == owner
    assert not Message.objects.exists()


def test_whoever_lost_the_right_meanwhile_changes_nothing(owner):
    second, buyer = member_of(owner), member_of(owner, "buyer")
    people.change_role(
        second.pk, organization=owner.organization, role=role("viewer"), by=owner.user
    )
    with pytest.raises(PermissionDenied):
        people.remove(buyer.pk, organization=owner.organization, by=second.user)
    assert Membership.objects.filter(pk=buyer.pk).exists()


def test_a_removed_member_loses_the_organization_at_once_and_their_time_is_kept(client, owner):
    buyer = member_of(owner, "buyer")
    CartItemFactory(cart__membership=buyer, product=ProductFactory())
    client.force_login(buyer.user)
    assert client.get(address("people", owner)).status_code == 200

    people.remove(buyer.pk, organization=owner.organization, by=owner.user)

    assert client.get(address("people", owner)).status_code == 404
    time = Tenure.objects.get(user=buyer.user)
    assert time.to_at > time.from_at
    assert Message.objects.filter(kind="orgs/member_gone").count() == 2


def test_invitations_of_somebody_who_goes_are_called_back(owner):
    second = member_of(owner)
    kept = InvitationFactory(organization=owner.organization, invited_by=owner.user)
    ended = InvitationFactory(organization=owner.organization, invited_by=second.user)

    people.leave(owner.organization, by=second.user)

    assert Invitation.objects.get(pk=kept.pk).status == "open"
    assert Invitation.objects.get(pk=ended.pk).status == "revoked"


def test_a_time_as_a_member_cannot_be_deleted(owner):
    with pytest.raises(Exception, match="kept"), transaction.atomic():
        Tenure.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_the_last_administrator_too():
    owner = MembershipFactory()
    member_of(owner, "buyer")
    with pytest.raises(IntegrityError):
        owner.delete()
    with pytest.raises(IntegrityError):
        Membership.objects.filter(pk=owner.pk).update(role=role("viewer"))
    assert Membership.objects.administrators().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_closed_organization_the_last_one_may_go():
    owner = MembershipFactory()
    Organization.objects.update(closed_on="2026-01-01")
    owner.delete()
    assert not Membership.objects.exists()


@pytest.fixture
def two_administrators(transactional_db):
    first = MembershipFactory()
    return first, member_of(first)


def leave_at_once(first, second, leave=people.leave):
    org = first.organization
    return at_once(lambda: leave(org, by=first.user), lambda: leave(org, by=second.user))


@pytest.mark.races
def test_of_two_administrators_who_leave_at_once_one_stays(two_administrators):
    results = leave_at_once(*two_administrators)
    assert sum(isinstance(r, ValidationError) for r in results) == 1
    assert Membership.objects.administrators().count() == 1


def unlocked(monkeypatch):
    """Both look before either goes."""
    meet = Barrier(2)
    monkeypatch.setattr(
        type(Organization.objects.all()), "lock", lambda self, *, pk: self.get(pk=pk)
    )
    monkeypatch.setattr("orgs.people.emails.gone", lambda *args, **kwargs: meet.wait(5))


@pytest.mark.races
def test_without_the_lock_the_database_still_keeps_one(two_administrators, monkeypatch):
    unlocked(monkeypatch)
    results = leave_at_once(*two_administrators)
    assert sum(isinstance(r, IntegrityError) for r in results) == 1
    assert Membership.objects.administrators().count() == 1


@pytest.mark.races
def test_without_lock_and_trigger_both_would_be_gone(two_administrators, monkeypatch):
    """Shows that the two tests above can fail."""
    unlocked(monkeypatch)

    def leave(org, *, by):
        with pgtrigger.ignore("orgs.Membership:keeps_an_administrator"):
            people.leave(org, by=by)

    leave_at_once(*two_administrators, leave)
    assert not Membership.objects.exists()


def test_the_page_shows_everybody_and_warns_of_a_single_administrator(
    as_member, owner, django_assert_max_num_queries
):
    member_of(owner, "buyer", user__first_name="Ana")
    InvitationFactory(organization=owner.organization, email="guest@example.org")
    with django_assert_max_num_queries(12):
        page = as_member.get(address("people", owner))
    assert "Ana Gagnon" in page.text
    assert "guest@example.org" in page.text
    assert "One person alone holds the keys" in page.text
    member_of(owner)
    assert "One person alone" not in as_member.get(address("people", owner)).text


def test_others_see_who_is_there_and_not_who_is_invited(client, owner):
    viewer = member_of(owner, "viewer")
    InvitationFactory(organization=owner.organization, email="guest@example.org")
    client.force_login(viewer.user)
    page = client.get(address("people", owner))
    assert "Noor Gagnon" in page.text
    assert "guest@example.org" not in page.text
    assert "Invite somebody" not in page.text


def test_the_roles_are_explained(as_member, owner):
    page = as_member.get(address("roles", owner))
    assert "Fill a cart and place orders" in page.text
    assert "the organization’s and its branches’" in page.text


def test_the_page_says_what_goes_and_what_stays_before_removing(as_member, owner):
    buyer = member_of(owner, "buyer")
    CartItemFactory(cart__membership=buyer, product=ProductFactory())
    page = as_member.get(address("remove_member", owner, buyer.pk))
    assert "1 product in it" in page.text
    assert Membership.objects.filter(pk=buyer.pk).exists()

    page = as_member.post(address("remove_member", owner, buyer.pk), follow=True)
    assert "no longer acts for your organization" in page.text
    assert not Membership.objects.filter(pk=buyer.pk).exists()


def test_a_role_is_changed_on_the_page(as_member, owner):
    buyer = member_of(owner, "buyer")
    as_member.post(address("member", owner, buyer.pk), {"role": role("owner").pk})
    buyer.refresh_from_db()
    assert buyer.role.code == "owner"


def test_the_last_administrator_reads_what_to_do_before_leaving(as_member, owner):
    page = as_member.get(address("leave", owner))
    assert "You are the only administrator" in page.text
    page = as_member.post(address("leave", owner), follow=True)
    assert "Make somebody else an administrator first" in page.text
    assert Membership.objects.filter(pk=owner.pk).exists()


def test_a_member_leaves(client, owner):
    buyer = member_of(owner, "buyer")
    client.force_login(buyer.user)
    client.post(address("leave", owner))
    assert not Membership.objects.filter(pk=buyer.pk).exists()


def test_who_was_here_is_written_once_a_day(as_member, owner, django_assert_num_queries):
    Membership.objects.update(seen_on="2026-01-01")
    as_member.get(address("roles", owner))
    owner.refresh_from_db()
    assert owner.seen_on.year > 2000
    assert str(owner.seen_on) != "2026-01-01"


def test_two_tabs_of_one_person_never_mix(client, owner):
    """The organization is in the address: a form of one never touches the other."""
    other = MembershipFactory(user=owner.user)
    mine, theirs = member_of(owner, "buyer"), member_of(other, "buyer")
    client.force_login(owner.user)
    client.get(address("people", other))

    client.post(address("member", owner, mine.pk), {"role": role("viewer").pk})
    answer = client.post(address("member", owner, theirs.pk), {"role": role("viewer").pk})

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.role.code, theirs.role.code) == ("viewer", "buyer")
    assert answer.status_code == 404
