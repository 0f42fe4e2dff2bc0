"""The gateway against the simulator, over real HTTP."""

import threading
from decimal import Decimal
from uuid import uuid4

import pytest

from orders import gateway, paypal
from orders.gateway import Checkout, Item, NotSent, OutcomeUnknown, Rejected

pytestmark = pytest.mark.usefixtures("paypal")


def checkout(**changes) -> Checkout:
    values = {
        "reference": uuid4(),
        "invoice_id": f"10001-{uuid4().hex[:4]}",
        "amount": Decimal("50.00"),
        "currency": "CAD",
        "items": [Item("Office", 2, Decimal("25.00"))],
        "language": "fr",
        "brand": "Relais Techno",
        "return_url": "http://127.0.0.1/back",
        "cancel_url": "http://127.0.0.1/cancelled",
    }
    return Checkout(**(values | changes))


@pytest.fixture
def provider():
    return gateway.provider()


def test_an_order_is_made_approved_and_captured(provider, paypal):
    asked = checkout()
    made = provider.create_order(asked)
    assert (made.status, made.amount, made.currency) == (
        "PAYER_ACTION_REQUIRED",
        Decimal("50.00"),
        "CAD",
    )
    assert made.approve_url.startswith(paypal.url)

    paypal.approve(made.paypal_id)
    taken = provider.capture(made.paypal_id, reference=asked.reference, generation=0)

    assert (taken.capture_status, taken.reference) == ("COMPLETED", str(asked.reference))


def test_a_repeated_creation_is_one_order(provider):
    asked = checkout()
    assert provider.create_order(asked).paypal_id == provider.create_order(asked).paypal_id


def test_a_repeated_capture_is_one_capture(provider, paypal):
    asked = checkout()
    made = provider.create_order(asked)
    paypal.approve(made.paypal_id)
    first = provider.capture(made.paypal_id, reference=asked.reference, generation=0)
    again = provider.capture(made.paypal_id, reference=asked.reference, generation=0)
    other = provider.capture(made.paypal_id, reference=asked.reference, generation=1)
    assert first.capture_id == again.capture_id == other.capture_id


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (403, Rejected),
        (404, Rejected),
        (422, Rejected),
        (409, OutcomeUnknown),
        (408, OutcomeUnknown),
        (500, OutcomeUnknown),
        (503, OutcomeUnknown),
        (429, NotSent),
    ],
)
def test_a_status_is_one_of_three_failures(provider, paypal, status, kind):
    paypal.fault("status", status, path="/v2/")
    with pytest.raises(kind) as failure:
        provider.create_order(checkout())
    assert failure.value.status == status
    assert failure.value.debug_id


def test_a_wait_is_read_from_a_429(provider, paypal):
    paypal.fault("status", 429, path="/v2/")
    with pytest.raises(NotSent) as failure:
        provider.create_order(checkout())
    assert failure.value.retry_after == 7


def test_html_instead_of_json_says_nothing_about_the_outcome(provider, paypal):
    paypal.fault("html", 200, path="/v2/")
    with pytest.raises(OutcomeUnknown):
        provider.create_order(checkout())


def test_a_broken_connection_says_nothing_about_the_outcome(provider, paypal):
    asked = checkout()
    paypal.fault("drop", path="/v2/", phase="after")
    with pytest.raises(OutcomeUnknown):
        provider.create_order(asked)
    assert provider.create_order(asked).paypal_id in paypal.simulator.state.data["orders"]


def test_a_slow_answer_is_cut_off(provider, paypal, monkeypatch):
    provider.fetch_order(provider.create_order(checkout()).paypal_id)
    monkeypatch.setattr("orders.paypal.TIMEOUT", (1, 0.2))
    paypal.fault("sleep", 1, path="/v2/")
    with pytest.raises(OutcomeUnknown):
        provider.create_order(checkout())


def test_nobody_there_is_not_sent(settings):
    settings.PAYPAL_BASE_URL = "http://127.0.0.1:9"
    gateway.provider.cache_clear()
    with pytest.raises(NotSent):
        gateway.provider().create_order(checkout())


def test_a_refused_token_is_not_sent(provider, paypal):
    paypal.fault("status", 401, path="/oauth2/")
    with pytest.raises(NotSent):
        provider.create_order(checkout())


def test_an_ended_token_is_renewed_once(provider, paypal):
    made = provider.create_order(checkout())
    paypal.knob("revoke")
    assert provider.fetch_order(made.paypal_id).paypal_id == made.paypal_id
    assert len(paypal.calls("/oauth2/token")) == 2


def test_endless_401_stops(provider, paypal):
    paypal.fault("status", 401, path="/v2/", times=100)
    with pytest.raises(NotSent):
        provider.create_order(checkout())
    assert len(paypal.calls("/oauth2/token")) == 2


def test_sixteen_cold_threads_ask_for_one_token(provider, paypal):
    threads = [
        threading.Thread(target=lambda: provider.create_order(checkout())) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(paypal.calls("/oauth2/token")) == 1
    assert len(paypal.simulator.state.data["orders"]) == 16


def test_a_declined_card_is_rejected_with_its_issue(provider, paypal):
    asked = checkout()
    made = provider.create_order(asked)
    paypal.approve(made.paypal_id, "instrument_declined")
    with pytest.raises(Rejected) as failure:
        provider.capture(made.paypal_id, reference=asked.reference, generation=0)
    assert failure.value.issues == ("INSTRUMENT_DECLINED",)


def test_the_payer_is_sent_nowhere_else(provider, monkeypatch):
    made = provider.create_order(checkout())
    with pytest.raises(OutcomeUnknown):
        provider._payer_page("https://www.paypal.com.evil.example/checkoutnow?token=1")
    with pytest.raises(OutcomeUnknown):
        provider._payer_page("javascript:alert(1)")
    assert provider._payer_page(made.approve_url)


def test_a_request_id_depends_on_our_row_alone():
    reference = uuid4()
    assert paypal.request_id("order", reference) == paypal.request_id("order", reference)
    ids = {
        paypal.request_id("order", reference),
        paypal.request_id("capture", reference),
        paypal.request_id("capture", reference, 1),
    }
    assert len(ids) == 3
