"""Orders: made, approved by the payer, captured, refunded, as PayPal's states go."""

from decimal import Decimal
from typing import Any

from paypal_simulator.state import State, captures_of, new_id


class Refusal(Exception):
    """PayPal's no: a status and an issue."""

    def __init__(self, status: int, issue: str) -> None:
        super().__init__(issue)
        self.status, self.issue = status, issue


GONE = Refusal(404, "INVALID_RESOURCE_ID")


def create(state: State, body: dict[str, Any], base: str) -> dict[str, Any]:
    """A new order that waits for its payer."""
    unit = body["purchase_units"][0]
    total = Decimal(unit["amount"]["value"])
    items = [Decimal(i["unit_amount"]["value"]) * int(i["quantity"]) for i in unit.get("items", ())]
    if items and sum(items) != total:
        raise Refusal(422, "ITEM_TOTAL_MISMATCH")
    order_id = new_id()
    source = body.get("payment_source", {}).get("paypal", {})
    order = {
        "id": order_id,
        "intent": body["intent"],
        "status": "PAYER_ACTION_REQUIRED",
        "payment_source": {"paypal": {}},
        "purchase_units": [unit | {"payee": {"merchant_id": "SMULATR222222"}}],
        "create_time": state.stamp(),
        "links": links(base, order_id, "payer-action"),
    }
    state.data["orders"][order_id] = order
    state.data["meta"][order_id] = {
        "created_at": state.now(),
        "experience": source.get("experience_context", {}),
        "scenario": "",
    }
    return order


def links(base: str, order_id: str, *extra: str) -> list[dict[str, str]]:
    own = f"{base}/v2/checkout/orders/{order_id}"
    found = [{"href": own, "rel": "self", "method": "GET"}]
    if "payer-action" in extra:
        page = f"{base}/checkoutnow?token={order_id}"
        found.append({"href": page, "rel": "payer-action", "method": "GET"})
    if "capture" in extra:
        found.append({"href": f"{own}/capture", "rel": "capture", "method": "POST"})
    return found


def approve(state: State, order_id: str, base: str, *, scenario: str = "") -> dict[str, Any]:
    """The payer says yes; `scenario` decides what the capture will bring."""
    order = state.order(order_id)
    if order is None:
        raise GONE
    if order["status"] == "COMPLETED":
        return order
    order["status"] = "APPROVED"
    order["links"] = links(base, order_id, "capture")
    order["payer"] = {
        "payer_id": "SMPAYER222222",
        "email_address": "payer@example.com",
        "name": {"given_name": "Alex", "surname": "Payer"},
        "address": {"country_code": "CA"},
    }
    meta = state.data["meta"][order_id]
    meta["approved_at"] = state.now()
    meta["scenario"] = scenario or meta["scenario"]
    return order


def capture(state: State, order_id: str, base: str) -> dict[str, Any]:
    """Take the money of an approved order, as its scenario has it."""
    order = state.order(order_id)
    if order is None:
        raise GONE
    if order["status"] == "COMPLETED":
        raise Refusal(422, "ORDER_ALREADY_CAPTURED")
    if order["status"] != "APPROVED":
        raise Refusal(422, "ORDER_NOT_APPROVED")
    unit, meta = order["purchase_units"][0], state.data["meta"][order_id]
    if state.invoice_is_paid(unit.get("invoice_id", "")):
        raise Refusal(422, "DUPLICATE_INVOICE_ID")
    if meta["scenario"] == "instrument_declined":
        meta["scenario"] = ""
        order["status"] = "PAYER_ACTION_REQUIRED"
        order["links"] = links(base, order_id, "payer-action")
        raise Refusal(422, "INSTRUMENT_DECLINED")
    if meta["scenario"] == "refused":
        raise Refusal(422, "TRANSACTION_REFUSED")
    status = {"pending": "PENDING", "declined": "DECLINED"}.get(meta["scenario"], "COMPLETED")
    taken = {
        "id": new_id(),
        "status": status,
        "amount": dict(unit["amount"], breakdown=None),
        "final_capture": True,
        "custom_id": unit.get("custom_id", ""),
        "invoice_id": unit.get("invoice_id", ""),
        "create_time": state.stamp(),
        "update_time": state.stamp(),
        "links": [],
    }
    del taken["amount"]["breakdown"]
    if status == "PENDING":
        taken["status_details"] = {"reason": "PENDING_REVIEW"}
    unit["payments"] = {"captures": [taken]}
    order["status"] = "COMPLETED"
    order["links"] = links(base, order_id)
    order["update_time"] = state.stamp()
    return order


def settle(state: State, capture_id: str, status: str) -> dict[str, Any]:
    """A pending capture comes to its end."""
    found = state.find_capture(capture_id)
    if found is None:
        raise GONE
    found[1]["status"] = status
    found[1].pop("status_details", None)
    found[1]["update_time"] = state.stamp()
    return found[1]


def refund(state: State, capture_id: str, body: dict[str, Any], base: str) -> dict[str, Any]:
    """Give money back; without an amount all that is left."""
    found = state.find_capture(capture_id)
    if found is None:
        raise GONE
    taken = found[1]
    if taken["status"] == "PENDING":
        raise Refusal(422, "PENDING_CAPTURE")
    if taken["status"] == "REFUNDED":
        raise Refusal(422, "CAPTURE_FULLY_REFUNDED")
    given = [r for r in state.data["refunds"].values() if r["capture"] == capture_id]
    left = Decimal(taken["amount"]["value"]) - sum(Decimal(r["amount"]["value"]) for r in given)
    amount = body.get("amount") or taken["amount"] | {"value": f"{left:.2f}"}
    if Decimal(amount["value"]) > left:
        raise Refusal(422, "REFUND_AMOUNT_EXCEEDED")
    refund_id = new_id()
    made = {"id": refund_id, "status": "COMPLETED", "amount": amount, "create_time": state.stamp()}
    made |= {k: body[k] for k in ("custom_id", "invoice_id", "note_to_payer") if k in body}
    state.data["refunds"][refund_id] = made | {"capture": capture_id}
    rest = left - Decimal(amount["value"])
    taken["status"] = "PARTIALLY_REFUNDED" if rest else "REFUNDED"
    return made


def capture_ids(order: dict[str, Any]) -> list[str]:
    return [taken["id"] for taken in captures_of(order)]
