"""Captures and refunds: money taken, held, refused and given back."""

from decimal import Decimal

from paypal_simulator import amounts, orders, shown
from paypal_simulator.contract import Refusal
from paypal_simulator.state import Record, State, new_id, stamp
from paypal_simulator.webhooks import tell

WAIT = 60  # seconds until a payment that is settled later is settled
REVIEW = "PENDING_REVIEW"
# What a scenario makes of a capture: its status, why, and what it becomes after the wait.
SCENARIOS = {
    "completed": ("COMPLETED", "", ""),
    "pending": ("PENDING", REVIEW, ""),
    "completed_later": ("PENDING", REVIEW, "COMPLETED"),
    "denied_later": ("PENDING", REVIEW, "DECLINED"),
    "refused": ("DECLINED", "OTHER", ""),
    "declined": ("", "", ""),  # no capture: 422 INSTRUMENT_DECLINED, and the payer chooses again
}
SETTLED = {"COMPLETED", "DECLINED"}
REFUND_SCENARIOS = {"refund_completed": "COMPLETED", "refund_pending": "PENDING"}
REFUND_SETTLED = {"COMPLETED", "FAILED", "CANCELLED"}
REFUND_WINDOW = 180 * 24 * 3600  # seconds after the capture


def capture(state: State, order_id: str) -> Record:
    """Take the money of an approved order, as its scenario will have it."""
    order = orders.get(state, order_id)
    if order["status"] == "COMPLETED":
        raise Refusal(422, "ORDER_ALREADY_CAPTURED")
    if order["status"] != "APPROVED":
        raise Refusal(422, "ORDER_NOT_APPROVED")
    unit = order["units"][0]
    orders.check_invoice(state, unit)
    scenarios = state.data["scenarios"]
    name = scenarios.get(order_id) or scenarios.get("*", "completed")
    if name == "declined":
        scenarios.pop(order_id, None)  # the payer's next card may be better
        order["status"] = "PAYER_ACTION_REQUIRED" if order["has_source"] else "CREATED"
        order["approved_at"] = ""
        order["create_time"] = stamp(state.now())  # sent to the payer anew, with his full time
        raise Refusal(422, "INSTRUMENT_DECLINED")
    status, reason, later = SCENARIOS[name]
    now = stamp(state.now())
    taken = {
        "id": new_id(),
        "order_id": order_id,
        "status": status,
        "reason": reason,
        "later": later,
        "amount": {key: unit["amount"][key] for key in ("currency_code", "value")},
        "invoice_id": unit.get("invoice_id", ""),
        "custom_id": unit.get("custom_id", ""),
        "create_time": now,
        "update_time": now,
    }
    state.data["captures"][taken["id"]] = taken
    order["status"] = "COMPLETED"
    notify(state, taken, status)
    if status == "COMPLETED":
        tell(state, "CHECKOUT.ORDER.COMPLETED", "checkout-order", shown.order(state, order))
    return order


def get(state: State, capture_id: str) -> Record:
    """A capture; raises 404."""
    found: Record | None = state.data["captures"].get(capture_id)
    if found is None:
        raise Refusal(404, "INVALID_RESOURCE_ID")
    return found


def settle(state: State, capture_id: str, status: str) -> Record:
    """End the wait of a pending capture; raises 404, and ValueError for what cannot be."""
    taken = get(state, capture_id)
    if taken["status"] != "PENDING" or status not in SETTLED:
        raise ValueError(f"a capture does not go from {taken['status']} to {status}")
    reason = "" if status == "COMPLETED" else "OTHER"
    taken |= {"status": status, "reason": reason, "later": "", "update_time": stamp(state.now())}
    notify(state, taken, "COMPLETED" if status == "COMPLETED" else "DENIED")
    return taken


def settle_due(state: State) -> bool:
    """Settle what was to be settled later, once it has waited; whether there was any."""
    captures = state.data["captures"].values()
    due = [c for c in captures if c["later"] and state.is_older(c["create_time"], WAIT)]
    for taken in due:
        settle(state, taken["id"], taken["later"])
    return bool(due)


