"""The simulator over HTTP: what the API answers, and what becomes of orders and money."""

import json
import uuid

import pytest
import requests

UNIT = {"amount": {"currency_code": "CAD", "value": "57.49"}}
RETURN_TO = {"return_url": "https://shop.example/back", "cancel_url": "https://shop.example/no"}


class Shop:
    """A client that sends what it is told to, right or wrong."""

    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        answer = requests.post(
            f"{url}/v1/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("simulator", "simulator"),
            timeout=5,
        )
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path, **options):
        return self.session.get(self.url + path, timeout=5, **options)

    def post(self, path, body, *, request_id="", prefer="return=representation", **options):
        headers = {"PayPal-Request-Id": request_id or str(uuid.uuid4()), "Prefer": prefer}
        return self.session.post(self.url + path, json=body, headers=headers, timeout=5, **options)

    def order(self, unit=None, **options):
        wallet = {"paypal": {"experience_context": RETURN_TO}}
        body = {"intent": "CAPTURE", "purchase_units": [unit or UNIT], "payment_source": wallet}
        return self.post("/v2/checkout/orders", body, **options)


@pytest.fixture
def shop(paypal):
    return Shop(paypal.url)


@pytest.fixture
def capture(paypal, shop):
    """A capture that has been completed: its id."""
    order_id = shop.order().json()["id"]
    paypal.approve(order_id)
    order = shop.post(f"/v2/checkout/orders/{order_id}/capture", {}).json()
    return order["purchase_units"][0]["payments"]["captures"][0]["id"]


def refund(shop, capture, value, **options):
    body = {"amount": {"currency_code": "CAD", "value": value}} if value else {}
    return shop.post(f"/v2/payments/captures/{capture}/refund", body, **options)


def issue(answer):
    return answer.status_code, answer.json()["details"][0]["issue"]


def test_a_minimal_answer_has_no_more_than_it_must(shop):
    answer = shop.order(prefer="return=minimal").json()
    assert set(answer) == {"id", "status", "links", "payment_source"}


def test_without_a_payment_source_the_link_is_called_approve(shop):
    answer = shop.post("/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [UNIT]})
    assert answer.json()["status"] == "CREATED"
    assert "approve" in {link["rel"] for link in answer.json()["links"]}


def test_with_a_payment_source_a_request_id_is_required(shop):
    wallet = {"paypal": {}}
    body = {"intent": "CAPTURE", "purchase_units": [UNIT], "payment_source": wallet}
    answer = shop.session.post(f"{shop.url}/v2/checkout/orders", json=body, timeout=5)
    assert issue(answer) == (400, "PAYPAL_REQUEST_ID_REQUIRED")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ({"value": "0.00"}, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"value": "1.005"}, "DECIMAL_PRECISION"),
        ({"breakdown": {"item_total": {"currency_code": "CAD", "value": "1"}}}, "AMOUNT_MISMATCH"),
        (
            {"breakdown": {"item_total": {"currency_code": "USD", "value": "57.49"}}},
            "MULTI_CURRENCY_ORDER",
        ),
    ],
)
def test_an_amount_adds_up(shop, amount, expected):
    assert issue(shop.order({"amount": UNIT["amount"] | amount})) == (422, expected)


def cad(value, currency="CAD"):
    return {"currency_code": currency, "value": value}


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (cad("5.00", "XXX"), "INVALID_CURRENCY_CODE"),
        (cad("5.50", "JPY"), "DECIMAL_PRECISION"),
        (cad("5.00") | {"breakdown": {"shipping": cad("5.001")}}, "DECIMAL_PRECISION"),
    ],
)
def test_an_amount_is_money(paypal, shop, amount, expected):
    assert issue(shop.order({"amount": amount})) == (422, expected)
    assert not paypal.simulator.state.data["orders"]


