"""Delivery addresses: what a courier can reach, what proves them, and what an order keeps."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Entry
from orders import delivery, steps
from orders.models import CheckoutDraft, Delivery, Order
from orgs.models import Document
from orgs.staff import ensure_groups
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
)
from tests.orders.conftest import fill, place
from tests.orders.test_pages import agree
from tests.orgs.papers import pdf_bytes

HOME = {
    "street": "120 rue King Ouest",
    "city": "Sherbrooke",
    "province": "QC",
    "postal_code": "J1H 1P6",
}
TYPED = HOME | {"recipient": "Noor", "phone": "819-555-0134", "unit": "", "directions": "Door B"}
AWAY = TYPED | {"street": "8 Main Street", "city": "Halifax", "province": "NS"}
AWAY |= {"postal_code": "B3H 1A1"}


@pytest.fixture
def owner(db):
    return MembershipFactory(organization=OrganizationFactory(**HOME, phone="+18195550134"))


@pytest.fixture
def basket(owner):
    """A cart with something that a courier brings, and nothing to pay."""
    program = ProgramFactory(slug="boxes", kind="hardware", delivery="shipment")
    return fill(owner, ProductFactory(program=program, fee=0))


def url(name, owner):
    return reverse(f"orders:{name}", args=[owner.organization.number])


def proof():
    return SimpleUploadedFile("lease.pdf", pdf_bytes())


@pytest.mark.parametrize(
    "street",
    [
        "P.O. Box 12",
        "PO Box 7, Station A",
        "Post Office Box 3",
        "Box 41",
        "Postal box 9",
        "C.P. 1234, succ. Centre-ville",
        "CP 55",
        "Case postale 8",
        "Casier postal 6",
        "Boîte postale 2",
        "B.P. no 3",
        "General Delivery",
        "Poste restante",
    ],
)
def test_a_courier_does_not_deliver_to_a_box(street):
    assert [fault.code for fault in delivery.faults(street)] == ["post_office_box"]
    assert [fault.code for fault in delivery.faults("12 Main", street)] == ["post_office_box"]


@pytest.mark.parametrize("street", ["RR 2", "Route rurale 4", "Main Street", "rang Saint-Paul"])
def test_a_courier_needs_a_number_on_the_building(street):
    assert [fault.code for fault in delivery.faults(street)] == ["no_number"]


@pytest.mark.parametrize(
    "street",
    [
        "120 rue King Ouest",
        "4 chemin du Lac, RR 2",
        "55 Boxwood Lane",
        "12 rue de la Poste",
        "7 avenue C.-P.-Neveu",
        "100 Postal Road",
        "3 rue Bp",
    ],
)
def test_streets_that_only_sound_like_boxes_are_reached(street):
    assert not list(delivery.faults(street))


def test_hardware_goes_to_the_address_on_file_without_a_proof(as_member, owner, basket):
    page = as_member.get(url("checkout", owner), follow=True)
    assert "Step 1 of 2: Where the hardware goes" in page.text
    assert 'value="120 rue King Ouest"' in page.text
    page = as_member.post(url("checkout_delivery", owner), TYPED, follow=True)
    assert "120 rue King Ouest" in page.text
    page = as_member.post(url("checkout", owner), agree(page), follow=True)
    kept = Delivery.objects.get(order=Order.objects.get())
    assert (kept.street, kept.directions, kept.is_on_file) == (HOME["street"], "Door B", True)
    assert kept.verified_at
    assert "120 rue King Ouest" in page.text


def test_an_address_that_is_only_suggested_is_not_taken_as_given(as_member, owner, basket):
    """What is saved on other steps, such as answers, says nothing about the hardware."""
    steps.save_answers(basket, {"boxes": {"purpose": "Wi-Fi"}})
    steps.save_licences(basket, "licences@elsewhere.example")
    page = as_member.get(url("checkout", owner), follow=True)
    assert "Step 1 of 2: Where the hardware goes" in page.text
    assert 'value="120 rue King Ouest"' in page.text
    assert CheckoutDraft.objects.get().street == ""
    with pytest.raises(ValidationError) as refused:
        place(basket, draft=steps.of(basket))
    assert [one.code for one in refused.value.error_list] == ["no_address"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"street": "CP 12"}, "cannot deliver to a post office box"),
        ({"street": "Main Street"}, "building’s number"),
        ({"postal_code": "V5K 0A1"}, "is not in this province"),
        ({"postal_code": "12345"}, "a letter and a digit in turn"),
        ({"recipient": ""}, "This field is required."),
        ({"phone": ""}, "This field is required."),
    ],
)
def test_what_a_courier_cannot_use_is_said_at_its_field(as_member, owner, basket, change, text):
    page = as_member.post(url("checkout_delivery", owner), TYPED | change)
    assert page.status_code == 422
    assert page.text.count('class="error-summary"') == 1
    assert text in page.text
    assert not CheckoutDraft.objects.exists()


def test_an_address_that_we_do_not_know_needs_a_proof(as_member, owner, basket):
    page = as_member.post(url("checkout_delivery", owner), AWAY)
    assert page.status_code == 422
    assert page.text.count('class="error-summary"') == 1
    assert "send what shows that you are there" in page.text
    assert "8 Main Street" in page.text
    typed = AWAY | {"proof_file": proof()}
    page = as_member.post(url("checkout_delivery", owner), typed, follow=True)
    as_member.post(url("checkout", owner), agree(page))
    kept = Delivery.objects.get()
    assert (kept.is_on_file, kept.verified_at) == (False, None)
    assert kept.proof.kind == Document.Kind.DELIVERY
    assert [kept] == list(Delivery.objects.to_check())


def test_a_proof_belongs_to_its_address(as_member, owner, basket):
    as_member.post(url("checkout_delivery", owner), AWAY | {"proof_file": proof()})
    assert as_member.post(url("checkout_delivery", owner), AWAY).status_code == 302
    page = as_member.post(url("checkout_delivery", owner), AWAY | {"street": "9 Main Street"})
    assert page.status_code == 422
    assert page.text.count('class="error-summary"') == 1


def test_an_address_that_staff_verified_is_known_the_next_time(as_member, owner, basket, stranger):
    as_member.post(url("checkout_delivery", owner), AWAY | {"proof_file": proof()})
    order = place(basket, draft=steps.of(basket))
    assert not delivery.is_known(steps.of(basket), owner.organization)
    for _ in range(2):
        delivery.verify(order.delivery.pk, by=stranger)
    assert delivery.is_known(steps.of(basket), owner.organization)


def test_an_orders_address_stays_when_the_draft_changes(as_member, owner, basket):
    as_member.post(url("checkout_delivery", owner), TYPED)
    order = place(basket, draft=steps.of(basket))
    steps.save_delivery(basket, AWAY, proof=None, by=owner.user)
    assert Delivery.objects.get(order=order).street == HOME["street"]


def test_hardware_is_not_ordered_without_an_address(basket):
    with pytest.raises(ValidationError) as refused:
        place(basket)
    assert [one.code for one in refused.value.error_list] == ["no_address"]
    assert not Order.objects.exists()


def test_a_proof_is_no_paper_of_the_application(as_member, owner, basket):
    as_member.post(url("checkout_delivery", owner), AWAY | {"proof_file": proof()})
    assert not Document.objects.of(owner.organization).of_applications()


def test_the_steps_take_at_most_twelve_queries(
    as_member, owner, basket, django_assert_max_num_queries
):
    as_member.post(url("checkout_delivery", owner), TYPED)
    for name in ("checkout_delivery", "checkout"):
        as_member.get(url(name, owner))
        with django_assert_max_num_queries(12):
            assert as_member.get(url(name, owner)).status_code == 200


def test_staff_look_at_the_proof_and_verify_the_address(as_member, owner, basket, client):
    as_member.post(url("checkout_delivery", owner), AWAY | {"proof_file": proof()})
    kept = place(basket, draft=steps.of(basket)).delivery
    ensure_groups()
    colleague = UserFactory(is_staff=True)
    colleague.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(colleague)
    page = client.get(reverse("admin:orders_delivery_changelist"), {"checked": "no"})
    assert "8 Main Street" in page.text
    paper = client.get(reverse("admin:orders_delivery_proof", args=[kept.pk]))
    assert paper["Content-Type"] == "application/pdf"
    act = {"action": "verify", "_selected_action": kept.pk}
    client.post(reverse("admin:orders_delivery_changelist"), act)
    kept.refresh_from_db()
    assert kept.verified_by == colleague
    assert Entry.objects.about(kept.order).filter(action="order.address_verified").exists()
