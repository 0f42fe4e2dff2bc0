"""Two organizations made one and two again: nothing lost, nothing doubled, and what came later."""

import uuid
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from catalog.models import QueuePlace
from mail.models import Message
from orders import cart, quota
from orders.models import Order, QuotaEntry
from orgs import duplicates, identity, matches, merging, staff
from orgs.models import Application, Match, Membership, Merge, Organization, Role
from portal import merging as whole
from portal.invariants import breaches
from tests.conftest import at_once
from tests.factories import (
    ApplicationFactory,
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    ProductFactory,
    QueuePlaceFactory,
    UserFactory,
)
from tests.orders.conftest import fill, limited, place
from tokens import verify
from tokens.issue import issue, new_key
from tokens.models import Client

FIVE = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}
# What hangs on an organization (or a membership) and why it does not move, or how it does.
HANGS = {
    "orgs.membership.organization": "moves",
    "orgs.role.organization": "moves",
    "orgs.document.organization": "moves",
    "orgs.application.organization": "moves while it is under way; decided, it is history",
    "orgs.claim.organization": "moves while it is open",
    "orgs.claim.draft": "the claimant's own",
    "orgs.invitation.organization": "moves while it is open",
    "orgs.joinrequest.organization": "moves while it is open",
    "orgs.recovery.organization": "asked about that file; nobody acts for it any more",
    "orgs.branchletter.branch": "said by that branch, then",
    "orgs.branchletter.parent": "moves, as the branch does",
    "orgs.organization.parent": "moves",
    "orgs.organization.merged_into": "moves, so that one step leads there",
    "orgs.tenure.organization": "who was a member of what, then",
    "orgs.fact.organization": "says what that file said",
    "orgs.case.organization": "a thread with the people who wrote it",
    "orgs.changerequest.organization": "about that file's facts",
    "orgs.addresschange.organization": "about that file's address",
    "orgs.registeralert.organization": "says what a register said of that file",
    "orgs.identitykey.organization": "found by its old names, it leads to the other",
    "orgs.match.first": "history",
    "orgs.match.second": "history",
    "orgs.merge.gone": "history",
    "orgs.merge.kept": "history",
    "orgs.organizationevent.parent": "history",
    "orgs.organizationevent.merged_into": "history",
    "orgs.organizationevent.pgh_obj": "history",
    "catalog.need.organization": "what that account said it needs",
    "catalog.lastanswer.organization": "made anew each night",
    "catalog.override.organization": "granted on that file's facts, for that account",
    "catalog.queueplace.organization": "moves while it is open",
    "orders.order.organization": "moves",
    "orders.quotaentry.organization": "whose it was then; the order says whose it is",
    "orders.chequepermission.organization": "given to that organization; the other has its own",
    "orders.cart.membership": "goes with its person",
    "tokens.token.organization": "moves",
}


@pytest.fixture
def kept(db):
    """A qualified organization with its owner: a membership."""
    owner = MembershipFactory(organization__legal_name="Maison Sainte-Anne")
    ApplicationFactory(organization=owner.organization, status="qualified")
    return owner


@pytest.fixture
def gone(db):
    """The same once more, with a number that the other lacks."""
    owner = MembershipFactory(
        organization__legal_name="Comptoir Sainte-Anne", organization__neq="1100000125"
    )
    ApplicationFactory(organization=owner.organization, status="qualified")
    return owner


@pytest.fixture
def quinn(db):
    """Somebody of the qualification staff."""
    staff.ensure_groups()
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="qualification"))
    return person


@pytest.fixture
def merge(gone, kept, quinn):
    """Proposed by Quinn."""
    return merging.propose(gone.organization, kept.organization, by=quinn, reason="One board.")


def carry_out(merge) -> Merge:
    return whole.carry_out(merge.pk, by=UserFactory(is_staff=True))


def undo(merge) -> Merge:
    return whole.undo(merge.pk, by=merge.proposed_by, reason="They are two.")


