"""How orders, captures and refunds look in the answers and in the notices."""

from decimal import Decimal
from typing import Any

from paypal_simulator.state import Record, State

MERCHANT = {"email_address": "shop@simulator.example", "merchant_id": "SHAMTRADER222"}
PAYER = {
    "email_address": "payer@simulator.example",
    "account_id": "SHAMPAYER2222",  # without the letters and digits that look alike
    "account_status": "VERIFIED",
    "name": {"given_name": "Simulated", "surname": "Payer"},
    "address": {"country_code": "CA"},
}


def order(state: State, record: Record, *, is_minimal: bool = False) -> Record:
    """An order; minimal is all that a POST answers unless asked for the representation."""
    shown: Record = {"id": record["id"], "status": record["status"]}
    shown["links"] = order_links(state, record)
    if record["has_source"]:
        shown["payment_source"] = {"paypal": PAYER if record["approved_at"] else {}}
    captures = captures_of(state, record)
    if is_minimal and not captures:
        return shown
    units: list[Any] = [dict(unit) for unit in record["units"]]
    if captures:
        units[0]["payments"] = {"captures": [capture(state, c, is_nested=True) for c in captures]}
        if refunds := [refund(state, r) for c in captures for r in refunds_of(state, c)]:
            units[0]["payments"]["refunds"] = refunds
    if is_minimal:
        keys = ("reference_id", "payments")
        return shown | {"purchase_units": [{k: u[k] for k in keys if k in u} for u in units]}
    return shown | {
        "intent": "CAPTURE",
        "create_time": record["create_time"],
        "purchase_units": units,
    }


def order_links(state: State, record: Record) -> list[Record]:
    """Where the order, its payer's page and its capture are."""
    api = f"{state.base}/v2/checkout/orders/{record['id']}"
    links = [link(api, "self")]
    if record["status"] in {"CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"}:
        rel = "payer-action" if record["has_source"] else "approve"
        links.append(link(f"{state.base}/checkoutnow?token={record['id']}", rel))
    if record["status"] in {"CREATED", "APPROVED"}:
        links.append(link(f"{api}/capture", "capture", "POST"))
    return links


def capture(state: State, record: Record, *, is_nested: bool = False) -> Record:
    """A capture: alone, or nested in its order."""
    api = f"{state.base}/v2/payments/captures/{record['id']}"
    shown: Record = {
        "id": record["id"],
        "status": record["status"],
        "amount": record["amount"],
        "final_capture": True,
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        "create_time": record["create_time"],
        "update_time": record["update_time"],
        "links": [
            link(api, "self"),
            link(f"{api}/refund", "refund", "POST"),
            link(f"{state.base}/v2/checkout/orders/{record['order_id']}", "up"),
        ],
    }
    shown |= {key: record[key] for key in ("invoice_id", "custom_id") if record.get(key)}
    if record["reason"]:
        shown["status_details"] = {"reason": record["reason"]}
    if record["status"] in {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}:
        shown["seller_receivable_breakdown"] = receivable(record["amount"])
    if not is_nested:
        shown["supplementary_data"] = {"related_ids": {"order_id": record["order_id"]}}
        shown["payee"] = MERCHANT
    return shown


def receivable(amount: Record) -> Record:
    """What is left for the shop: PayPal takes 2.9 % and 30 cents of a Canadian payment."""
    gross = Decimal(amount["value"])
    fee = min(gross, (gross * Decimal("0.029") + Decimal("0.30")).quantize(Decimal("0.01")))
    return {
        "gross_amount": amount,
        "paypal_fee": amount | {"value": f"{fee:.2f}"},
        "net_amount": amount | {"value": f"{gross - fee:.2f}"},
    }


def refund(state: State, record: Record, *, is_minimal: bool = False) -> Record:
    """A refund, with PayPal's own running total."""
    api = f"{state.base}/v2/payments/refunds/{record['id']}"
    up = f"{state.base}/v2/payments/captures/{record['capture_id']}"
    shown: Record = {"id": record["id"], "status": record["status"]}
    shown["links"] = [link(api, "self"), link(up, "up")]
    if is_minimal:
        return shown
    if record["status"] == "PENDING":
        shown["status_details"] = {"reason": "ECHECK"}
    keys = ("amount", "invoice_id", "custom_id", "note_to_payer", "create_time", "update_time")
    shown |= {key: record[key] for key in keys if record.get(key)}
    zero = record["amount"] | {"value": "0.00"}
    return shown | {
        "seller_payable_breakdown": {
            "gross_amount": record["amount"],
            "paypal_fee": zero,  # what it cost is not given back
            "net_amount": record["amount"],
            "total_refunded_amount": record["total"],
        }
    }


def captures_of(state: State, record: Record) -> list[Record]:
    """The captures of an order, the first one first."""
    return [c for c in state.data["captures"].values() if c["order_id"] == record["id"]]


def refunds_of(state: State, record: Record) -> list[Record]:
    """The refunds of a capture, the first one first."""
    return [r for r in state.data["refunds"].values() if r["capture_id"] == record["id"]]


def link(href: str, rel: str, method: str = "GET") -> Record:
    return {"href": href, "rel": rel, "method": method}
