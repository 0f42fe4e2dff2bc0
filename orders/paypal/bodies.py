"""Bodies: what PayPal is asked, in its words."""

import json
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orders.gateway import Checkout, RefundRequest

NAMESPACE = uuid.UUID("6f1b8f0e-5e0f-4f55-9a53-0d6d3a8f6b11")
SIGNATURE = {  # what the check asks for, and the header it comes in
    "auth_algo": "PAYPAL-AUTH-ALGO",
    "cert_url": "PAYPAL-CERT-URL",
    "transmission_id": "PAYPAL-TRANSMISSION-ID",
    "transmission_sig": "PAYPAL-TRANSMISSION-SIG",
    "transmission_time": "PAYPAL-TRANSMISSION-TIME",
}
LOCALES = {"fr": "fr-CA", "en": "en-CA"}


def headers(kind: str, reference: uuid.UUID, generation: int = 0) -> dict[str, str]:
    return {
        "PayPal-Request-Id": request_id(kind, reference, generation),
        "Prefer": "return=representation",
    }


def request_id(kind: str, reference: uuid.UUID, generation: int = 0) -> str:
    """The same for every process, retry and restart: PayPal answers it with what it did first."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{reference}:{generation}"))


def money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": f"{amount:.2f}"}


def order(checkout: Checkout) -> dict[str, Any]:
    """To ask for an order: what is paid, for what, and where the payer comes back to."""
    items = [
        {
            "name": item.name[:127],
            "quantity": str(item.quantity),
            "unit_amount": money(item.fee, checkout.currency),
            "category": "DIGITAL_GOODS",  # DONATION needs a permission, and this is a fee
        }
        for item in checkout.items
    ]
    breakdown = {"item_total": money(checkout.amount - checkout.tax, checkout.currency)}
    if checkout.tax:
        breakdown["tax_total"] = money(checkout.tax, checkout.currency)
    amount = money(checkout.amount, checkout.currency) | {"breakdown": breakdown}
    experience = {
        "brand_name": checkout.brand[:127],
        "locale": LOCALES[checkout.language],
        "landing_page": "GUEST_CHECKOUT",
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        "return_url": checkout.return_url,
        "cancel_url": checkout.cancel_url,
    }
    unit = {
        "reference_id": "default",
        "custom_id": str(checkout.reference),
        "invoice_id": checkout.invoice_id,
        "amount": amount,
        "items": items,
    }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": experience}},
    }


def refund(asked: RefundRequest) -> dict[str, Any]:
    """Always with an amount: without one, PayPal gives back all that is left."""
    return {
        "custom_id": str(asked.reference),
        "amount": money(asked.amount, asked.currency),
        "invoice_id": asked.invoice_id,
        "note_to_payer": asked.note[:255],
    }


def check_of_notice(given: Mapping[str, str], raw: bytes, *, webhook_id: str) -> bytes | None:
    """To ask whether a notice is PayPal's; None when its headers do not even say so.

    The raw bytes go in as they came, since re-serialized ones fail.
    """
    headers = {name.upper(): value for name, value in given.items()}
    if not headers.keys() >= set(SIGNATURE.values()):
        return None
    meta = {field: headers[name] for field, name in SIGNATURE.items()}
    meta["webhook_id"] = webhook_id
    return json.dumps(meta)[:-1].encode() + b', "webhook_event": ' + raw + b"}"
