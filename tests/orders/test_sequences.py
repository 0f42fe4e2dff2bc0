"""Whatever members order and cancel, in whatever sequence, no limit and no stock is overdrawn."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog import stock
from orders import cancellation, quota
from orders.models import CartItem, Order
from tests.factories import MembershipFactory, OrganizationFactory, ProductFactory, ProgramFactory
from tests.orders.conftest import fill, place

YEAR = {"fiscal_year": "07-01"}
LIMITS = [
    {"metric": "units", "scope": "program", "max": 8, "window": YEAR},
    {"metric": "units", "scope": "title_group", "max": 5, "window": "lifetime"},
    {"metric": "products", "scope": "program", "max": 2, "window": {"months": 12, "rolling": True}},
    {"metric": "fees", "scope": "program", "max": "150.00", "window": YEAR},
]
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.integers(0, 2), st.integers(1, 6)),
        st.tuples(st.sampled_from(["cancel", "expire", "pay"]), st.integers(0, 9), st.just(0)),
    ),
    min_size=3,
    max_size=10,
)


class Sequences(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(DEEDS)
    def test_limits_hold_after_every_deed(self, deeds):
        organization = OrganizationFactory()
        members = [MembershipFactory(organization=organization) for _ in range(2)]
        program = ProgramFactory(limits=LIMITS)
        groups = ("office", "office", "")
        products = [ProductFactory(program=program, title_group=group) for group in groups]
        stock.open_with(products[0], 6)
        for number, (deed, which, quantity) in enumerate(deeds):
            if deed == "place":
                self.place(members[number % 2], products[which], quantity)
            elif orders := list(Order.objects.of(organization)):
                self.end(deed, orders[which % len(orders)])
            self.check(organization, products[0])

    def place(self, member, product, quantity):
        CartItem.objects.filter(cart__membership=member).delete()
        basket = fill(member, product, quantity)
        try:
            with transaction.atomic():
                place(basket)
        except ValidationError as refused:
            assert {r.code for r in refused.error_list} <= {"over_limit", "out_of_stock"}

    def end(self, deed, order):
        try:
            match deed:
                case "cancel":
                    cancellation.cancel(order.pk, by=order.placed_by)
                case "expire":
                    past = timezone.now() - timedelta(minutes=1)
                    Order.objects.filter(pk=order.pk).update(hold_until=past)
                    cancellation.expire(order.pk)
                case "pay":
                    quota.settle(order, at=timezone.now())
        except ValidationError:
            pass  # it had ended before

    def check(self, organization, scarce):
        for _program, _index, one in quota.standings(organization, as_of=timezone.now()):
            assert one.total <= one.limit.max
        counted = Order.objects.of(organization).exclude(status__in=Order.GIVEN_BACK)
        out = sum(line.quantity for o in counted for line in o.lines.filter(product=scarce))
        scarce.refresh_from_db()
        assert scarce.stock == 6 - out >= 0
