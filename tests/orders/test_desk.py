"""A donor partner's desk: its people answer and send, and learn no more than they need."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from catalog import needs, partner_people, stock
from catalog.models import PartnerMember
from mail.models import Message
from orders import desk, desk_reports, holding
from orders.models import Delivery, Fulfilment, LicenseKey, Order
from orgs.days import today
from tests.conftest import at_once
from tests.factories import (
    MembershipFactory,
    OrderLineFactory,
    OrganizationFactory,
    PartnerFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
)
from tests.orders.conftest import fill, place

pytestmark = pytest.mark.django_db
CANARIES = ("Zanzibar", "zanzibar@", "ZANZI-KEY-0001", "5551234")


@pytest.fixture
def partner(db):
    return PartnerFactory()


@pytest.fixture
def paula(client, partner):
    """Somebody who acts for the partner, signed in."""
    member = PartnerMember.objects.create(partner=partner, user=UserFactory(first_name="Paula"))
    client.force_login(member.user)
    return member.user


@pytest.fixture
def asked(owner, partner):
    """An order that waits for the partner's yes, of something scarce."""
    program = ProgramFactory(partner=partner, approval="partner")
    product = ProductFactory(program=program, name_en="Switch")
    stock.open_with(product, 3)
    return place(fill(owner, product, 2))


def shipped(owner, partner, *, quantity=2):
    """A paid line that goes by courier, to a verified address."""
    program = ProgramFactory(partner=partner, delivery="shipment")
    line = OrderLineFactory(
        order__organization=owner.organization,
        order__placed_by=owner.user,
        order__status="paid",
        order__paid_at=timezone.now(),
        product=ProductFactory(program=program, name_en="Router"),
        quantity=quantity,
    )
    Delivery.objects.create(
        order=line.order,
        recipient="Reception",
        phone="+15145550199",
        street="1, rue du Port",
        city="Magog",
        province="QC",
        postal_code="J1X 1A1",
        verified_at=timezone.now(),
    )
    return Fulfilment.objects.create(line=line, promised_on=today() + timedelta(days=3))


def at(name, partner, *args):
    return reverse(f"desk:{name}", args=[partner.slug, *args])


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_yes_lets_the_order_be_paid_and_tells_the_buyer(client, paula, partner, asked):
    assert "1" in words(client.get(at("overview", partner)))
    page = words(client.get(at("order", partner, asked.number)))
    assert "2 × Switch" in page

    answer = client.post(at("decide", partner, asked.number), {"answer": "approve"}, follow=True)

    assert "is approved" in words(answer)
    asked.refresh_from_db()
    assert asked.status == Order.Status.AWAITING_PAYMENT
    assert Message.objects.filter(kind="orders/approved").count() == 1
    assert Entry.objects.about(asked).first().by == paula


def test_a_no_needs_a_reason_that_the_buyer_reads(client, paula, partner, asked):
    url = at("decide", partner, asked.number)

    answer = client.post(url, {"answer": "refuse", "reason": " "})
    assert answer.status_code == 422
    assert "Write the reason" in words(answer)
    asked.refresh_from_db()
    assert asked.status == Order.Status.AWAITING_PARTNER

    client.post(url, {"answer": "refuse", "reason": "None left this year"})
    asked.refresh_from_db()
    assert asked.status == Order.Status.REFUSED
    assert "None left this year" in Message.objects.get(kind="orders/refused").text


def test_who_answers_second_is_told_so_and_changes_nothing(client, paula, partner, asked):
    url = at("decide", partner, asked.number)
    client.post(url, {"answer": "approve"})

    answer = client.post(url, {"answer": "refuse", "reason": "No"}, follow=True)

    assert "answered this order already" in words(answer)
    asked.refresh_from_db()
    assert asked.status == Order.Status.AWAITING_PAYMENT