def used(organization) -> int:
    """Units that count in the first limit there is."""
    rows = quota.standings(organization, as_of=timezone.now())
    return sum(standing.total for _program, _index, standing in rows)


def sound() -> list[str]:
    return [str(breach) for breach in breaches()]


def test_whatever_hangs_on_an_organization_is_thought_of():
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in {Organization, Membership}:
                found.add(f"{model._meta.label_lower}.{field.name}")
    assert found == set(HANGS), "say in HANGS whether it moves, and move it in <app>/moving.py"


def test_orders_quota_people_papers_and_tokens_move(merge, gone, kept):
    product = limited(FIVE)
    order = place(fill(gone, product, 2))
    place(fill(kept, product, 1))
    token, _secret = issue(
        gone.organization, bearer_name="Noor", bearer_email="n@example.org", by=gone.user
    )
    carry_out(merge)
    for row in (order, token, gone):
        row.refresh_from_db()
        assert row.organization == kept.organization
    assert used(kept.organization) == 3, "neither doubled nor lost"
    assert used(merge.gone) == 0
    kept.organization.refresh_from_db()
    assert kept.organization.neq == "1100000125"
    assert kept.organization.former_names == ["Comptoir Sainte-Anne"]
    assert sound() == []


def test_places_in_queues_keep_their_turn_and_of_two_the_earlier_stays(merge, gone, kept):
    ours, theirs = gone.organization, kept.organization
    alone = QueuePlaceFactory(organization=ours)
    first = QueuePlaceFactory(organization=ours)
    second = QueuePlaceFactory(organization=theirs, product=first.product)
    early = QueuePlaceFactory(organization=theirs)
    late = QueuePlaceFactory(organization=ours, product=early.product)
    carry_out(merge)
    open_ = QueuePlace.objects.open()
    assert set(open_) == set(open_.of(theirs)) == {alone, first, early}
    for place_ in (second, late):
        place_.refresh_from_db()
        assert place_.status == "left"
    undo(merge)
    assert set(QueuePlace.objects.of(ours).open()) == {alone, first}
    assert set(QueuePlace.objects.of(theirs).open()) == {early}
    assert sound() == []


def test_undone_everything_is_as_it_was_and_what_came_later_stays(merge, gone, kept):
    product = limited(FIVE)
    order = place(fill(gone, product, 2))
    carry_out(merge)
    gone.refresh_from_db()
    later = place(fill(Membership.objects.get(pk=gone.pk), product, 1))
    newcomer = MembershipFactory(organization=kept.organization, role_code="buyer")
    assert used(kept.organization) == 3
    undo(merge)
    for row in (order, later, gone, newcomer):
        row.refresh_from_db()
    assert (order.organization, gone.organization) == (merge.gone, merge.gone)
    assert (later.organization, newcomer.organization) == (merge.kept, merge.kept)
    assert (used(merge.gone), used(merge.kept)) == (2, 1)
    both = Organization.objects.in_bulk([merge.gone_id, merge.kept_id])
    assert both[merge.gone_id].neq == "1100000125"
    assert both[merge.gone_id].closed_on is None
    assert both[merge.kept_id].neq == ""
    assert both[merge.kept_id].former_names == []
    assert sound() == []


def test_an_order_that_is_given_back_meanwhile_is_given_back_after_undoing(merge, gone):
    from orders import cancellation

    order = place(fill(gone, limited(FIVE), 2))
    carry_out(merge)
    cancellation.cancel(order.pk, by=gone.user)
    undo(merge)
    assert used(merge.gone) == 0
    assert QuotaEntry.objects.of(merge.gone).count() == 2
    assert sound() == []