@pytest.mark.parametrize(
    ("breakdown", "expected"),
    [
        ({}, "ITEM_TOTAL_REQUIRED"),
        ({"item_total": cad("9.00")}, "ITEM_TOTAL_MISMATCH"),
        ({"item_total": cad("10.00")}, "TAX_TOTAL_REQUIRED"),
        ({"item_total": cad("10.00"), "tax_total": cad("1.00")}, "TAX_TOTAL_MISMATCH"),
        ({"item_total": cad("10.00"), "tax_total": cad("1.50")}, "AMOUNT_MISMATCH"),
    ],
)
def test_items_and_their_tax_add_up(shop, breakdown, expected):
    item = {"name": "Office", "quantity": "2", "unit_amount": cad("5.00"), "tax": cad("0.75")}
    unit = {"amount": cad("12.00") | {"breakdown": breakdown}, "items": [item]}
    assert issue(shop.order(unit)) == (422, expected)


def test_what_was_taken_off_is_taken_off(shop):
    breakdown = {"item_total": cad("10.00"), "shipping": cad("2.00"), "discount": cad("1.00")}
    assert shop.order({"amount": cad("11.00") | {"breakdown": breakdown}}).status_code == 201


def test_an_account_can_let_an_invoice_be_paid_again(paypal, shop):
    paypal.account(unique_invoices=False)
    for _ in range(2):
        order_id = shop.order(UNIT | {"invoice_id": "CA-1"}).json()["id"]
        paypal.approve(order_id)
        assert shop.post(f"/v2/checkout/orders/{order_id}/capture", {}).status_code == 201


def test_a_paid_invoice_is_not_paid_again(paypal, shop):
    unit = UNIT | {"invoice_id": "CA-1"}
    order_id = shop.order(unit).json()["id"]
    paypal.approve(order_id)
    shop.post(f"/v2/checkout/orders/{order_id}/capture", {})

    assert issue(shop.order(unit)) == (422, "DUPLICATE_INVOICE_ID")


def test_a_request_id_is_forgotten_after_six_hours(paypal, shop):
    paypal_id = shop.order(request_id="one").json()["id"]
    assert shop.order(request_id="one").json()["id"] == paypal_id

    paypal.advance(hours=6.1)
    token = Shop(paypal.url)
    assert token.order(request_id="one").json()["id"] != paypal_id


def test_a_request_id_used_for_something_else_is_noted(paypal, shop):
    first = shop.order(request_id="one").json()["id"]
    other = {"amount": {"currency_code": "CAD", "value": "1.00"}}

    assert shop.order(other, request_id="one").json()["id"] == first
    assert "request id one" in paypal.forgive()[0]


def test_a_refund_in_parts_ends_at_what_was_paid(shop, capture):
    first = refund(shop, capture, "7.49")
    assert (first.status_code, first.json()["status"]) == (201, "COMPLETED")
    status = shop.get(f"/v2/payments/captures/{capture}").json()["status"]
    assert status == "PARTIALLY_REFUNDED"

    assert issue(refund(shop, capture, "50.01")) == (422, "REFUND_AMOUNT_EXCEEDED")

    rest = refund(shop, capture, "").json()
    assert rest["amount"]["value"] == "50.00"
    assert rest["seller_payable_breakdown"]["total_refunded_amount"]["value"] == "57.49"
    assert issue(refund(shop, capture, "0.01")) == (422, "CAPTURE_FULLY_REFUNDED")
    assert shop.get(f"/v2/payments/refunds/{rest['id']}").json() == rest


