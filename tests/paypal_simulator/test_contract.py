"""The official files: as PayPal published them, and what is laid over them."""

import hashlib
import re

import pytest

from paypal_simulator import contract, payments
from paypal_simulator.api import OPERATIONS

PUBLISHED = dict(
    re.findall(
        r"^\| (\w+\.json) \|.*\| ([0-9a-f]{64}) \|$",
        (contract.FOLDER / "NOTICE.md").read_text(),
        re.MULTILINE,
    )
)


@pytest.mark.parametrize("file", contract.FILES)
def test_a_file_is_as_paypal_published_it(file):
    raw = (contract.FOLDER / f"{file}.json").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == PUBLISHED[f"{file}.json"]


def test_every_operation_is_an_official_one():
    official = {(operation.method, operation.path) for _, operation in contract.operations()}
    assert OPERATIONS.keys() <= official


@pytest.mark.parametrize(
    ("method", "path", "status", "issue"),
    [
        ("post", "/v2/checkout/orders", 400, "PAYPAL_REQUEST_ID_REQUIRED"),
        ("post", "/v2/checkout/orders", 422, "AMOUNT_MISMATCH"),
        ("post", "/v2/checkout/orders/1/capture", 422, "ORDER_NOT_APPROVED"),
        ("post", "/v2/payments/captures/1/refund", 422, "REFUND_AMOUNT_EXCEEDED"),
        ("get", "/v2/payments/refunds/1", 404, "INVALID_RESOURCE_ID"),
    ],
)
def test_a_refusal_has_paypals_own_words(method, path, status, issue):
    operation, _ = contract.find(method, path)
    assert contract.wording(operation, status)["issues"][issue]


@pytest.mark.parametrize("scenario", payments.SCENARIOS)
def test_a_scenarios_status_is_one_of_paypals(scenario):
    known = contract.document("payments_payment_v2")["components"]["schemas"]["capture_status"]
    status, _, later = payments.SCENARIOS[scenario]
    assert {status, later} - {""} <= set(known["properties"]["status"]["enum"])


@pytest.mark.parametrize("first", ["+", "/", "a", "7"])
def test_a_signature_may_begin_with_any_sign_of_base64(first):
    found = contract.find("POST", "/v1/notifications/verify-webhook-signature")
    question = {
        "auth_algo": "SHA256withRSA",
        "cert_url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "transmission_id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        "transmission_sig": f"{first}mI95Jx3Y9nhR5SJWlHVIWpg4AgFk7n9bCHSRxbrd8A=",
        "transmission_time": "2026-11-24T14:00:00Z",
        "webhook_id": "1JE4291016473214C",
        "webhook_event": {"id": "WH-1"},
    }
    assert contract.refused_body(found[0], question) is None


@pytest.mark.parametrize(
    ("status", "name"), [(401, "AUTHENTICATION_FAILURE"), (404, "RESOURCE_NOT_FOUND")]
)
def test_where_a_file_has_no_words_another_has(status, name):
    operation = contract.Operation("notifications_webhooks_v1", "/v1/notifications/webhooks", "get")
    assert contract.wording(operation, status)["name"] == name


def test_an_event_that_is_not_paypals_is_noted():
    event = {"id": "WH-1", "resource_type": "capture", "resource": {"status": "PAID"}, "kind": "x"}
    noted = list(contract.event_violations(event))
    assert ("/kind is unknown" in noted, any("'PAID'" in text for text in noted)) == (True, True)
