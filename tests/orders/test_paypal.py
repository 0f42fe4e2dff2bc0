"""PayPal through the gateway: every answer, and every way to get none."""

import json
import socket
import uuid
from decimal import Decimal

import pytest
from django.core.cache import cache

from orders import gateway
from orders.gateway import Checkout, Item, NotSent, OutcomeUnknown, Rejected
from orders.paypal import answers, transport
from tests.conftest import at_once

ORDERS = "/v2/checkout/orders"


@pytest.fixture
def checkout():
    return Checkout(
        reference=uuid.uuid4(),
        invoice_id=f"CA-{uuid.uuid4().hex[:8]}",
        amount=Decimal("61.50"),
        currency="CAD",
        items=[
            Item("Office, for a year", 2, Decimal("12.25")),
            Item("Laptop", 1, Decimal("37.00")),
        ],
        language="en",
        brand="The Portal",
        return_url="https://portal.example/orders/1/return?from=paypal",
        cancel_url="https://portal.example/orders/1",
    )


@pytest.fixture
def provider(paypal):
    return gateway.provider()


@pytest.fixture
def approved(paypal, provider, checkout):
    """An order that its payer has approved: its id at PayPal."""
    paypal_id = provider.create_order(checkout).paypal_id
    paypal.approve(paypal_id)
    return paypal_id


def capture(provider, paypal_id, checkout, *, generation=0):
    return provider.capture(paypal_id, reference=checkout.reference, generation=generation)


# The way it should go


def test_an_order_waits_for_its_payer_on_paypals_page(paypal, provider, checkout):
    made = provider.create_order(checkout)

    assert made.status == "PAYER_ACTION_REQUIRED"
    assert (made.amount, made.currency) == (Decimal("61.50"), "CAD")
    assert made.reference == str(checkout.reference)
    assert made.approve_url == f"{paypal.url}/checkoutnow?token={made.paypal_id}"
    assert provider.fetch_order(made.paypal_id) == made


def test_a_captured_order_says_how_much_was_taken(provider, checkout, approved):
    assert provider.fetch_order(approved).status == "APPROVED"

    taken = capture(provider, approved, checkout)

    assert (taken.status, taken.capture_status) == ("COMPLETED", "COMPLETED")
    assert (taken.amount, taken.reference) == (Decimal("61.50"), str(checkout.reference))
    assert provider.fetch_order(approved).capture_id == taken.capture_id


def test_an_order_keeps_the_debug_id_of_its_own_answer(provider, checkout):
    made = provider.create_order(checkout)
    again = provider.fetch_order(made.paypal_id)
    assert made.debug_id
    assert again.debug_id not in {"", made.debug_id}


@pytest.mark.parametrize(("language", "locale"), [("fr", "fr-CA"), ("en", "en-CA")])
def test_the_payers_page_speaks_his_language(paypal, provider, checkout, language, locale):
    provider.create_order(Checkout(**vars(checkout) | {"language": language}))

    sent = json.loads(paypal.requests(ORDERS, "POST")[0]["body"])
    assert sent["payment_source"]["paypal"]["experience_context"]["locale"] == locale


def test_the_same_order_made_again_is_the_same(paypal, provider, checkout):
    made = [provider.create_order(checkout).paypal_id for _ in range(2)]

    assert made[0] == made[1]
    assert [entry["status"] for entry in paypal.requests(ORDERS, "POST")] == [201, 200]


def test_the_same_capture_again_takes_nothing_more(paypal, provider, checkout, approved):
    taken = [capture(provider, approved, checkout) for _ in range(2)]

    assert taken[0] == taken[1]
    assert len(paypal.events("PAYMENT.CAPTURE.COMPLETED")) == 1


def test_captures_at_once_take_once(paypal, provider, checkout, approved):
    taken = at_once(*[lambda: capture(provider, approved, checkout)] * 6)

    assert len({snapshot.capture_id for snapshot in taken}) == 1
    assert len(paypal.events("PAYMENT.CAPTURE.COMPLETED")) == 1


def test_what_somebody_else_has_captured_is_read(provider, checkout, approved):
    first = capture(provider, approved, checkout)

    second = capture(provider, approved, checkout, generation=1)

    assert (second.capture_id, second.capture_status) == (first.capture_id, "COMPLETED")


def test_a_pending_capture_is_not_money(paypal, provider, checkout, approved):
    paypal.scenario("pending", order=approved)

    taken = capture(provider, approved, checkout)

    assert (taken.status, taken.capture_status) == ("COMPLETED", "PENDING")
    assert taken.detail == "PENDING_REVIEW"
    paypal.settle(taken.capture_id, "DECLINED")
    assert provider.fetch_order(approved).capture_status == "DECLINED"