def test_what_staff_changed_since_stays_changed(merge, kept):
    carry_out(merge)
    organization = Organization.objects.get(pk=kept.organization_id)
    organization.neq, organization.former_names = "1100000133", ["Comptoir Sainte-Anne", "Other"]
    organization.save()
    identity.index(organization)
    undo(merge)
    organization.refresh_from_db()
    assert (organization.neq, organization.former_names) == ("1100000133", ["Other"])


def test_who_proposed_does_not_carry_out(merge, quinn):
    with pytest.raises(ValidationError, match="colleague"):
        whole.carry_out(merge.pk, by=quinn)
    with pytest.raises(IntegrityError, match="orgs_merge_by_two_people"), transaction.atomic():
        Merge.objects.filter(pk=merge.pk).update(
            status="done", done_by=quinn, done_at=timezone.now()
        )


def test_every_page_of_the_old_number_leads_to_the_new_one(client, merge, gone, kept):
    order = place(fill(gone, ProductFactory()))
    old, new = gone.organization.number, kept.organization.number
    carry_out(merge)
    client.force_login(gone.user)
    for name, more in (("dashboard", []), ("orders:list", []), ("orders:detail", [order.number])):
        page = client.get(reverse(name, args=[old, *more]) + "?x=1")
        assert page.status_code == 307
        assert page["Location"] == reverse(name, args=[new, *more]) + "?x=1"
        assert client.get(page["Location"]).status_code == 200
    client.force_login(UserFactory())
    assert client.get(reverse("dashboard", args=[old])).status_code == 404
    client.force_login(gone.user)
    undo(merge)
    assert client.get(reverse("orders:detail", args=[old, order.number])).status_code == 200


def test_a_form_that_was_open_meanwhile_goes_where_the_organization_went(client, merge, gone):
    carry_out(merge)
    client.force_login(gone.user)
    url = reverse("orders:checkout", args=[merge.gone.number])
    page = client.post(url, {"attempt": "x"})
    assert page.status_code == 307, "the browser sends it again, with what was typed"


def test_a_token_of_the_old_number_still_verifies(merge, gone, kept):
    _token, secret = issue(
        gone.organization, bearer_name="Noor", bearer_email="n@example.org", by=gone.user
    )
    carry_out(merge)
    program = Client(name="Verifier")
    new_key(program, by=gone.user)
    answer = verify.verify(secret, client=program)
    assert answer.is_valid
    assert answer.token.organization == kept.organization


def test_a_person_in_both_keeps_one_role_and_the_carts_are_one(merge, gone, kept):
    there = MembershipFactory(user=gone.user, organization=kept.organization, role_code="buyer")
    mine, same = ProductFactory(), ProductFactory()
    fill(gone, mine, 2)
    fill(gone, same, 1)
    fill(there, same, 3)
    carry_out(merge)
    items = {i.product_id: i.quantity for i in cart.of(there).items.all()}
    assert items == {mine.pk: 2, same.pk: 3}
    there.refresh_from_db()
    assert there.role.code == "buyer"
    assert [m.organization for m in Membership.objects.of(gone.user)] == [kept.organization]
    undo(merge)
    assert {i.product_id for i in cart.of(gone).items.all()} == {mine.pk, same.pk}


def test_what_is_open_moves_and_what_is_decided_stays(merge, gone, kept):
    claim = ClaimFactory(organization=gone.organization)
    invitation = InvitationFactory(organization=gone.organization)
    same = InvitationFactory(organization=gone.organization, email="same@example.org")
    InvitationFactory(organization=kept.organization, email="Same@example.org")
    branch = OrganizationFactory(parent=gone.organization)
    own = Role.objects.create(code="own", organization=gone.organization, name_fr="r", name_en="r")
    Role.objects.create(code="own", organization=kept.organization, name_fr="r", name_en="r")
    decided = gone.organization.applications.get()
    renewal = ApplicationFactory(organization=gone.organization, kind="renewal", status="submitted")
    carry_out(merge)
    moved = (claim, invitation, renewal, own)
    for row in (*moved, same, branch, decided):
        row.refresh_from_db()
    assert {row.organization_id for row in moved} == {kept.organization_id}
    assert branch.parent == kept.organization
    assert same.organization == decided.organization == gone.organization
    assert own.code == f"own-{gone.organization.number}"
    undo(merge)
    for row in (*moved, branch):
        row.refresh_from_db()
    assert {row.organization_id for row in moved} == {gone.organization_id}
    assert (branch.parent, own.code) == (gone.organization, "own")


