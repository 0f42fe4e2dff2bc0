"""Late money: whoever paid when the goods were gone waits in line, or has all of it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog import stock
from orders import cancellation, cart, holding, late_money, quota, refunds, settlement, tasks
from orders.models import Fulfilment, Order, QuotaEntry, Refund
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory, UserFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, mails

Status = Order.Status


@pytest.fixture
def scarce(db):
    product = ProductFactory(program=ProgramFactory(refund="none"), fee="40.00")
    stock.open_with(product, 10)
    return again(product)


def stuck(membership, product, quantity=1):
    """An order whose money came after what it held had been given back."""
    order, now = place(fill(membership, product, quantity)), timezone.now()
    quota.give_back(order, at=now)
    stock.put_back(order.number, {product.pk: quantity}, by=None)
    Order.objects.filter(pk=order.pk).update(
        status=Status.PAID_UNALLOCATED, paid_at=now, hold_until=None
    )
    return again(order)


def leave(product, left):
    """So many are left of a product."""
    stock.correct(again(product), left - again(product).stock, by=UserFactory(), reason="counted")


def waits(order, *, days=0):
    late_money.wait(order.pk, by=order.placed_by)
    since = timezone.now() - timedelta(days=days)
    Order.objects.filter(pk=order.pk).update(waits_since=since)


def test_who_waits_longest_gets_the_last_one_and_is_told(scarce):
    older, newer = (stuck(MembershipFactory(), scarce) for _ in range(2))
    waits(newer, days=1)
    waits(older, days=2)
    leave(scarce, 0)
    assert late_money.allocate_waiting() == 0

    leave(scarce, 1)
    tasks.offer_held()
    assert again(older).status == Status.PAID
    assert Fulfilment.objects.filter(line__order=older, status="owed").exists()
    assert again(newer).status == Status.PAID_UNALLOCATED
    assert again(scarce).stock == 0
    assert mails("allocated") == 1


def test_what_an_older_order_lacks_is_not_given_to_a_younger_one(scarce):
    older, newer = stuck(MembershipFactory(), scarce, 3), stuck(MembershipFactory(), scarce)
    waits(older, days=2)
    waits(newer, days=1)
    leave(scarce, 2)
    assert late_money.allocate_waiting() == 0
    leave(scarce, 4)
    assert late_money.allocate_waiting() == 2


def test_nobody_is_given_goods_who_did_not_choose_to_wait(scarce):
    order = stuck(MembershipFactory(), scarce)
    assert late_money.allocate_waiting() == 0
    assert again(order).status == Status.PAID_UNALLOCATED


def test_a_stopped_order_waits_on(scarce):
    order = stuck(MembershipFactory(), scarce)
    waits(order)
    holding.hold(order.pk, by=UserFactory(is_staff=True), reason="Looks invented")
    assert late_money.allocate_waiting() == 0
    assert again(order).status == Status.PAID_UNALLOCATED


def test_money_back_is_all_of_it_whatever_the_policy_says(scarce):
    order = stuck(MembershipFactory(), scarce, 2)
    waits(order)
    refund = late_money.give_back(order.pk, by=order.placed_by)
    assert refund.amount == order.total == Decimal("80.00")
    assert not refund.is_exception
    assert late_money.allocate_waiting() == 0
    for choose in (late_money.give_back, late_money.wait):
        with pytest.raises(ValidationError, match="asked back"):
            choose(order.pk, by=order.placed_by)
    with pytest.raises(ValidationError, match="asked back"):
        settlement.allocate(order.pk, by=None, note="")
    assert Refund.objects.count() == 1
    assert again(order).status == Status.PAID_UNALLOCATED

    refunds.withdraw(refund.pk, by=order.placed_by)
    assert late_money.allocate_waiting() == 1  # with the place it had


def test_who_asks_for_the_money_back_holds_up_nobody(scarce):
    first, second = stuck(MembershipFactory(), scarce, 3), stuck(MembershipFactory(), scarce)
    waits(first, days=2)
    waits(second, days=1)
    leave(scarce, 1)
    assert late_money.allocate_waiting() == 0

    late_money.give_back(first.pk, by=first.placed_by)
    assert late_money.allocate_waiting() == 1
    assert again(second).status == Status.PAID


def test_orders_that_get_nothing_hold_up_nobody_behind(scarce, monkeypatch):
    monkeypatch.setattr(late_money, "BATCH", 1)
    gone = ProductFactory()
    stock.open_with(gone, 5)
    for days in (4, 3):
        waits(stuck(MembershipFactory(), gone), days=days)
    leave(gone, 0)
    behind = stuck(MembershipFactory(), scarce)
    waits(behind, days=1)
    assert late_money.allocate_waiting() == 1
    assert again(behind).status == Status.PAID


def test_an_order_that_is_prepared_has_nothing_to_choose(placed):
    Order.objects.filter(pk=placed.pk).update(status=Status.PAID, paid_at=timezone.now())
    for choose in (late_money.give_back, late_money.wait):
        with pytest.raises(ValidationError, match="nothing to choose"):
            choose(placed.pk, by=placed.placed_by)
    assert again(placed).waits_since is None
    assert not Refund.objects.exists()


def test_the_buyer_chooses_on_the_orders_page(as_member, owner, scarce):
    order = stuck(owner, scarce)
    number = owner.organization.number
    page = reverse("orders:detail", args=[number, order.number])
    choice = reverse("orders:late_money", args=[number, order.number])
    assert "Wait for it" in as_member.get(page).text
    assert as_member.post(choice, {"choice": "gold"}).status_code == 400
    text = as_member.post(choice, {"choice": "wait"}, follow=True).text
    assert "You keep your place" in text
    assert "You have waited since" in text
    assert "Wait for it" not in text
    text = as_member.post(choice, {"choice": "back"}, follow=True).text
    assert "We received your request for a refund" in text
    assert "You asked for your money back" in text
    assert choice not in text


def test_a_cancelled_order_has_its_money_back_and_is_not_waited_for(as_member, owner, scarce):
    order = place(fill(owner, scarce))
    cancellation.cancel(order.pk, by=owner.user, reason="")
    with transaction.atomic():
        settlement.mark_unallocated(
            Order.objects.lock(pk=order.pk), at=timezone.now(), note="CAPTURE"
        )
    with pytest.raises(ValidationError, match="had been cancelled"):
        late_money.wait(order.pk, by=owner.user)
    assert again(order).waits_since is None

    number = owner.organization.number
    text = as_member.get(reverse("orders:detail", args=[number, order.number])).text
    assert "Wait for it" not in text
    assert "when this order had been cancelled" in text
    choice = reverse("orders:late_money", args=[number, order.number])
    assert "had been cancelled" in as_member.post(choice, {"choice": "wait"}, follow=True).text
    assert "your request" in as_member.post(choice, {"choice": "back"}, follow=True).text
    assert Refund.objects.get().amount == order.total


def part_given_back(member, scarce):
    """A stuck order of two lines, the first of which is refunded; what is left of it."""
    other = ProductFactory(program=scarce.program, fee="15.00")
    basket = fill(member, scarce)
    order, now = place(fill(member, other) or basket), timezone.now()
    quota.give_back(order, at=now)
    stock.put_back(order.number, {scarce.pk: 1}, by=None)
    Order.objects.filter(pk=order.pk).update(
        status=Status.PAID_UNALLOCATED, paid_at=now, hold_until=None
    )
    line = order.lines.get(product=scarce)
    refund = refunds.request(
        order.pk, lines=[line.pk], reason="Too late", is_unused=True, by=member.user
    )
    refunds.approve(refund.pk, by=UserFactory(is_staff=True))
    return again(order), line


def test_the_sum_to_have_back_is_what_is_left_of_it(as_member, owner, scarce):
    order, _line = part_given_back(owner, scarce)
    assert order.total == Decimal("55.00")
    page = reverse("orders:detail", args=[owner.organization.number, order.number])
    text = as_member.get(page).text
    assert "Have $15.00 back" in text
    assert "Have $55.00 back" not in text
    assert late_money.give_back(order.pk, by=owner.user).amount == Decimal("15.00")


def test_what_is_given_back_is_not_counted_when_the_rest_is_held_again(owner, scarce):
    order, line = part_given_back(owner, scarce)
    settlement.allocate(order.pk, by=None, note="")
    again_ = QuotaEntry.objects.filter(kind=QuotaEntry.Kind.HOLD_AGAIN)
    assert list(again_.values_list("line__sku", flat=True)) == [
        order.lines.exclude(pk=line.pk).get().sku
    ]
    ((_first, used),) = quota.uses(owner.organization, as_of=timezone.now()).items()
    assert [use.given_back_at is None for use in used if use.sku == line.sku] == [False]


def queries_of_allocating(count):
    member = MembershipFactory()
    for _ in range(count):
        fill(member, ProductFactory())
    order, now = place(cart.of(member)), timezone.now()
    quota.give_back(order, at=now)
    Order.objects.filter(pk=order.pk).update(status=Status.PAID_UNALLOCATED, paid_at=now)
    with CaptureQueriesContext(connection) as asked:
        settlement.allocate(order.pk, by=None, note="")
    return [q["sql"] for q in asked if q["sql"].startswith("SELECT")]


def test_an_order_of_many_lines_asks_no_more_than_one_of_few(db):
    few, many = queries_of_allocating(1), queries_of_allocating(6)
    assert len(many) == len(few), many


def test_staff_read_that_the_buyer_waits(client, scarce):
    order = stuck(MembershipFactory(), scarce)
    waits(order)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    text = client.get(reverse("admin:orders_order_change", args=[order.pk])).text
    assert "The buyer waits for the goods" in text


def last_one_for_two():
    """Two orders wait for one unit, and the sweep runs in four workers at once."""
    product = ProductFactory()
    stock.open_with(product, 2)
    orders = [stuck(MembershipFactory(), product) for _ in range(2)]
    for order in orders:
        waits(order)
    leave(product, 1)
    answers = at_once(*(late_money.allocate_waiting for _ in range(4)))
    assert all(isinstance(answer, int) for answer in answers), answers
    return [again(order).status for order in orders], again(product).stock


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_last_unit_goes_to_one_of_two_however_often_the_sweep_runs():
    statuses, left = last_one_for_two()
    assert sorted(statuses) == [Status.PAID, Status.PAID_UNALLOCATED]
    assert left == 0
    assert mails("allocated") == 1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_control_without_the_condition_on_stock_both_get_it(monkeypatch):
    monkeypatch.setattr(stock, "take", lambda *args, **kwargs: None)
    statuses, _left = last_one_for_two()
    assert statuses == [Status.PAID, Status.PAID]
