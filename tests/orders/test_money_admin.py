"""Staff's desk: payments to look at, notices, key pools, and what is owed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from orders import cancellation, gateway, payments, webhooks
from orders.models import Fulfilment, LicenseKey, Order, Payment, WebhookEvent
from orgs.staff import ensure_groups
from tests.factories import ProductFactory, ProgramFactory, UserFactory
from tests.orders.paying import again, begin, paid_once, receive
from tests.orders.test_fulfilment import order_of, pay, stock_keys


@pytest.fixture
def staff(db):
    ensure_groups()
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="fulfilment"))
    return person


@pytest.fixture
def desk(client, staff, settings):
    settings.DEBUG = True  # the second factor of staff has its own tests
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(staff)
    return client


def listing(model):
    return reverse(f"admin:orders_{model}_changelist")


def act(desk, model, action, *rows):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return desk.post(listing(model), chosen, follow=True)


def test_what_has_to_be_looked_at_comes_first(desk, placed, paypal):
    payment = begin(placed)
    Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.REVIEW, detail="odd")
    newer = Payment.objects.create(
        order=placed, seq=2, amount=1, language="en", started_by=placed.placed_by, status="expired"
    )
    page = desk.get(listing("payment"))
    rows = list(page.context["cl"].result_list)
    assert rows == [payment, newer]
    assert "odd" in page.text


def test_staff_check_a_payment_again_with_paypal(desk, placed, paypal):
    payment = begin(placed)
    paypal.approve(payment.paypal_id)
    assert "PayPal answered about 1 payment" in act(desk, "payment", "check_again", payment).text
    paid_once(paypal, placed)
    assert Entry.objects.filter(action="payment.checked_by_hand").exists()


def test_staff_are_told_when_paypal_does_not_answer(desk, placed, paypal):
    payment = begin(placed)
    paypal.fault("status", 503, path="/v2/checkout/orders/")
    assert "did not answer about 1 payment" in act(desk, "payment", "check_again", payment).text


def test_nobody_changes_money_payments_or_notices_by_hand(desk, placed, paypal):
    payment = begin(placed)
    paypal.approve(payment.paypal_id)
    payments.settle(payment.pk)
    event = receive(paypal, payment)
    for model, row in (
        ("payment", payment),
        ("moneyentry", payment.money.get()),
        ("webhookevent", event),
        ("fulfilment", Fulfilment.objects.get()),
    ):
        change = reverse(f"admin:orders_{model}_change", args=[row.pk])
        assert desk.get(change).status_code == 200
        assert desk.post(change, {"status": "captured"}).status_code == 403
        assert desk.get(reverse(f"admin:orders_{model}_add")).status_code == 403


def test_given_up_notices_come_first_and_can_be_read_again(desk, placed, paypal):
    payment = begin(placed)
    paypal.approve(payment.paypal_id)
    dead = receive(paypal, payment)
    webhooks.finish(dead, WebhookEvent.Outcome.DEAD)
    forged = receive(paypal, payment, id="WH-FORGED")
    webhooks.finish(forged, WebhookEvent.Outcome.FORGED)
    rows = list(desk.get(listing("webhookevent")).context["cl"].result_list)
    assert rows == [dead, forged]
    act(desk, "webhookevent", "read_again", dead, forged)
    assert list(WebhookEvent.objects.due()) == [dead]


def test_paid_orders_without_goods_have_a_view_and_staff_deliver_them(desk, placed, paypal):
    payment = begin(placed)
    paypal.approve(payment.paypal_id)
    cancellation.cancel(placed.pk, by=placed.placed_by)
    gateway.provider().capture(payment.paypal_id, reference=payment.reference, generation=0)
    payments.settle(payment.pk)
    order_of(ProductFactory())  # another
    page = desk.get(listing("order"), {"view": "problem"})
    assert list(page.context["cl"].result_list) == [placed]
    assert "is being prepared" in act(desk, "order", "allocate", placed).text
    assert again(placed).status == Order.Status.PAID
    assert Fulfilment.objects.get().line.order == placed
    assert "does not wait" in act(desk, "order", "allocate", placed).text


# Key pools


def test_pools_are_shown_the_scarcest_first(desk, product):
    plenty, waiting = ProductFactory(), ProductFactory()
    ProductFactory(program=ProgramFactory(delivery="shipment"))
    stock_keys(plenty, 20)
    stock_keys(product, 3)
    pay(order_of(waiting, quantity=2))
    page = desk.get(listing("keypool"))
    rows = [(row.sku, row.free, row.wanted) for row in page.context["cl"].result_list]
    assert rows == [(waiting.sku, 0, 2), (product.sku, 3, 0), (plenty.sku, 20, 0)]
    assert "Orders are waiting for keys" in page.text
    assert page.text.count(">Low<") == 1


def import_url(product):
    return reverse("admin:orders_keypool_import", args=[product.pk])


def test_an_import_is_looked_at_first(desk, product):
    stock_keys(product, 1)
    known = f"KEY-{product.pk}-00000"
    page = desk.post(import_url(product), {"pasted": f"NEW-1111\n{known}\n", "look": "yes"})
    assert "1 key is new" in page.text
    assert "imported before" in page.text
    assert LicenseKey.objects.count() == 1
    done = desk.post(
        import_url(product), {"pasted": f"NEW-1111\n{known}\n", "import": "yes"}, follow=True
    )
    assert "1 key was imported" in done.text
    assert "1 line was left out" in done.text
    assert LicenseKey.objects.count() == 2


def test_a_file_is_looked_at_and_goes_on_in_the_page(desk, product):
    file = SimpleUploadedFile("keys.csv", b'"FILE-1111",Office\r\nFILE-2222,Office\r\n')
    page = desk.post(import_url(product), {"file": file, "look": "yes"})
    assert "2 keys are new" in page.text
    assert "FILE-1111\nFILE-2222" in page.text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"pasted": "A-1111", "file": SimpleUploadedFile("k.txt", b"B-1111")},
        {"file": SimpleUploadedFile("k.bin", b"\xff\xfe\x00")},
    ],
)
def test_an_import_of_nothing_or_of_no_text_is_refused(desk, product, given):
    page = desk.post(import_url(product), given | {"import": "yes"})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not LicenseKey.objects.exists()


def test_staff_never_see_a_key(desk, product):
    stock_keys(product, 1, prefix="SECRET")
    key = LicenseKey.objects.get()
    change = reverse("admin:orders_licensekey_change", args=[key.pk])
    for page in (desk.get(listing("licensekey")), desk.get(change)):
        assert f"…{key.last4}" in page.text
        assert "SECRET" not in page.text
        assert key.ciphertext not in page.text


def test_who_may_not_add_keys_may_not_import(client, product):
    ensure_groups()
    other = UserFactory(is_staff=True)
    other.groups.add(Group.objects.get(name="qualification"))
    client.force_login(other)
    answer = client.post(import_url(product), {"pasted": "NEW-1111", "import": "yes"})
    assert answer.status_code in {302, 403}
    assert not LicenseKey.objects.exists()


# What is owed


def test_the_queue_begins_with_what_is_latest(desk, product):
    for days in (1, 9, 4):
        pay(order_of(product), at=timezone.now() - timedelta(days=20 + days))
    done = order_of(product)
    pay(done, at=timezone.now() - timedelta(days=90))
    Fulfilment.objects.filter(line__order=done).update(status="done")
    page = desk.get(listing("fulfilment"))
    rows = list(page.context["cl"].result_list)
    owed = [row.promised_on for row in rows if row.status == "owed"]
    assert owed == sorted(owed)
    assert rows[-1].line.order == done
    late = desk.get(listing("fulfilment"), {"late": "yes"})
    assert len(late.context["cl"].result_list) == 3


def test_staff_mark_what_is_no_parcel_as_sent_with_its_note(desk, staff):
    certificate = ProductFactory(program=ProgramFactory(delivery="certificate"))
    order = order_of(certificate)
    pay(order)
    row = Fulfilment.objects.get()
    sent = reverse("admin:orders_fulfilment_sent", args=[row.pk])
    assert sent in desk.get(listing("fulfilment")).text
    assert desk.post(sent, {"note": ""}).context["form"].errors
    page = desk.post(sent, {"note": "Purolator 123"}, follow=True)
    assert "marked as sent" in page.text
    assert again(row).note == "Purolator 123"
    assert again(order).status == Order.Status.FULFILLED
    twice = desk.post(sent, {"note": "again"}, follow=True)
    assert "sent or cancelled already" in twice.text
    assert "sent again" in act(desk, "fulfilment", "resend", row).text


def test_lists_of_staff_stay_quick(desk, product, django_assert_max_num_queries):
    stock_keys(product, 3)
    for _ in range(5):
        pay(order_of(product))
    for model in ("payment", "moneyentry", "webhookevent", "keypool", "licensekey", "fulfilment"):
        with django_assert_max_num_queries(12):
            assert desk.get(listing(model)).status_code == 200