def test_the_qualification_of_the_other_counts_when_one_has_none(merge, kept, gone):
    Organization.objects.filter(pk=kept.organization_id).update(
        qualified_since=None, qualified_until=None
    )
    kept.organization.applications.all().delete()
    carry_out(merge)
    kept.organization.refresh_from_db()
    assert kept.organization.qualified_until == gone.organization.qualified_until
    assert sound() == []
    undo(merge)
    kept.organization.refresh_from_db()
    assert kept.organization.qualified_until is None


def test_the_old_names_and_numbers_are_found_and_lead_to_what_is_now(merge, kept):
    carry_out(merge)
    candidate = OrganizationFactory(
        unqualified=True, legal_name="Comptoir Ste-Anne", phone="", email=""
    )
    assert [o.organization for o in duplicates.probable(candidate)] == [kept.organization]


@pytest.mark.parametrize("days", [29, 31])
def test_thirty_days_to_undo(merge, days):
    carry_out(merge)
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        if days == 29:
            assert undo(merge).status == "undone"
        else:
            with pytest.raises(ValidationError, match="cannot be undone"):
                undo(merge)


def test_merged_again_the_first_is_undone_last(merge, kept, quinn, gone):
    carry_out(merge)
    third = MembershipFactory().organization
    again = merging.propose(
        Organization.objects.get(pk=kept.organization_id), third, by=quinn, reason="All one."
    )
    carry_out(again)
    assert Organization.objects.get(pk=gone.organization_id).successor == third
    with pytest.raises(ValidationError, match="merged again"):
        undo(merge)
    undo(again)
    undo(merge)
    assert Organization.objects.filter(merged_into=None).count() == 3


def test_reasons_against_are_named_all_at_once(gone, kept, quinn):
    Organization.objects.filter(pk=kept.organization_id).update(
        parent=gone.organization, closed_on="2026-01-01"
    )
    with pytest.raises(ValidationError) as refusal:
        merging.propose(gone.organization, kept.organization, by=quinn, reason="x")
    assert {e.code for e in refusal.value.error_list} == {"closed", "branch"}
    assert not Merge.objects.exists()


def test_everything_is_told_and_written_down(merge, gone, kept):
    carry_out(merge)
    readers = {m.to[0] for m in Message.objects.filter(kind="orgs/merged")}
    assert readers == {gone.user.email, kept.user.email, kept.organization.email}
    actions = set(Entry.objects.about(gone.organization).values_list("action", flat=True))
    assert "organization.merged" in actions
    assert Entry.objects.about(merge).filter(action="merge.done").exists()


def test_staff_propose_look_carry_out_and_undo(client, gone, kept, quinn):
    Organization.objects.filter(pk=gone.organization_id).update(legal_name="Maison Ste-Anne")
    identity.refresh()
    gone.organization.refresh_from_db()
    match = matches.look(gone.organization)[0]
    place(fill(gone, limited(FIVE), 2))
    client.force_login(quinn)
    number = kept.organization.number
    page = client.post(
        reverse("admin:orgs_match_sides", args=[match.pk]),
        {"act": "same", "reason": "One board.", "stays": number},
    )
    merge = Merge.objects.get()
    assert page["Location"] == reverse("admin:orgs_merge_page", args=[merge.pk])
    url = page["Location"]
    page = client.get(url)
    assert "2" in page.text and "1100000125" in page.text
    assert client.post(url, {"act": "carry_out"}).status_code == 409, "not who proposed it"
    root = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(root)
    assert client.post(url, {"act": "carry_out"}).status_code == 302
    assert client.post(url, {"act": "undo", "reason": ""}).status_code == 409
    client.post(url, {"act": "undo", "reason": "Two boards."})
    merge.refresh_from_db()
    assert (merge.status, merge.undone_by) == ("undone", root)
    assert Match.objects.get().status == "found"
    assert client.get(reverse("admin:orgs_merge_changelist")).status_code == 200


