import uuid
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry
from catalog import stock
from mail.models import Message
from orders import checkout, quota
from orders.decision import decide
from orders.models import CartItem, Fulfilment, Order, QuotaEntry
from orgs.days import TORONTO
from orgs.models import Role
from tests.factories import (
    CartItemFactory,
    MembershipFactory,
    OrganizationFactory,
    ProductFactory,
    ProgramFactory,
)
from tests.orders.conftest import fill, limited, place

FIVE = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}


def nothing_was_ordered():
    return not (
        Order.objects.exists()
        or QuotaEntry.objects.exists()
        or Message.objects.exists()
        or Entry.objects.exists()
    )


def test_an_order_keeps_what_was_true_when_it_was_placed(basket, owner, product):
    before = timezone.now()
    order = place(basket)

    line = order.lines.get()
    assert (order.status, order.total) == ("awaiting_payment", product.fee)
    assert (order.licence_email, order.language) == (owner.organization.email, "en")
    assert order.hold_until - before == pytest.approx(
        timedelta(hours=3, minutes=30), abs=timedelta(seconds=30)
    )
    assert (line.sku, line.name_fr, line.quantity, line.fee) == (
        product.sku,
        product.name_fr,
        1,
        product.fee,
    )
    assert line.eligibility["eligible"] is True
    assert line.eligibility["version"] == "2020-01-01"
    assert Entry.objects.about(order).get().action == "order.placed"


def test_an_order_holds_its_quota(owner):
    order = place(fill(owner, limited(FIVE, units_per_pack=2), 2))
    ((_program, _index, standing),) = quota.standings(owner.organization, as_of=timezone.now())
    assert (standing.used, standing.held, standing.left) == (0, 4, 1)
    assert QuotaEntry.objects.get().line.order == order


def test_an_order_takes_its_stock(owner, product):
    stock.open_with(product, 5)
    place(fill(owner, product, 3))
    product.refresh_from_db()
    assert product.stock == 2


def test_placing_empties_the_cart_but_keeps_what_was_set_aside(basket, owner):
    later = CartItemFactory(cart=basket, is_set_aside=True)
    attempt = basket.attempt
    order = place(basket)
    basket.refresh_from_db()
    assert [item.pk for item in CartItem.objects.all()] == [later.pk]
    assert order.lines.count() == 1
    assert basket.attempt != attempt


def test_the_buyer_is_told_once(basket):
    order = place(basket)
    message = Message.objects.get()
    assert message.subject == f"Order {order.number}: payment to finish"
    assert message.to == [order.placed_by.email]


def test_the_same_attempt_places_once(basket, owner, product):
    attempt = basket.attempt
    first = place(basket, attempt=attempt)
    fill(owner, product, 7)
    assert place(basket, attempt=attempt) == first
    assert Order.objects.count() == 1
    assert CartItem.objects.get().quantity == 7


def test_a_refused_cart_changes_nothing(owner):
    full = fill(owner, limited(FIVE), 6)
    with pytest.raises(ValidationError) as refused:
        place(full)
    assert [r.code for r in refused.value.error_list] == ["over_limit"]
    assert nothing_was_ordered()
    assert CartItem.objects.get().quantity == 6


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"suspended_on": date(2026, 3, 1)}, "is suspended since March 1, 2026"),
        ({"qualified_until": date(2026, 2, 1)}, "ended on February 1, 2026: renew it"),
        ({"closed_on": date(2026, 3, 1)}, "is closed since March 1, 2026"),
    ],
)
def test_who_is_not_qualified_any_more_reads_why(product, facts, why):
    membership = MembershipFactory(organization=OrganizationFactory(**facts))
    with pytest.raises(ValidationError) as refused:
        place(fill(membership, product))
    assert why in refused.value.messages[0]
    assert CartItem.objects.exists()


def test_an_unqualified_organization_keeps_its_cart(product):
    membership = MembershipFactory(organization=OrganizationFactory(unqualified=True))
    with pytest.raises(ValidationError) as refused:
        place(fill(membership, product))
    assert "not_qualified" in [r.code for r in refused.value.error_list]
    assert nothing_was_ordered()
    assert CartItem.objects.exists()


def test_stock_that_went_meanwhile_changes_nothing(basket, product, monkeypatch):
    """Found by the rules under lock; and by the stock itself, should another buyer be faster."""
    stock.open_with(product, 0)
    for is_seen in (True, False):
        if not is_seen:
            monkeypatch.setattr(checkout.rules, "_about_products", lambda demand: iter(()))
        with pytest.raises(ValidationError) as refused:
            place(basket)
        (reason,) = refused.value.error_list
        assert (reason.code, reason.product, reason.fix.act) == (
            "out_of_stock",
            product.pk,
            "remove",
        )
        assert nothing_was_ordered()