def test_after_a_declined_card_the_payer_chooses_again(paypal, provider, checkout, approved):
    paypal.scenario("declined", order=approved)
    with pytest.raises(Rejected) as refused:
        capture(provider, approved, checkout)
    again = provider.fetch_order(approved)

    assert refused.value.issues == ("INSTRUMENT_DECLINED",)
    assert (again.status, again.capture_id) == ("PAYER_ACTION_REQUIRED", "")
    assert again.approve_url
    paypal.approve(approved)
    assert capture(provider, approved, checkout, generation=1).capture_status == "COMPLETED"


# Refusals: it did not happen


def test_an_order_that_nobody_approved_is_not_captured(paypal, provider, checkout):
    paypal_id = provider.create_order(checkout).paypal_id

    with pytest.raises(Rejected) as refused:
        capture(provider, paypal_id, checkout)

    assert (refused.value.status, refused.value.issues) == (422, ("ORDER_NOT_APPROVED",))
    assert refused.value.debug_id
    assert paypal.events("PAYMENT.CAPTURE") == []


def test_an_unknown_order_is_refused(provider):
    with pytest.raises(Rejected) as refused:
        provider.fetch_order("0AA00000AA000000A")
    assert (refused.value.status, refused.value.issues) == (404, ("INVALID_RESOURCE_ID",))


def test_after_three_hours_an_approval_is_over(paypal, provider, checkout, approved):
    paypal.advance(hours=3.1)

    with pytest.raises(Rejected) as refused:
        capture(provider, approved, checkout)

    assert refused.value.status == 404
    assert len(paypal.events("CHECKOUT.PAYMENT-APPROVAL.REVERSED")) == 1


def test_an_amount_that_is_not_its_items_is_refused(provider, checkout):
    with pytest.raises(Rejected) as refused:
        provider.create_order(Checkout(**vars(checkout) | {"amount": Decimal("61.51")}))
    assert (refused.value.status, refused.value.issues) == (422, ("ITEM_TOTAL_MISMATCH",))


def test_a_malformed_order_is_refused(paypal, provider, checkout):
    with pytest.raises(Rejected) as refused:
        provider.create_order(Checkout(**vars(checkout) | {"currency": "CA"}))
    assert (refused.value.status, refused.value.issues) == (400, ("INVALID_STRING_LENGTH",))
    assert paypal.forgive()


# Faults: nothing sent, or nothing known


@pytest.mark.parametrize(
    ("do", "arg", "kind"),
    [
        ("status", 400, Rejected),
        ("status", 403, Rejected),
        ("status", 422, Rejected),
        ("status", 429, NotSent),
        ("status", 408, OutcomeUnknown),
        ("status", 409, OutcomeUnknown),
        ("status", 302, OutcomeUnknown),
        ("status", 500, OutcomeUnknown),
        ("status", 503, OutcomeUnknown),
        ("html", 502, OutcomeUnknown),
        ("html", 200, OutcomeUnknown),
        ("status", 200, OutcomeUnknown),
        ("drop", None, OutcomeUnknown),
    ],
)
def test_a_fault_is_one_of_three_failures(paypal, provider, checkout, do, arg, kind):
    paypal.fault(do, arg, path=ORDERS)

    with pytest.raises(kind):
        provider.create_order(checkout)


def test_a_capture_that_is_under_way_is_not_refused(paypal, provider, checkout, approved):
    paypal.fault("status", 422, path=ORDERS, issue="ORDER_COMPLETION_IN_PROGRESS")
    with pytest.raises(OutcomeUnknown):
        capture(provider, approved, checkout)


def test_too_many_calls_say_when_to_come_back(paypal, provider, checkout):
    paypal.fault("status", 429, path=ORDERS)
    with pytest.raises(NotSent) as failed:
        provider.create_order(checkout)
    assert failed.value.retry_after == 7


@pytest.mark.parametrize(("do", "arg"), [("drop", None), ("html", 502), ("sleep", 0.6)])
def test_a_capture_whose_answer_was_lost_is_taken_once(
    paypal, provider, checkout, approved, monkeypatch, do, arg
):
    monkeypatch.setattr(transport, "TIMEOUT", (1, 0.3))
    paypal.fault(do, arg, phase="after", path=f"{ORDERS}/.*/capture")

    with pytest.raises(OutcomeUnknown):
        capture(provider, approved, checkout)

    assert capture(provider, approved, checkout).capture_status == "COMPLETED"
    assert len(paypal.events("PAYMENT.CAPTURE.COMPLETED")) == 1


def test_nobody_there_means_nothing_sent(paypal, settings, checkout):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.PAYPAL_BASE_URL = f"http://127.0.0.1:{free.getsockname()[1]}"
    gateway.provider.cache_clear()

    with pytest.raises(NotSent):
        gateway.provider().create_order(checkout)


# The access token