def test_the_page_of_a_merge_is_few_queries(client, merge, quinn, django_assert_max_num_queries):
    client.force_login(quinn)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("admin:orgs_merge_page", args=[merge.pk])).status_code == 200


def test_only_staff_who_may_open_a_merge(client, merge, gone):
    url = reverse("admin:orgs_merge_page", args=[merge.pk])
    client.force_login(gone.user)
    assert client.get(url).status_code == 302
    fay = UserFactory(is_staff=True)
    fay.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(fay)
    assert client.get(url).status_code == 403
    assert client.post(url, {"act": "carry_out"}).status_code == 403


def test_a_dropped_merge_can_be_proposed_again(merge, gone, kept, quinn):
    merging.drop(merge.pk, by=quinn, reason="Wait.")
    again = merging.propose(gone.organization, kept.organization, by=quinn, reason="Now.")
    assert again.status == "proposed"


@pytest.fixture
def busy():
    """Two to be merged, one of which is ordering: the merge and a cart."""
    kept, gone = MembershipFactory().organization, MembershipFactory()
    for side in (kept, gone.organization):
        ApplicationFactory(organization=side, status="qualified")
    basket = fill(gone, limited(FIVE), 2)
    by = UserFactory(is_staff=True)
    return merging.propose(gone.organization, kept, by=by, reason="One."), basket


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_an_order_placed_while_they_are_merged_is_not_left_behind(busy, _round):
    merge, basket = busy
    by = UserFactory(is_staff=True)
    placed, done = at_once(
        lambda: place(basket, attempt=uuid.uuid4()), lambda: whole.carry_out(merge.pk, by=by)
    )
    assert isinstance(done, Merge)
    assert isinstance(placed, Order | ValidationError)
    assert not Order.objects.filter(organization=merge.gone).exists()
    assert used(merge.kept) == (2 if isinstance(placed, Order) else 0)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_it_is_left_behind(busy, monkeypatch):
    """Shows that the test above can fail: the order is written after the merge has looked."""
    merge, basket = busy
    by, meet = UserFactory(is_staff=True), Barrier(2, timeout=10)
    monkeypatch.setattr(Organization.objects, "lock", lambda pk: Organization.objects.get(pk=pk))
    write, finish = quota.hold, merging.finish

    def hold(*args, **kwargs):
        meet.wait()
        return write(*args, **kwargs)

    def finishing(*args, **kwargs):
        meet.wait()
        return finish(*args, **kwargs)

    monkeypatch.setattr(quota, "hold", hold)
    monkeypatch.setattr(merging, "finish", finishing)
    at_once(lambda: place(basket, attempt=uuid.uuid4()), lambda: whole.carry_out(merge.pk, by=by))
    assert Order.objects.filter(organization=merge.gone).exists()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_who_merge_in_opposite_directions_end_with_one():
    one, other = MembershipFactory().organization, MembershipFactory().organization
    for side in (one, other):
        ApplicationFactory(organization=side, status="qualified")
    first, second = UserFactory(is_staff=True), UserFactory(is_staff=True)
    there = merging.propose(one, other, by=first, reason="x")
    back = merging.propose(other, one, by=first, reason="x")
    results = at_once(
        lambda: whole.carry_out(there.pk, by=second), lambda: whole.carry_out(back.pk, by=second)
    )
    assert sorted(type(r).__name__ for r in results) == ["Merge", "ValidationError"]
    assert Application.objects.count() == 2
