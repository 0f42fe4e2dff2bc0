"""The fair queue: in turn, held for a while, and nobody takes what others wait for."""

from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from catalog import queue, stock
from catalog.models import Product, QueuePlace
from mail.models import Message
from portal.invariants import breaches
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory, UserFactory

TRUTHS = ("stock-is-its-ledger", "holds-are-in-the-ledger")


def yes(_place):
    return []


def gone_product(**fields):
    product = ProductFactory(name_en="Dock", **fields)
    stock.open_with(product, 0)
    product.refresh_from_db()
    return product


@pytest.fixture
def gone(db):
    """A product of which nothing is left."""
    return gone_product()


def back(product, packs=1):
    product.refresh_from_db()
    stock.restock(product, packs, by=UserFactory(is_staff=True), reason="Shipment")


def wait(product, quantity=1, membership=None):
    """A new organization takes a place."""
    who = membership or MembershipFactory(user__language="en")
    return queue.join(who.organization, product, quantity=quantity, by=who.user)


def statuses(*places):
    return [QueuePlace.objects.get(pk=place.pk).status for place in places]


def left(product):
    return Product.objects.get(pk=product.pk).stock


def ledger(product):
    return product.stock_entries.aggregate(sum=Sum("change"))["sum"]


def test_who_waits_longest_is_offered_first(gone):
    first, second = wait(gone), wait(gone)
    assert (queue.position(first), queue.position(second)) == (1, 2)
    assert queue.to_offer() == []

    back(gone)
    assert queue.to_offer() == [gone.pk]
    assert queue.offer(gone.pk, why_not=yes) == 1

    assert statuses(first, second) == ["offered", "waiting"]
    assert queue.position(second) == 1
    assert left(gone) == ledger(gone) == 0
    letter = Message.objects.get()
    assert (letter.to, letter.subject) == ([first.by.email], "Dock is held for you")
    first.refresh_from_db()
    assert first.hold_until - timezone.now() > timedelta(hours=71)


def test_fewer_are_offered_when_fewer_are_free(gone):
    first, second = wait(gone, 3), wait(gone)
    back(gone, 2)
    queue.offer(gone.pk, why_not=yes)
    first.refresh_from_db()
    assert (first.held, statuses(second)) == (2, ["waiting"])


def test_an_organization_has_one_place_for_a_product(gone):
    place = wait(gone)
    colleague = MembershipFactory(organization=place.organization)
    assert wait(gone, 5, colleague) == place
    with pytest.raises(IntegrityError, match="one_place_per"), transaction.atomic():
        QueuePlace.objects.create(
            organization=place.organization, product=gone, quantity=1, by=place.by
        )


def test_who_may_not_have_it_is_passed_over_and_told_every_reason(gone):
    first, second = wait(gone), wait(gone)
    back(gone)

    def not_the_first(place):
        return ["The budget is too large.", "The quota is used up."] if place == first else []

    assert queue.offer(gone.pk, why_not=not_the_first) == 1
    assert statuses(first, second) == ["refused", "offered"]
    letter = Message.objects.get(to=[first.by.email])
    assert "The budget is too large." in letter.text
    assert "The quota is used up." in letter.html


def test_a_hold_that_is_over_goes_to_the_next(gone):
    first, second = wait(gone), wait(gone)
    back(gone)
    queue.offer(gone.pk, why_not=yes)
    assert queue.expire_due() == 0
    with time_machine.travel(timezone.now() + queue.HOLD + timedelta(minutes=1), tick=False):
        assert queue.expire_due() == 1
        assert queue.expire_due() == 0
        assert queue.offer(gone.pk, why_not=yes) == 1
    assert statuses(first, second) == ["expired", "offered"]
    assert left(gone) == ledger(gone) == 0


def test_leaving_gives_back_what_was_held(gone):
    place = wait(gone)
    back(gone)
    queue.offer(gone.pk, why_not=yes)
    assert queue.leave(place.organization, gone, by=place.by)
    assert not queue.leave(place.organization, gone, by=place.by)
    assert left(gone) == ledger(gone) == 1
    assert statuses(place) == ["left"]
    assert not [one for one in breaches() if one.invariant.code in TRUTHS]


def test_nobody_takes_what_the_queue_waits_for(gone):
    place = wait(gone, 2)
    back(gone, 3)
    with pytest.raises(ValidationError):
        stock.take(10001, {gone.pk: 2}, by=None)
    stock.take(10001, {gone.pk: 1}, by=None)  # beyond what is waited for
    queue.offer(gone.pk, why_not=yes)
    place.refresh_from_db()
    assert (place.held, left(gone)) == (2, 0)