def test_a_repeated_refund_gives_back_once(paypal, shop, capture):
    answers = [refund(shop, capture, "7.49", request_id="one") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(paypal.events("PAYMENT.CAPTURE.REFUNDED")) == 1


def test_a_pending_capture_cannot_be_refunded(paypal, shop):
    paypal.scenario("pending")
    order_id = shop.order().json()["id"]
    paypal.approve(order_id)
    order = shop.post(f"/v2/checkout/orders/{order_id}/capture", {}).json()
    capture = order["purchase_units"][0]["payments"]["captures"][0]["id"]

    assert issue(refund(shop, capture, "1.00")) == (422, "PENDING_CAPTURE")


def test_a_payment_denied_later_is_denied_after_a_minute(paypal, shop):
    paypal.scenario("denied_later")
    order_id = shop.order().json()["id"]
    paypal.approve(order_id)
    shop.post(f"/v2/checkout/orders/{order_id}/capture", {})

    paypal.advance(hours=0.02)

    order = shop.get(f"/v2/checkout/orders/{order_id}").json()
    assert order["purchase_units"][0]["payments"]["captures"][0]["status"] == "DECLINED"
    told = [event["event_type"] for event in paypal.events("PAYMENT")]
    assert told == ["PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.DENIED"]


def test_events_are_listed_the_newest_first(paypal, shop, capture):
    listed = shop.get("/v1/notifications/webhooks-events").json()
    assert [event["event_type"] for event in listed["events"]] == [
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.APPROVED",
    ]
    one = shop.get(f"/v1/notifications/webhooks-events?transaction_id={capture}").json()
    assert one["count"] == 1


# The contract


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        ({"amnt": 1}, "/amnt is unknown"),
        ({"intent": "Capture"}, "/intent"),
        ({"purchase_units": [{"amount": {"currency_code": "CAD", "value": 57.49}}]}, "57.49"),
        (
            {"payment_source": {"paypal": {"experience_context": {"locale": "fr_CA"}}}},
            "locale",
        ),
        (
            {"payment_source": {"paypal": {"experience_context": {"landing_page": "BILLING"}}}},
            "landing_page",
        ),
    ],
)
def test_what_paypal_would_not_take_is_noted(paypal, shop, change, noted):
    shop.post("/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [UNIT]} | change)
    assert any(noted in violation for violation in paypal.forgive())


def test_a_question_with_a_body_is_noted(paypal, shop, capture):
    shop.get(f"/v2/payments/captures/{capture}", json={})
    assert "a body where none belongs" in paypal.forgive()[0]


def test_an_order_of_nothing_is_refused(paypal, shop):
    assert issue(shop.post("/v2/checkout/orders", None)) == (400, "MISSING_REQUIRED_PARAMETER")
    assert paypal.forgive()


def test_what_is_not_json_is_refused(shop):
    answer = shop.session.post(f"{shop.url}/v2/checkout/orders", data=b"{", timeout=5)
    assert issue(answer) == (400, "MALFORMED_REQUEST_JSON")


def test_an_operation_that_is_not_simulated_is_noted(paypal, shop):
    assert shop.get("/v1/reporting/transactions").status_code == 404
    assert paypal.forgive() == ["GET /v1/reporting/transactions: no such operation here"]


def test_without_a_token_nothing_is_answered(paypal, shop):
    paypal.revoke_tokens()
    assert shop.order().status_code == 401


def test_a_token_ends_after_nine_hours(paypal, shop):
    paypal.advance(hours=9.1)
    assert shop.order().status_code == 401


# The control, over HTTP


def test_faults_are_ordered_over_http(paypal, shop):
    order = {"do": "status", "arg": 500, "path": "/v2/checkout", "times": 2}
    requests.post(f"{paypal.url}/__sim__/faults", json=order, timeout=5)

    assert [shop.order().status_code for _ in range(3)] == [500, 500, 201]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("faults", {"do": "explode"}),
        ("scenario", {"capture": "luck"}),
        ("settle", {"capture": "none", "status": "COMPLETED"}),
        ("clock", {}),
        ("deliver", {"tamper": "everything"}),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(paypal, command, options):
    answer = requests.post(f"{paypal.url}/__sim__/{command}", json=options, timeout=5)
    assert (answer.status_code, "error" in answer.json()) == (400, True)


def test_the_log_holds_no_credentials(paypal, shop):
    shop.order()
    log = requests.get(f"{paypal.url}/__sim__/log", timeout=5).text
    assert [entry["path"] for entry in json.loads(log)][-1] == "/v2/checkout/orders"
    assert "Bearer" not in log
    assert "A21AA" not in log