def test_an_order_that_two_partners_look_at_is_answered_through_our_staff(
    client, paula, partner, asked
):
    other = ProgramFactory(approval="partner")
    OrderLineFactory(order=asked, product=ProductFactory(program=other))

    answer = client.post(at("decide", partner, asked.number), {"answer": "approve"})

    assert "Another partner is asked too" in words(answer)
    asked.refresh_from_db()
    assert asked.status == Order.Status.AWAITING_PARTNER


def test_parcels_are_entered_until_all_packs_have_left(client, paula, partner, owner):
    row = shipped(owner, partner)
    url = at("send", partner, row.line.order.number, row.pk)

    refused = client.post(url, {"carrier": "ups", "tracking_number": "1Z9", "quantity": 3})
    assert "from 1 to 2 packs" in words(refused)
    assert not row.parcels.exists()

    client.post(url, {"carrier": "ups", "tracking_number": "1Z1", "quantity": 1})
    row.refresh_from_db()
    assert row.status == "owed"
    client.post(url, {"carrier": "ups", "tracking_number": "1Z2", "quantity": 1})
    row.refresh_from_db()
    assert row.status == "done"
    assert {parcel.sent_by for parcel in row.parcels.all()} == {paula}


def test_what_our_staff_have_stopped_is_neither_answered_nor_sent(
    client, paula, partner, owner, asked
):
    row = shipped(owner, partner)
    assert desk.to_decide(partner).get() == asked
    assert desk.to_send(partner).get() == row
    for order in (asked, row.line.order):
        holding.hold(order.pk, by=UserFactory(is_staff=True), reason="Zanzibar")

    assert not desk.to_decide(partner).exists()
    assert not desk.to_send(partner).exists()
    page = words(client.get(at("order", partner, asked.number)))
    assert "have stopped this order" in page
    assert "Zanzibar" not in page
    client.post(at("decide", partner, asked.number), {"answer": "approve"})
    url = at("send", partner, row.line.order.number, row.pk)
    client.post(url, {"carrier": "ups", "tracking_number": "1Z1", "quantity": 1})
    asked.refresh_from_db()
    assert asked.status == Order.Status.AWAITING_PARTNER
    assert not row.parcels.exists()


def test_a_certificate_is_marked_as_sent_with_a_word(client, paula, partner, owner):
    program = ProgramFactory(partner=partner, delivery="certificate")
    line = OrderLineFactory(
        order__organization=owner.organization,
        order__placed_by=owner.user,
        order__status="paid",
        product=ProductFactory(program=program),
    )
    row = Fulfilment.objects.create(line=line)
    url = at("send", partner, line.order.number, row.pk)

    assert client.post(url, {"note": ""}).status_code == 422
    client.post(url, {"note": "In your mailbox"})

    row.refresh_from_db()
    assert (row.status, row.note) == ("done", "In your mailbox")


def test_the_file_has_the_partners_lines_and_takes_no_others(client, paula, partner, owner):
    ours, theirs = shipped(owner, partner), shipped(owner, PartnerFactory())

    file = client.post(at("export", partner)).content.decode()
    assert f"{ours.line.order.number}" in file
    assert f"{theirs.line.order.number}" not in file

    lines = "line,carrier,tracking_number,quantity\n" + "".join(
        f"{row.pk},ups,1Z{row.pk},2\n" for row in (ours, theirs)
    )
    looked = words(client.post(at("file", partner), {"text": lines, "look": "yes"}))
    assert "1 line can be entered" in looked
    assert "no line of ours" in looked
    assert not ours.parcels.exists()

    client.post(at("file", partner), {"text": lines, "enter": "yes"})
    assert ours.parcels.count() == 1
    assert not theirs.parcels.exists()


def test_keys_are_looked_at_and_then_imported_once(client, paula, partner):
    product = ProductFactory(program=ProgramFactory(partner=partner))
    url, text = at("product", partner, product.slug), "AAAA-1111\nBBBB-2222\nAAAA-1111\nab"

    looked = words(client.post(url, {"act": "look", "pasted": text}))
    assert "2 lines can be entered" in looked
    assert "the same as line 1" in looked
    assert not LicenseKey.objects.exists()

    for _ in range(2):
        client.post(url, {"act": "import", "pasted": text})
    assert LicenseKey.objects.filter(product=product, imported_by=paula).count() == 2
    assert "AAAA-1111" not in words(client.get(url))