def test_a_role_that_was_taken_away_does_not_order(basket, owner):
    MembershipFactory(organization=owner.organization)  # the last administrator stays
    owner.role = Role.objects.get(code="viewer", organization=None)
    owner.save()
    with pytest.raises(ValidationError) as refused:
        place(basket)
    assert [r.code for r in refused.value.error_list] == ["not_allowed"]
    assert nothing_was_ordered()


def test_a_member_who_left_does_not_order(basket, owner):
    MembershipFactory(organization=owner.organization)  # the last administrator stays
    by = owner.user
    basket.membership = owner
    owner.delete()
    with pytest.raises(ValidationError) as refused:
        checkout.place(
            basket, by=by, attempt=uuid.uuid4(), answers={}, attested=set(), language="en"
        )
    assert [r.code for r in refused.value.error_list] == ["not_allowed"]
    assert nothing_was_ordered()


def test_a_cart_that_is_not_what_the_buyer_saw_is_not_ordered(basket, owner, product):
    seen = decide(owner, at=timezone.now()).fingerprint
    product.fee += 1
    product.save()
    with pytest.raises(ValidationError) as refused:
        place(basket, seen=seen)
    assert [r.code for r in refused.value.error_list] == ["changed"]
    assert nothing_was_ordered()


def test_nothing_to_pay_is_paid_at_once(owner):
    order = place(fill(owner, ProductFactory(fee=0)))
    order.refresh_from_db()
    assert order.status == "paid"
    assert set(order.lines.get().quota_entries.values_list("kind", flat=True)) == {"hold", "settle"}
    assert Fulfilment.objects.get().line.order == order
    assert Message.objects.get().kind == "orders/free"


def test_what_a_partner_approves_waits_ten_business_days(owner):
    program = ProgramFactory(approval="partner")
    with time_machine.travel("2026-12-17T15:00:00Z", tick=False):
        order = place(fill(owner, ProductFactory(program=program)))
    assert order.status == "awaiting_partner"
    # Christmas Day and New Year's Day do not count; the day ends at midnight in Toronto.
    assert order.hold_until == datetime(2027, 1, 5, tzinfo=TORONTO)
    assert Message.objects.get().kind == "orders/awaiting_partner"


def test_the_statements_are_kept_word_for_word(owner):
    program = ProgramFactory(attestations=["no_transfer", "partner_terms"])
    order = place(fill(owner, ProductFactory(program=program)))
    transfer, terms = order.attestations
    assert transfer["key"] == "no_transfer"
    assert "for our organization’s own work" in transfer["text"]
    assert program.partner.name in terms["text"]
    assert (terms["person"], terms["by"], terms["language"]) == (
        str(owner.user),
        owner.user.pk,
        "en",
    )
    assert terms["at"] == order.placed_at.isoformat()


def test_without_agreement_nothing_is_ordered(owner):
    program = ProgramFactory(attestations=["no_transfer"])
    full = fill(owner, ProductFactory(program=program))
    with pytest.raises(ValidationError) as refused:
        place(full, attested=set())
    assert [r.code for r in refused.value.error_list] == ["not_attested"]
    assert nothing_was_ordered()


def test_answers_are_kept_and_may_refuse(owner):
    program = ProgramFactory(slug="genuine")
    program.questions.create(
        key="pirated", position=0, label_fr="?", label_en="?", type="yesno", refuse_if=False
    )
    full = fill(owner, ProductFactory(program=program))
    with pytest.raises(ValidationError) as refused:
        place(full, answers={"genuine": {"pirated": False}})
    assert [r.question for r in refused.value.error_list] == ["pirated"]
    assert nothing_was_ordered()

    order = place(full, answers={"genuine": {"pirated": True}, "other": {"x": 1}})
    order.refresh_from_db()
    assert order.answers == {"genuine": {"pirated": True}}


def test_deciding_takes_few_queries(owner, django_assert_max_num_queries):
    for _ in range(4):
        fill(owner, limited(FIVE))
    with django_assert_max_num_queries(5):
        decide(owner, at=timezone.now())


def test_an_order_takes_twelve_statements(owner, django_assert_max_num_queries):
    """Of a limited product with a stock, as most are; the transaction's own two are counted."""
    product = limited(FIVE)
    stock.open_with(product, 9)
    place(fill(owner, product))
    full, now = fill(owner, product), timezone.now()
    seen = decide(owner, at=now).fingerprint
    agreed = {"answers": {}, "attested": set(), "language": "en", "seen": seen}
    with django_assert_max_num_queries(13) as asked:  # BEGIN and COMMIT are a savepoint here
        checkout.place(full, by=owner.user, attempt=full.attempt, **agreed)
    savepoints = [q["sql"] for q in asked.captured_queries if "SAVEPOINT" in q["sql"]]
    assert len(asked.captured_queries) - len(savepoints) <= 12