def refund(state: State, capture_id: str, body: Record) -> Record:
    """Give back an amount, or all that is left."""
    taken = get(state, capture_id)
    if taken["status"] == "PENDING":
        raise Refusal(422, "PENDING_CAPTURE")
    if taken["status"] == "REFUNDED":
        raise Refusal(422, "CAPTURE_FULLY_REFUNDED")
    if taken["status"] == "DECLINED":
        raise Refusal(422, "REFUND_NOT_ALLOWED")
    if state.is_older(taken["create_time"], REFUND_WINDOW):
        raise Refusal(422, "REFUND_TIME_LIMIT_EXCEEDED")
    before = sum((Decimal(r["amount"]["value"]) for r in alive(state, taken)), Decimal(0))
    whole = Decimal(taken["amount"]["value"])
    amount = body.get("amount") or taken["amount"] | {"value": f"{whole - before:.2f}"}
    check_refund(taken, amount, left=whole - before)
    now = stamp(state.now())
    total = before + Decimal(amount["value"])
    scenario = state.data["scenarios"].get(capture_id, "refund_completed")
    status = REFUND_SCENARIOS[scenario]
    given = {
        "id": new_id(),
        "capture_id": capture_id,
        "status": status,
        "amount": amount,
        "total": amount | {"value": f"{total:.2f}"},
        "create_time": now,
        "update_time": now,
    } | {key: body[key] for key in ("invoice_id", "custom_id", "note_to_payer") if key in body}
    state.data["refunds"][given["id"]] = given
    taken["status"] = "REFUNDED" if total == whole else "PARTIALLY_REFUNDED"
    taken["update_time"] = now
    kind = "PAYMENT.REFUND.PENDING" if status == "PENDING" else "PAYMENT.CAPTURE.REFUNDED"
    tell(state, kind, "refund", shown.refund(state, given))
    return given


def alive(state: State, taken: Record) -> list[Record]:
    """The refunds of a capture that gave, or will give, money back."""
    refunds = shown.refunds_of(state, taken)
    return [r for r in refunds if r["status"] not in {"FAILED", "CANCELLED"}]


def settle_refund(state: State, refund_id: str, status: str) -> Record:
    """End the wait of a pending refund; raises 404, and ValueError for what cannot be."""
    given = get_refund(state, refund_id)
    if given["status"] != "PENDING" or status not in REFUND_SETTLED:
        raise ValueError(f"a refund does not go from {given['status']} to {status}")
    given |= {"status": status, "update_time": stamp(state.now())}
    taken = get(state, given["capture_id"])
    if status != "COMPLETED":
        taken["status"] = "PARTIALLY_REFUNDED" if alive(state, taken) else "COMPLETED"
    kind = "PAYMENT.CAPTURE.REFUNDED" if status == "COMPLETED" else "PAYMENT.REFUND.FAILED"
    tell(state, kind, "refund", shown.refund(state, given))
    return given


def check_refund(taken: Record, amount: Record, *, left: Decimal) -> None:
    if amount["currency_code"] != taken["amount"]["currency_code"]:
        raise Refusal(422, "REFUND_CAPTURE_CURRENCY_MISMATCH", field="/amount/currency_code")
    if amounts.positive(amount, at="/amount") > left:
        raise Refusal(422, "REFUND_AMOUNT_EXCEEDED", field="/amount/value")


def get_refund(state: State, refund_id: str) -> Record:
    """A refund; raises 404."""
    found: Record | None = state.data["refunds"].get(refund_id)
    if found is None:
        raise Refusal(404, "INVALID_RESOURCE_ID")
    return found


def notify(state: State, taken: Record, what: str) -> None:
    tell(state, f"PAYMENT.CAPTURE.{what}", "capture", shown.capture(state, taken))