@pytest.mark.parametrize(
    ("do", "arg"), [("status", 503), ("html", 503), ("html", 200), ("drop", None), ("sleep", 0.6)]
)
def test_without_a_token_nothing_is_sent(paypal, provider, checkout, monkeypatch, do, arg):
    monkeypatch.setattr(transport, "TIMEOUT", (1, 0.3))
    paypal.fault(do, arg, path="/v1/oauth2/token")

    with pytest.raises(NotSent):
        provider.create_order(checkout)

    assert paypal.requests(ORDERS) == []


def test_wrong_credentials_mean_nothing_sent(paypal, settings, checkout):
    settings.PAYPAL_CLIENT_SECRET = "yesterday's"
    gateway.provider.cache_clear()

    with pytest.raises(NotSent) as failed:
        gateway.provider().create_order(checkout)

    assert failed.value.status == 401
    assert paypal.requests(ORDERS) == []


def test_a_token_is_fetched_once_by_all_threads(paypal, provider):
    at_once(*[provider.api.get_token_hash] * 16)
    assert len(paypal.requests("/v1/oauth2/token")) == 1


def test_an_ended_token_is_replaced_once(paypal, provider, checkout):
    made = provider.create_order(checkout)
    paypal.revoke_tokens()

    assert provider.fetch_order(made.paypal_id) == made
    statuses = [entry["status"] for entry in paypal.requests(made.paypal_id)]
    assert statuses == [401, 200]
    assert len(paypal.requests("/v1/oauth2/token")) == 2


def test_paypal_that_takes_no_token_is_not_asked_for_ever(paypal, provider, checkout):
    paypal.fault("status", 401, path=ORDERS, times=9)

    with pytest.raises(NotSent) as failed:
        provider.create_order(checkout)

    assert failed.value.status == 401
    assert len(paypal.requests("/v1/oauth2/token")) == 2


def test_nothing_of_an_order_reaches_the_token_call(paypal, provider, checkout):
    provider.create_order(checkout)

    sent = paypal.requests("/v1/oauth2/token")[0]["headers"]
    assert not {"Paypal-Request-Id", "Prefer"} & {name.title() for name in sent}


def test_a_question_has_no_body(paypal, provider, checkout):
    provider.fetch_order(provider.create_order(checkout).paypal_id)

    asked = paypal.requests(ORDERS, "GET")[0]
    assert asked["body"] == ""
    assert "Content-Length" not in asked["headers"]


# Notices


def test_a_genuine_notice_is_believed(paypal, provider, approved):
    [(headers, raw)] = paypal.notices(only="CHECKOUT.ORDER.APPROVED")
    assert provider.verify_webhook(headers, raw)


@pytest.mark.parametrize("tamper", ["body", "sig", "cert", "id"])
def test_a_notice_that_was_tampered_with_is_not(paypal, provider, approved, tamper):
    [(headers, raw)] = paypal.notices(tamper=tamper)
    assert not provider.verify_webhook(headers, raw)


@pytest.mark.parametrize("name", ["PAYPAL-CERT-URL", "PAYPAL-TRANSMISSION-SIG"])
def test_a_notice_without_its_signature_is_not(paypal, provider, approved, name):
    [(headers, raw)] = paypal.notices()
    del headers[name]
    assert not provider.verify_webhook(headers, raw)


def test_the_case_of_a_header_does_not_matter(paypal, provider, approved):
    [(headers, raw)] = paypal.notices()
    assert provider.verify_webhook({name.title(): v for name, v in headers.items()}, raw)


def test_a_notice_written_anew_is_not_the_one_that_was_signed(paypal, provider, approved):
    [(headers, raw)] = paypal.notices()
    assert not provider.verify_webhook(headers, json.dumps(json.loads(raw), indent=1).encode())


# Where the payer is sent


@pytest.mark.parametrize(
    ("url", "is_followed"),
    [
        ("https://www.paypal.com/checkoutnow?token=1", True),
        ("https://www.sandbox.paypal.com/checkoutnow?token=1", True),
        ("http://www.paypal.com/checkoutnow?token=1", False),
        ("https://www.paypal.com.attacker.example/checkoutnow", False),
        ("https://attacker.example/checkoutnow", False),
        ("http://127.0.0.1:1/checkoutnow", False),
    ],
)
def test_the_payer_is_sent_to_paypal_only(provider, url, is_followed):
    if is_followed:
        assert answers.payer_page(url, endpoint=provider.api.endpoint) == url
    else:
        with pytest.raises(OutcomeUnknown):
            answers.payer_page(url, endpoint=provider.api.endpoint)


def test_the_token_is_shared_through_the_cache(provider, checkout):
    provider.create_order(checkout)
    assert cache.get(provider.api._token_key)["access_token"].startswith("A21AA")
