"""The payer's page: both languages, and a button for each way it can end."""

import re

import pytest
import requests

from tests.paypal_simulator.test_api import Shop

UNIT = {
    "amount": {
        "currency_code": "CAD",
        "value": "1234.50",
        "breakdown": {"item_total": {"currency_code": "CAD", "value": "1234.50"}},
    },
    "items": [
        {
            "name": "Office <script>",
            "quantity": "1",
            "unit_amount": {"currency_code": "CAD", "value": "1234.50"},
        }
    ],
}


@pytest.fixture
def shop(paypal):
    return Shop(paypal.url)


@pytest.fixture
def order(shop):
    return make(shop, "en-CA")


def make(shop, locale):
    context = {
        "locale": locale,
        "brand_name": "The Portal",
        "return_url": "https://shop.example/back?order=1",
        "cancel_url": "https://shop.example/no",
    }
    wallet = {"paypal": {"experience_context": context}}
    body = {"intent": "CAPTURE", "purchase_units": [UNIT], "payment_source": wallet}
    return shop.post("/v2/checkout/orders", body).json()["id"]


def page(shop, order):
    return requests.get(f"{shop.url}/checkoutnow", params={"token": order}, timeout=5)


def choose(shop, order, choice):
    form = {"token": order, "choice": choice}
    return requests.post(f"{shop.url}/checkoutnow", data=form, timeout=5, allow_redirects=False)


@pytest.mark.parametrize(
    ("locale", "language", "total", "button"),
    [
        ("en-CA", "en", "$1,234.50", "Cancel and return"),
        ("fr-CA", "fr", "1\u00a0234,50\u00a0$", "Annuler et revenir"),
    ],
)
def test_the_page_speaks_the_payers_language(shop, locale, language, total, button):
    html = page(shop, make(shop, locale)).text

    assert f'<html lang="{language}">' in html
    assert total in html
    assert button in html
    assert "no money moves" in html
    assert "aucun argent ne circule" in html
    assert "The Portal" in html


def test_what_the_shop_writes_is_text(shop, order):
    html = page(shop, order).text
    assert "Office &lt;script&gt;" in html
    assert not re.search(r"<script|style=| on\w+=", html)


def test_the_page_is_styled_by_a_sheet_of_its_own(shop, order):
    answer = requests.get(f"{shop.url}/checkoutnow.css", timeout=5)
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "style-src 'self'" in page(shop, order).headers["Content-Security-Policy"]


def test_who_pays_goes_back_to_the_shop(paypal, shop, order):
    answer = choose(shop, order, "pay")

    where = f"https://shop.example/back?order=1&token={order}&PayerID=SHAMPAYER2222"
    assert (answer.status_code, answer.headers["Location"]) == (303, where)
    assert shop.get(f"/v2/checkout/orders/{order}").json()["status"] == "APPROVED"


def test_who_cancels_has_approved_nothing(paypal, shop, order):
    answer = choose(shop, order, "cancel")

    assert answer.headers["Location"] == f"https://shop.example/no?token={order}"
    assert shop.get(f"/v2/checkout/orders/{order}").json()["status"] == "PAYER_ACTION_REQUIRED"
    assert paypal.events() == []


def test_who_closes_the_tab_has_approved(paypal, shop, order):
    answer = choose(shop, order, "close")

    assert answer.status_code == 200
    assert "You can close this tab" in answer.text
    assert [event["event_type"] for event in paypal.events()] == ["CHECKOUT.ORDER.APPROVED"]


@pytest.mark.parametrize(
    ("choice", "status", "capture"),
    [
        ("pay", 201, "COMPLETED"),
        ("pending", 201, "PENDING"),
        ("completed_later", 201, "PENDING"),
        ("denied_later", 201, "PENDING"),
        ("declined", 422, None),
    ],
)
def test_each_button_has_its_end(shop, order, choice, status, capture):
    choose(shop, order, choice)

    answer = shop.post(f"/v2/checkout/orders/{order}/capture", {})

    assert answer.status_code == status
    if capture:
        [taken] = answer.json()["purchase_units"][0]["payments"]["captures"]
        assert taken["status"] == capture


def test_a_declined_card_can_be_followed_by_a_good_one(shop, order):
    choose(shop, order, "declined")
    shop.post(f"/v2/checkout/orders/{order}/capture", {})

    assert "Pay with a declined card" in page(shop, order).text
    choose(shop, order, "pay")
    assert shop.post(f"/v2/checkout/orders/{order}/capture", {}).status_code == 201


def test_what_is_approved_cannot_be_approved_again(shop, order):
    choose(shop, order, "pay")

    html = page(shop, order).text
    assert "Return to the shop" in html
    assert "<form" not in html


def test_there_is_no_page_for_what_paypal_does_not_know(shop):
    answer = page(shop, "nothing")
    assert (answer.status_code, "Payment not found" in answer.text) == (404, True)


def test_a_choice_that_no_button_has_is_refused(shop, order):
    assert choose(shop, order, "steal").status_code == 400
