"""The pages of paying: there and back, reloaded, cancelled, and by people who may not."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from orders import cancellation, gateway, payments
from orders.models import Order, Payment
from tests.factories import MembershipFactory
from tests.orders.paying import again, approve, begin, captures, paid_once, tamper

Status = Payment.Status


def url(name, order, *more):
    return reverse(f"orders:{name}", args=[order.organization.number, order.number, *more])


def return_url(payment, **query):
    query = query or {"token": payment.paypal_id, "PayerID": "X"}
    return f"{url('paypal_return', payment.order, payment.reference)}?{urlencode(query)}"


@pytest.fixture
def approved(placed, paypal):
    payment = begin(placed)
    paypal.approve(payment.paypal_id)
    return payment


def test_paying_leads_to_paypal(as_member, placed, paypal):
    page = as_member.post(url("pay", placed))
    assert page.status_code == 302
    assert page.url == placed.payments.get().approve_url


def test_coming_back_pays_and_says_so(
    as_member, approved, placed, paypal, django_assert_max_num_queries
):
    with django_assert_max_num_queries(60):  # the deed itself
        page = as_member.get(return_url(approved))
    assert page.url == url("thanks", placed)
    with django_assert_max_num_queries(12):
        thanks = as_member.get(page.url)
    assert "Thank you" in thanks.text
    for _ in range(2):
        assert as_member.get(return_url(approved)).url == url("thanks", placed)
    paid_once(paypal, placed)


def test_coming_back_without_our_token_is_not_found(as_member, approved, paypal):
    assert as_member.get(return_url(approved, token="ANOTHER")).status_code == 404
    assert as_member.get(return_url(approved, PayerID="X")).status_code == 404
    assert captures(paypal) == []


def test_coming_back_while_paypal_is_silent_looks_again(as_member, approved, placed, paypal):
    paypal.fault("drop", path=".*/capture", phase="after")
    page = as_member.get(return_url(approved))
    assert page.status_code == 200
    assert "Confirming your payment" in page.text
    assert "You cannot pay twice" in page.text
    assert page["Refresh"] == "5"
    assert "no-store" in page["Cache-Control"]
    assert as_member.get(return_url(approved)).url == url("thanks", placed)
    paid_once(paypal, placed)


def test_a_declined_card_is_said_with_what_to_do(
    as_member, placed, paypal, django_assert_max_num_queries
):
    payment = begin(placed)
    approve(paypal, payment, "declined")
    page = as_member.get(return_url(payment))
    assert "another card" in page.text
    assert "Refresh" not in page
    assert url("pay", placed) in page.text
    assert "PayPal did not accept the last payment" in as_member.get(url("detail", placed)).text
    with django_assert_max_num_queries(14):  # twelve, and the test's own two savepoints
        as_member.get(return_url(payment))


def test_a_pending_payment_is_said_and_cannot_be_paid_again(as_member, placed, paypal):
    payment = begin(placed)
    approve(paypal, payment, "pending")
    page = as_member.get(return_url(payment))
    assert "being checked" in page.text
    assert url("pay", placed) not in page.text
    assert "We keep your order until" not in page.text
    order = as_member.get(url("detail", placed)).text
    assert "kept for you while the payment is confirmed" in order
    assert "Pay before then" not in order
    asked = len(paypal.requests("/v2/"))
    as_member.get(return_url(payment))
    assert len(paypal.requests("/v2/")) == asked  # a reload does not hurry PayPal
    answer = as_member.post(url("pay", placed), follow=True)
    assert "needs no payment now" in answer.text


def test_a_payment_to_be_looked_at_says_not_to_pay_again(as_member, approved, placed, paypal):
    tamper(paypal, approved, custom_id="another")
    page = as_member.get(return_url(approved))
    assert "Do not pay again" in page.text
    assert url("pay", placed) not in page.text
    assert "Do not pay again" in as_member.get(url("detail", placed)).text


def test_coming_back_to_an_order_that_ended_says_so(as_member, approved, placed, paypal):
    cancellation.cancel(placed.pk, by=placed.placed_by)
    page = as_member.get(return_url(approved))
    assert "had ended" in page.text
    assert url("pay", placed) not in page.text
    assert captures(paypal) == []


def test_late_money_is_told_truthfully(as_member, approved, placed, paypal):
    cancellation.cancel(placed.pk, by=placed.placed_by)
    gateway.provider().capture(approved.paypal_id, reference=approved.reference, generation=0)
    page = as_member.get(return_url(approved), follow=True)
    assert "We have your payment, and a problem" in page.text
    assert "or your money back" in page.text


def test_turning_back_at_paypal_leaves_the_order_to_be_paid(as_member, placed, paypal):
    payment = begin(placed)
    page = as_member.get(url("paypal_cancel", placed, payment.reference))
    assert "without paying" in page.text
    assert url("pay", placed) in page.text
    assert again(payment).status == Status.AWAITING_PAYER


def test_an_empty_cart_leads_to_the_order_that_is_not_paid(as_member, owner, placed):
    cart = reverse("orders:cart", args=[owner.organization.number])
    page = as_member.get(cart)
    assert f"Your order {placed.number} is not paid yet." in page.text
    assert url("detail", placed) in page.text
    cancellation.cancel(placed.pk, by=placed.placed_by)
    assert "not paid yet" not in as_member.get(cart).text


def test_paypal_down_keeps_the_order_and_says_until_when(as_member, placed, settings):
    settings.PAYPAL_BASE_URL = "http://127.0.0.1:9"
    gateway.provider.cache_clear()
    page = as_member.post(url("pay", placed), follow=True)
    gateway.provider.cache_clear()
    assert "PayPal does not answer. Your order is kept until" in page.text
    assert again(placed).status == Order.Status.AWAITING_PAYMENT


def test_a_refusal_of_paypal_is_said_differently(as_member, placed, paypal):
    paypal.fault("status", 422, path="/v2/checkout/orders$")
    page = as_member.post(url("pay", placed), follow=True)
    assert "our staff were told" in page.text


def test_the_thanks_page_is_for_paid_orders(as_member, placed):
    assert as_member.get(url("thanks", placed)).url == url("detail", placed)
    cancellation.cancel(placed.pk, by=placed.placed_by)
    assert as_member.get(url("thanks", placed)).url == url("detail", placed)


@pytest.mark.parametrize("name", ["pay", "thanks", "paypal_return", "paypal_cancel"])
def test_a_stranger_does_not_learn_that_the_order_exists(client, stranger, approved, name):
    client.force_login(stranger)
    more = [approved.reference] if name.startswith("paypal") else []
    ask = client.post if name == "pay" else client.get
    assert ask(url(name, approved.order, *more)).status_code == 404


def test_somebody_elses_payment_is_not_found_in_ones_own_organization(
    client, approved, placed, paypal
):
    neighbour = MembershipFactory()
    client.force_login(neighbour.user)
    where = [neighbour.organization.number, placed.number, approved.reference]
    page = client.get(reverse("orders:paypal_return", args=where), {"token": approved.paypal_id})
    assert page.status_code == 404
    assert captures(paypal) == []


def test_who_may_not_pay_is_refused_and_sees_no_button(client, placed, paypal):
    viewer = MembershipFactory(organization=placed.organization, role_code="viewer")
    client.force_login(viewer.user)
    assert client.post(url("pay", placed)).status_code == 403
    assert "Your role does not let you pay" in client.get(url("detail", placed)).text
    assert not Payment.objects.exists()


def test_paying_is_a_post(as_member, placed):
    assert as_member.get(url("pay", placed)).status_code == 405


def test_an_old_confirming_page_looks_again_less_often(as_member, approved, paypal):
    Payment.objects.filter(pk=approved.pk).update(status=Status.CAPTURING, checks=9)
    paypal.fault("status", 503, path="/v2/checkout/orders/")
    assert as_member.get(return_url(approved))["Refresh"] == "80"


def test_an_expired_payment_can_be_begun_again(as_member, placed, paypal):
    payment = begin(placed)
    paypal.advance(hours=4)
    page = as_member.get(return_url(payment))
    assert url("pay", placed) in page.text
    first = payment.paypal_id
    assert first not in as_member.post(url("pay", placed)).url


def test_the_payers_language_is_paypals(as_member, placed, paypal):
    as_member.post(url("pay", placed).replace("/en/", "/fr/"))
    order = paypal.simulator.state.data["orders"][placed.payments.get().paypal_id]
    assert order["experience"]["locale"] == "fr-CA"
    assert "/fr/o/" in order["experience"]["return_url"]


def test_an_old_payment_is_asked_before_its_page_is_used_again(placed, paypal):
    payment = begin(placed)
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=7))
    assert payments.start(placed, by=placed.placed_by, language="en") != payment.approve_url
    assert again(payment).status == Status.EXPIRED
