"""Shipping: several parcels, a promise for each step, and what is late."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from orders import fulfilment, promises, shipping, timeline
from orders.models import Delivery, Fulfilment, Order, Parcel
from orders.promises import Terms
from orgs.days import today
from orgs.models import Document
from tests.conftest import at_once
from tests.factories import OrderLineFactory, ProductFactory, ProgramFactory
from tests.orders.paying import again, mails
from tests.orders.test_fulfilment import order_of, pay, stock_keys

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
SMARTNET = {
    "key": "smartnet",
    "after_delivery_weeks": 5,
    "name": {"fr": "SMARTnet en vigueur", "en": "SMARTnet in force"},
}


@pytest.fixture
def switch(db):
    program = ProgramFactory(
        delivery="shipment",
        delivery_unit="weeks",
        delivery_from=4,
        delivery_to=8,
        milestones=[SMARTNET],
    )
    return ProductFactory(program=program)


@pytest.fixture
def owed(switch, owner):
    """Three packs that are paid and to be sent."""
    order = order_of(switch, quantity=3, organization=owner.organization, placed_by=owner.user)
    pay(order)
    return Fulfilment.objects.get()


def ship(row, by, *, quantity=3, number="1Z999", carrier="ups"):
    return shipping.ship(row.pk, by=by, carrier=carrier, tracking_number=number, quantity=quantity)


def test_hardware_is_promised_step_by_step():
    terms = Terms(is_shipped=True, days=None, weeks=8)
    made = promises.promise(terms, since=date(2026, 3, 2), holidays=())
    assert made == promises.Promise(date(2026, 3, 9), date(2026, 3, 23), date(2026, 4, 27))
    assert promises.arrival(terms, sent_on=date(2026, 3, 23), holidays=()) == date(2026, 4, 6)


def test_a_shorter_way_has_shorter_steps():
    made = promises.promise(Terms(is_shipped=True, days=5), since=date(2026, 3, 2), holidays=())
    assert made == promises.Promise(date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 9))


def test_software_has_one_promise():
    made = promises.promise(Terms(is_shipped=False, days=3), since=date(2026, 3, 2), holidays=())
    assert made == promises.Promise(None, date(2026, 3, 5), date(2026, 3, 5))


def test_several_parcels_send_a_line_and_each_is_told(owed, owner):
    ship(owed, owner.user, quantity=2, number="1Z 1")
    assert again(owed).status == Fulfilment.Status.OWED
    assert shipping.left_of(owed) == 1
    ship(owed, owner.user, quantity=1, number="1Z2", carrier="canpar")
    assert again(owed).status == Fulfilment.Status.DONE
    assert again(owed.line.order).status == Order.Status.FULFILLED
    assert mails("shipped") == 4
    assert mails("licences_ready") == 0
    assert Parcel.objects.first().follow_url == "https://www.ups.com/track?tracknum=1Z1"


def test_the_same_parcel_again_is_the_one_we_have(owed, owner):
    first = ship(owed, owner.user, quantity=2)
    assert ship(owed, owner.user, quantity=1) == first
    assert Parcel.objects.count() == 1


@pytest.mark.parametrize("quantity", [0, 4])
def test_a_parcel_holds_what_is_left(owed, owner, quantity):
    with pytest.raises(ValidationError):
        ship(owed, owner.user, quantity=quantity)
    assert not Parcel.objects.exists()


def test_nothing_goes_to_an_address_that_is_not_verified(owed, owner):
    org = owner.organization
    paper = Document.objects.create(
        organization=org, kind="delivery", name="lease", size=1, file="x", uploaded_by=owner.user
    )
    where = {"street": "1 A", "city": "B", "province": "QC", "postal_code": "J1H 1P6"}
    who = {"recipient": "Noor", "phone": "+18195550134"}
    Delivery.objects.create(order=owed.line.order, proof=paper, **who, **where)
    with pytest.raises(ValidationError) as refused:
        ship(owed, owner.user)
    assert [one.code for one in refused.value.error_list] == ["not_verified"]


def test_an_order_is_delivered_when_its_last_parcel_came(owed, owner):
    parcels = [ship(owed, owner.user, quantity=n, number=f"1Z{n}") for n in (1, 2)]
    for _ in range(2):
        shipping.arrived(parcels[0].pk, by=owner.user)
    assert again(owed.line.order).status == Order.Status.FULFILLED
    shipping.arrived(parcels[1].pk, by=owner.user)
    assert again(owed.line.order).status == Order.Status.DELIVERED


def test_licences_do_not_wait_for_what_a_courier_brings(switch, product, owner):
    stock_keys(product, 1)
    order = order_of(product)
    OrderLineFactory(order=order, product=switch)
    pay(order)
    fulfilment.sweep()
    assert again(order).status == Order.Status.PAID
    assert mails("licences_ready") == 2


def test_each_late_step_is_flagged_before_the_promise_is_broken(owed):
    assert not Fulfilment.objects.late()
    with time_machine.travel(timezone.now() + timedelta(days=14)):
        assert list(Fulfilment.objects.late()) == [owed]
        assert not Fulfilment.objects.broken()
        assert owed.late_since == owed.hand_over_by
    Fulfilment.objects.update(handed_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=14)):
        assert not Fulfilment.objects.late()
    with time_machine.travel(timezone.now() + timedelta(days=70)):
        assert list(Fulfilment.objects.broken()) == [owed]


def test_another_day_is_told_with_its_reason(owed, owner):
    day = today() + timedelta(days=90)
    shipping.put_off(owed.pk, until=day, reason="Customs", by=owner.user)
    assert again(owed).promised_on == day
    assert mails("put_off") == 1
    with pytest.raises(ValidationError) as refused:
        shipping.put_off(owed.pk, until=today() - timedelta(days=1), reason=" ", by=owner.user)
    assert [one.code for one in refused.value.error_list] == ["no_reason", "past"]
    assert mails("put_off") == 1


def steps_of(order):
    rows = Order.objects.prefetch_related("lines__program", "lines__fulfilment__parcels")
    moves = {
        action.removeprefix("order."): at
        for action, at in Entry.objects.about(order).values_list("action", "at")
    }
    found = timeline.steps(rows.get(pk=order.pk), moves=moves, needs_partner=False)
    return {str(step.label): step for step in found}


def test_the_timeline_says_what_is_now_and_when_each_step_is_promised(switch, owner):
    with time_machine.travel(MONDAY):
        order = order_of(switch, quantity=3)
        pay(order)
        row = Fulfilment.objects.get()
        steps = steps_of(order)
        assert (steps["Handed to the partner"].state, steps["On its way"].state) == ("now", "next")
        assert "March 9, 2026" in steps["Handed to the partner"].note
        assert "April 27, 2026" in steps["Delivered"].note
        assert "June 1, 2026" in steps["SMARTnet in force"].note
        ship(row, owner.user, quantity=2)
        assert "2 of 3 packs have left." in steps_of(order)["On its way"].note
        ship(row, owner.user, quantity=1, number="2")
        steps = steps_of(order)
        assert (steps["On its way"].state, steps["Delivered"].state) == ("done", "now")
        for parcel in Parcel.objects.all():
            shipping.arrived(parcel.pk, by=owner.user)
        assert "April 6, 2026" in steps_of(order)["SMARTnet in force"].note
    assert steps_of(order)["SMARTnet in force"].state == "done"


def test_a_late_step_says_so_to_the_buyer(owed):
    with time_machine.travel(timezone.now() + timedelta(days=14)):
        assert "our staff know" in steps_of(owed.line.order)["Handed to the partner"].note


def test_the_buyer_follows_a_parcel_and_says_that_it_came(as_member, owed, owner):
    parcel = ship(owed, owner.user)
    order = owed.line.order
    args = [owner.organization.number, order.number]
    page = as_member.get(reverse("orders:detail", args=args))
    assert 'href="https://www.ups.com/track?tracknum=1Z999"' in page.text
    page = as_member.post(reverse("orders:arrived", args=[*args, parcel.pk]), follow=True)
    assert "Arrived on" in page.text
    assert again(order).status == Order.Status.DELIVERED


def test_another_organizations_parcel_is_not_found(client, owed, owner, stranger):
    parcel = ship(owed, owner.user)
    client.force_login(stranger)
    args = [owner.organization.number, owed.line.order.number, parcel.pk]
    assert client.post(reverse("orders:arrived", args=args)).status_code == 404
    assert again(parcel).arrived_at is None


def test_the_orders_page_takes_at_most_twelve_queries(
    as_member, owed, owner, django_assert_max_num_queries
):
    for n in (1, 2):
        ship(owed, owner.user, quantity=n, number=f"1Z{n}")
    page = reverse("orders:detail", args=[owner.organization.number, owed.line.order.number])
    as_member.get(page)
    with django_assert_max_num_queries(12):
        as_member.get(page)


@pytest.mark.races
def test_parcels_at_once_never_hold_more_than_was_ordered(transactional_db, switch, owner):
    pay(order_of(switch, quantity=3))
    row = Fulfilment.objects.get()
    at_once(*[lambda n=n: ship(row, owner.user, quantity=2, number=f"1Z{n}") for n in range(4)])
    assert Parcel.objects.get().quantity == 2


@pytest.mark.races
def test_without_the_lock_parcels_would_hold_more(transactional_db, switch, owner, monkeypatch):
    """Shows that the test above can fail: both see that three are left."""
    pay(order_of(switch, quantity=3))
    row, meet = Fulfilment.objects.get(), threading.Barrier(2, timeout=10)
    left_of = shipping.left_of

    def together(row):
        left = left_of(row)
        meet.wait()
        return left

    def unlocked(pk):
        found = Fulfilment.objects.select_related("line__program", "line__order").get(pk=pk)
        return found, found.line.order

    monkeypatch.setattr(shipping, "_locked", unlocked)
    monkeypatch.setattr(shipping, "left_of", together)
    at_once(*[lambda n=n: ship(row, owner.user, quantity=2, number=f"1Z{n}") for n in range(2)])
    assert sum(Parcel.objects.values_list("quantity", flat=True)) == 4