def test_packs_are_added_with_a_reason(client, paula, partner):
    product = ProductFactory(program=ProgramFactory(partner=partner))
    stock.open_with(product, 1)
    url = at("product", partner, product.slug)

    assert client.post(url, {"act": "receive", "quantity": 5}).status_code == 422
    client.post(url, {"act": "receive", "quantity": 5, "reason": "Delivery note 12"})

    product.refresh_from_db()
    assert product.stock == 6
    entry = product.stock_entries.get(kind="received")
    assert (entry.by, entry.reason) == (paula, "Delivery note 12")
    assert "Delivery note 12" in words(client.get(url))


def test_reports_count_what_went_out_and_what_is_needed(client, paula, partner, owner):
    row = shipped(owner, partner)
    type(row.line.product).objects.update(retail_value="10.00", retail_on=today())
    Fulfilment.objects.filter(pk=row.pk).update(status="done", done_at=timezone.now())
    old = shipped(owner, partner, quantity=7)
    long_ago = timezone.now() - timedelta(days=500)
    Fulfilment.objects.filter(pk=old.pk).update(status="done", done_at=long_ago)
    closed = ProgramFactory(partner=partner, criteria=[{"fact": "kind", "in": ["library"]}])
    needs.say(owner.organization, closed, quantity=9, use="", by=owner.user)

    (*_before, month) = desk_reports.months(partner, on=today())
    assert (month.organizations, month.packs, month.value) == (1, 2, 20)
    assert sum(one.packs for one in desk_reports.months(partner, on=today())) == 2
    page = words(client.get(at("reports", partner)))
    assert "2 packs went out in twelve months" in page
    assert "$20.00" in page

    table = b"".join(client.get(at("report", partner, "donations"))).decode()
    assert f"{today():%Y-%m},1,2,20.00" in table
    table = b"".join(client.get(at("report", partner, "demand"))).decode()
    assert f"{closed.slug},{owner.organization.province}" in table
    assert client.get(at("report", partner, "people")).status_code == 404


def test_rules_are_shown_as_they_hold_and_as_they_will(client, paula, partner):
    program = ProgramFactory(partner=partner, criteria=[{"fact": "budget", "max": "500000.00"}])
    program.versions.create(
        effective=today() + timedelta(days=30),
        criteria=[{"fact": "budget", "max": "900000.00"}],
    )

    page = words(client.get(at("rules", partner)))

    assert page.index("$500,000") < page.index("$900,000")


def test_nothing_of_a_person_a_payment_or_another_partner_is_on_the_desk(
    client, paula, partner, asked
):
    """What partners need is the organization, and where a parcel goes."""
    buyer, order = asked.placed_by, asked
    type(buyer).objects.filter(pk=buyer.pk).update(
        first_name="Zanzibar", last_name="Zanzibar", email="zanzibar@buyer.example"
    )
    Order.objects.filter(pk=order.pk).update(licence_email="zanzibar@org.example", total="555.12")
    other = ProductFactory(name_en="Zanzibar suite", name_fr="Zanzibar")
    OrderLineFactory(order=order, product=other)
    type(order.organization).objects.filter(pk=order.organization_id).update(
        email="zanzibar@org.example", phone="+15145551234", mission="Zanzibar"
    )
    row = shipped(MembershipFactory(user=buyer), partner)
    key = LicenseKey.objects.create(
        product=row.line.product, ciphertext="ZANZI-KEY-0001", blind_index="x", last4="0001"
    )

    pages = [client.get(at(name, partner)) for name in ("overview", "orders", "shelf", "reports")]
    pages += [
        client.get(at("orders", partner) + "?view=send"),
        client.get(at("orders", partner) + "?view=sent"),
        client.get(at("order", partner, order.number)),
        client.get(at("order", partner, row.line.order.number)),
        client.get(at("product", partner, row.line.product.slug)),
        client.post(at("export", partner)),
    ]

    assert key.pk
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert [word for word in (*CANARIES, "555.12") if word in text] == []


