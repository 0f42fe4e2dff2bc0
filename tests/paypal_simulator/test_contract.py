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
