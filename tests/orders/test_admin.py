"""Staff's pages about orders."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from orders.models import Delivery, Fulfilment, Order
from orgs import documents
from orgs.contents import examine
from orgs.days import today
from orgs.queues_story import pdf
from orgs.staff import ensure_groups
from tests.factories import (
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
    staff_with,
)
from tests.orders.conftest import fill, place
from tests.orders.test_licences import sent  # noqa: F401  # a fixture


@pytest.fixture
def desk(client, db):
    """A client of the fulfilment staff."""
    ensure_groups()
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def awaited(owner):
    return place(fill(owner, ProductFactory(program=ProgramFactory(approval="partner"))))


def change_page(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def answer(desk, order, **data):
    return desk.post(reverse("admin:orders_order_answer", args=[order.pk]), data, follow=True)


def test_the_list_tells_what_is_late(desk, placed, awaited):
    listing = reverse("admin:orders_order_changelist")
    assert "0 orders" in desk.get(listing, {"view": "late"}).text

    Order.objects.filter(pk=awaited.pk).update(hold_until=timezone.now() - timedelta(days=2))
    day = today() - timedelta(days=1)
    Fulfilment.objects.create(line=placed.lines.get(), promised_on=day)
    page = desk.get(listing, {"view": "late"}).text
    for order, words in ((awaited, "2 days: the partner’s answer"), (placed, "1 day: sending it")):
        assert change_page(order) in page
        assert words in page


def test_the_page_of_an_order_says_what_was_answered_and_agreed_to_in_words(desk, placed):
    Order.objects.filter(pk=placed.pk).update(
        answers={"cisco": {"router": "RV160"}, "adobe": {}},
        attestations=[{"key": "no_transfer", "text": "We will not sell <them>."}],
    )
    page = desk.get(change_page(placed)).text
    assert "<dt>cisco: router</dt><dd>RV160</dd>" in page
    assert "We will not sell &lt;them&gt;.</li>" in page
    assert "<li><div>Placed<br>" in page


def test_an_order_is_read_only_with_its_history(desk, placed):
    page = desk.get(change_page(placed))
    assert "<li><div>Placed<br>" in page.text
    assert "The partner approves" not in page.text
    assert desk.post(change_page(placed), {"status": "paid"}).status_code == 403
    assert desk.post(reverse("admin:orders_order_delete", args=[placed.pk])).status_code == 403
    placed.refresh_from_db()
    assert placed.status == "awaiting_payment"


def test_staff_see_what_was_ordered_and_what_they_can_do(
    desk,
    sent,  # noqa: F811
    django_assert_max_num_queries,
):
    line = sent.lines.get()
    desk.get(change_page(sent))
    with django_assert_max_num_queries(12):
        page = desk.get(change_page(sent)).text
    for words in (line.name, line.sku, sent.organization.legal_name, sent.placed_by.email):
        assert words in page
    assert reverse("admin:orders_fulfilment_change", args=[line.fulfilment.pk]) in page

    deed = reverse("admin:orders_order_act", args=[sent.pk, "resend"])
    assert deed in page
    before = Message.objects.filter(kind="orders/licences_ready").count()
    assert "is sent again" in desk.post(deed, follow=True).text
    assert Message.objects.filter(kind="orders/licences_ready").count() > before


def test_who_may_only_look_sees_no_deed_and_does_none(client, sent):  # noqa: F811
    client.force_login(staff_with("view_order"))
    page = client.get(change_page(sent))
    assert page.status_code == 200 and "<textarea" not in page.text
    for deed in ("hold", "note", "resend", "allocate", "verify"):
        url = reverse("admin:orders_order_act", args=[sent.pk, deed])
        assert client.post(url, {"reason": "x"}).status_code == 403
    client.force_login(staff_with("view_product"))
    assert client.get(change_page(sent)).status_code == 403


def test_staff_verify_an_address_on_the_page_of_its_order(desk, placed):
    with transaction.atomic(), documents.keeping() as kept:
        contents, by = examine(pdf("Bail")), placed.placed_by
        proof = documents.keep(placed.organization, contents=contents, kind="delivery", by=by)
        kept.append(proof)
    row = Delivery.objects.create(
        order=placed,
        recipient="Al",
        phone="+16135550190",
        street="1 A St",
        city="Ottawa",
        province="ON",
        postal_code="K1A 0A6",
        proof=proof,
    )
    deed = reverse("admin:orders_order_act", args=[placed.pk, "verify"])
    page = desk.get(change_page(placed)).text
    assert deed in page and reverse("admin:orders_delivery_proof", args=[row.pk]) in page
    assert "is verified for delivery" in desk.post(deed, follow=True).text
    row.refresh_from_db()
    assert row.verified_by is not None


def test_the_partners_yes_is_entered(desk, awaited):
    assert "The partner approves" in desk.get(change_page(awaited)).text
    page = answer(desk, awaited, answer="approve", reason="By telephone")
    assert "The buyer was told." in page.text
    assert "By telephone" in page.text
    awaited.refresh_from_db()
    assert awaited.status == "awaiting_payment"


def test_the_partners_no_needs_a_reason(desk, awaited):
    assert "Write the reason" in answer(desk, awaited, answer="refuse").text
    awaited.refresh_from_db()
    assert awaited.status == "awaiting_partner"

    answer(desk, awaited, answer="refuse", reason="Not within the program")
    awaited.refresh_from_db()
    assert awaited.status == "refused"
    assert "Not within the program" in Message.objects.get(kind="orders/refused").text


def test_an_answer_that_comes_twice_is_told_so(desk, awaited):
    answer(desk, awaited, answer="approve")
    assert answer(desk, awaited, answer="refuse", reason="Late").status_code == 409
    awaited.refresh_from_db()
    assert awaited.status == "awaiting_payment"


def test_an_answer_needs_a_post_and_the_right(desk, awaited):
    url = reverse("admin:orders_order_answer", args=[awaited.pk])
    assert desk.get(url).status_code == 405
    desk.logout()
    reader = UserFactory(is_staff=True)
    reader.groups.add(Group.objects.get(name="qualification"))
    desk.force_login(reader)
    assert desk.post(url, {"answer": "approve"}).status_code == 403
    awaited.refresh_from_db()
    assert awaited.status == "awaiting_partner"


def test_staff_enter_parcels_and_put_off_what_is_late(desk, owner):
    product = ProductFactory(program=ProgramFactory(delivery="shipment"), fee=0)
    order = OrderFactory(organization=owner.organization, placed_by=owner.user, total=0)
    OrderLineFactory(order=order, product=product, quantity=3)
    row = Fulfilment.objects.create(line=order.lines.get())
    Order.objects.update(status="paid", paid_at=timezone.now())
    ship = reverse("admin:orders_fulfilment_ship", args=[row.pk])
    assert desk.get(ship).context["form"]["quantity"].value() == 3
    parcel = {"carrier": "ups", "tracking_number": "1Z1", "quantity": 4}
    page = desk.post(ship, parcel)
    assert "holds from 1 to 3 packs" in page.text
    assert 'value="1Z1"' in page.text
    assert desk.post(ship, parcel | {"quantity": 2}).status_code == 302
    day = timezone.localdate() + timedelta(days=30)
    put_off = reverse("admin:orders_fulfilment_put_off", args=[row.pk])
    assert desk.post(put_off, {"until": day, "reason": "Customs"}).status_code == 302
    row.refresh_from_db()
    assert (row.promised_on, row.parcels.get().quantity) == (day, 2)
    assert "1Z1" in desk.get(reverse("admin:orders_parcel_changelist")).text