@pytest.mark.parametrize(
    "name", ["overview", "orders", "shelf", "rules", "reports", "people", "file"]
)
def test_a_page_is_few_queries_however_much_is_on_it(
    client, paula, partner, owner, name, django_assert_max_num_queries
):
    for _ in range(4):
        shipped(MembershipFactory(), partner)
        ProductFactory(program=ProgramFactory(partner=partner, approval="partner"))
    with django_assert_max_num_queries(12):
        assert client.get(at(name, partner)).status_code == 200


def test_an_order_is_few_queries(client, paula, partner, owner, django_assert_max_num_queries):
    row = shipped(owner, partner)
    for _ in range(4):
        more = ProductFactory(program=row.line.program)
        Fulfilment.objects.create(line=OrderLineFactory(order=row.line.order, product=more))
    with django_assert_max_num_queries(12):
        client.get(at("order", partner, row.line.order.number))


def test_the_desk_is_where_a_partners_person_arrives(client, paula, partner):
    answer = client.get(reverse("organizations"))
    assert answer.url == at("overview", partner)
    assert at("overview", partner) in words(client.get(reverse("help")))


def test_who_acts_for_an_organization_too_chooses(client, paula, partner):
    member = MembershipFactory(user=paula)
    page = words(client.get(reverse("organizations")))
    assert at("overview", partner) in page
    assert member.organization.legal_name in page


def test_staff_add_people_by_their_address_and_remove_them_with_a_reason(
    client, partner, stranger, settings
):
    settings.DEBUG = True  # the staff's door asks for no second factor there
    admin_user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(admin_user)
    client.cookies["django_language"] = "en"
    add = reverse("admin:catalog_partnermember_add")

    refused = client.post(add, {"partner": partner.pk, "email": "nobody@example.org"})
    assert "let them create an account first" in words(refused)
    refused = client.post(add, {"partner": partner.pk, "email": admin_user.email})
    assert "Our staff do not act for a partner" in words(refused)
    assert not PartnerMember.objects.exists()

    client.post(add, {"partner": partner.pk, "email": stranger.email.upper()})
    member = PartnerMember.objects.get()
    assert (member.user, member.added_by) == (stranger, admin_user)
    assert "already" in words(client.post(add, {"partner": partner.pk, "email": stranger.email}))

    rows = reverse("admin:catalog_partnermember_changelist")
    act = {"action": "remove", "_selected_action": [member.pk], "reason": ""}
    assert "Write the reason" in words(client.post(rows, act, follow=True))
    client.post(rows, act | {"reason": "Left the company"})
    assert not PartnerMember.objects.exists()
    deeds = Entry.objects.about(partner).values_list("action", "note", "by")
    assert ("partner.person_removed", "Left the company", admin_user.pk) in deeds


def test_who_is_removed_is_out_with_the_next_page(client, paula, partner, admin_user):
    assert client.get(at("overview", partner)).status_code == 200
    partner_people.remove(PartnerMember.objects.get(), by=admin_user, reason="Left")
    assert client.get(at("overview", partner)).status_code == 404


def test_an_order_of_others_alone_is_not_known_to_a_partner(partner, asked):
    assert desk.known(partner).get() == asked
    unpaid = OrderLineFactory(
        order__organization=OrganizationFactory(),
        product=ProductFactory(program=ProgramFactory(partner=partner)),
    )
    assert unpaid.order not in desk.known(partner)
    assert not desk.known(PartnerFactory()).exists()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_person_added_twice_at_once_is_there_once(partner, stranger, admin_user):
    add = [lambda: partner_people.add(partner, stranger, by=admin_user)] * 3

    results = at_once(*add)

    assert PartnerMember.objects.count() == 1
    assert sum("already" in str(one) for one in results) == 2