def test_what_cannot_run_out_has_no_queue(db):
    with pytest.raises(ValidationError, match="no queue"):
        wait(ProductFactory(stock=None))


@pytest.mark.parametrize("packs", [0, 101])
def test_a_place_is_for_one_to_a_hundred_packs(gone, packs):
    with pytest.raises(ValidationError, match="1 to 100"):
        wait(gone, packs)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_returns_at_once_are_offered_in_turn_and_once():
    product = gone_product()
    places = [wait(product) for _n in range(4)]
    for _n in range(2):
        back(product)
    results = at_once(*[lambda: queue.offer(product.pk, why_not=yes)] * 3)
    assert sum(results) == 2
    assert statuses(*places) == ["offered", "offered", "waiting", "waiting"]
    assert left(product) == ledger(product) == 0


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_locks_one_place_would_be_offered_twice(monkeypatch):
    """Shows that the test above can fail: both read before either writes."""
    product, meet = gone_product(), Barrier(2)
    place = wait(product)
    back(product, 2)

    def both_have_read(_place):
        meet.wait(timeout=5)
        return []

    def hold_under_another_name(number, product, quantity):
        return stock._change(product, -quantity, kind="held", reference=str(uuid4()))

    monkeypatch.setattr(queue, "_one_at_a_time", lambda product: None)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
    monkeypatch.setattr(stock, "hold", hold_under_another_name)
    offers = at_once(*[lambda: queue.offer_next(product.pk, why_not=both_have_read)] * 2)
    assert offers == [True, True]
    place.refresh_from_db()
    assert (place.held, left(product)) == (1, 0), "two packs are gone for one place"


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_hold_ends_once_whether_ordered_expired_or_left_at_once():
    product = gone_product()
    place = wait(product)
    back(product)
    queue.offer(product.pk, why_not=yes)
    QueuePlace.objects.update(hold_until=timezone.now())
    who, by = place.organization, place.by

    @transaction.atomic
    def order():
        held = queue.use(who, [product.pk], by=by)
        stock.take(10001, {product.pk: 1}, by=by, held=held)

    results = at_once(
        order, lambda: queue.expire(place.pk), lambda: queue.leave(who, product, by=by)
    )
    (status,) = statuses(place)
    is_ordered = results[0] is None
    assert is_ordered or isinstance(results[0], ValidationError)
    assert status in ("used", "expired", "left")
    assert left(product) == ledger(product) == (0 if is_ordered else 1)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_locks_a_hold_would_end_twice_but_for_the_ledgers_key(monkeypatch):
    """Shows that the test above can fail: both see it held, and both let its packs go."""
    product, meet = gone_product(), Barrier(2, timeout=10)
    place = wait(product)
    back(product)
    queue.offer(product.pk, why_not=yes)
    QueuePlace.objects.update(hold_until=timezone.now())
    who, by, release = place.organization, place.by, stock.release
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
    monkeypatch.setattr(queue, "move", lambda *args, **kwargs: meet.wait())  # both have read

    def end():
        return at_once(lambda: queue.expire(place.pk), lambda: queue.leave(who, product, by=by))

    assert any(isinstance(answer, IntegrityError) for answer in end())
    assert left(product) == 1
    QueuePlace.objects.update(status="offered")

    def under_another_name(_place, pk, quantity, *, by):
        release(str(uuid4()), pk, quantity, by=by)

    monkeypatch.setattr(stock, "release", under_another_name)
    end()
    assert left(product) == 3, "one pack was let go three times"


def test_the_page_takes_shows_and_gives_up_a_place(as_member, owner, gone):
    here = reverse("catalog:org_product", args=[owner.organization.number, gone.slug])
    act = reverse("catalog:queue", args=[owner.organization.number, gone.slug])
    assert "Hold for me" in as_member.get(here).text

    wait(gone)
    page = as_member.post(act, {"quantity": "2"}, follow=True)
    assert "You wait for 2 packs. Your place in the queue: 2." in page.text
    assert "Hold for me" not in page.text

    page = as_member.post(act, {"act": "leave"}, follow=True)
    assert "You have left the queue." in page.text
    assert "Hold for me" in page.text
    assert "Wait for 1 to 100 packs." in as_member.post(act, {"quantity": "x"}, follow=True).text


def test_the_page_says_until_when_packs_are_held(as_member, owner, gone):
    wait(gone, 1, owner)
    back(gone)
    queue.offer(gone.pk, why_not=yes)
    page = as_member.get(
        reverse("catalog:org_product", args=[owner.organization.number, gone.slug])
    )
    assert "One pack is held for your organization until" in page.text
    assert "Add to the cart" in page.text
    assert "Tell me when" not in page.text
