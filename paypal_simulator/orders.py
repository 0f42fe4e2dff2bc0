"""Orders: made by the shop, approved by the payer, captured by the shop, or forgotten."""

from decimal import Decimal

from paypal_simulator import shown
from paypal_simulator.contract import Refusal
from paypal_simulator.state import HOUR, Record, State, new_id, stamp
from paypal_simulator.webhooks import tell

PATIENCE = 3 * HOUR  # to be approved, and once more to be captured
PARTS = {  # of an amount's breakdown, and whether they add to it
    "item_total": 1,
    "tax_total": 1,
    "shipping": 1,
    "handling": 1,
    "insurance": 1,
    "shipping_discount": -1,
    "discount": -1,
}


def create(state: State, body: Record) -> Record:
    """A new order, waiting for its payer."""
    if body["intent"] != "CAPTURE":
        raise Refusal(422, "AUTH_CAPTURE_NOT_ENABLED", field="/intent")
    for place, unit in enumerate(body["purchase_units"]):
        check_amount(unit, at=f"/purchase_units/{place}")
        check_invoice(state, unit)
    source = body.get("payment_source", {}).get("paypal")
    now = stamp(state.now())
    order = {
        "id": new_id(),
        "status": "PAYER_ACTION_REQUIRED" if source is not None else "CREATED",
        "create_time": now,
        "units": [
            {"reference_id": "default", "payee": shown.MERCHANT} | u for u in body["purchase_units"]
        ],
        "has_source": source is not None,
        "experience": experience(body),
        "approved_at": "",
    }
    state.data["orders"][order["id"]] = order
    return order


def experience(body: Record) -> Record:
    """How the payer's page looks and where it leads, wherever the request said so."""
    wallet = body.get("payment_source", {}).get("paypal", {})
    found: Record = wallet.get("experience_context") or body.get("application_context") or {}
    return found


def check_amount(unit: Record, *, at: str) -> None:
    """Sums that add up, of one currency, with as many decimals as it has."""
    amount, items = unit["amount"], unit.get("items", [])
    currency, breakdown = amount["currency_code"], amount.get("breakdown", {})
    moneys = [amount, *breakdown.values(), *(item["unit_amount"] for item in items)]
    if any(money["currency_code"] != currency for money in moneys):
        raise Refusal(422, "MULTI_CURRENCY_ORDER", field=f"{at}/amount")
    if any(len(money["value"].partition(".")[2]) > 2 for money in moneys):
        raise Refusal(422, "DECIMAL_PRECISION", field=f"{at}/amount/value")
    value = Decimal(amount["value"])
    if value <= 0:
        raise Refusal(422, "CANNOT_BE_ZERO_OR_NEGATIVE", field=f"{at}/amount/value")
    if items and "item_total" not in breakdown:
        raise Refusal(422, "ITEM_TOTAL_REQUIRED", field=f"{at}/amount/breakdown/item_total")
    total = sum(
        (int(i["quantity"]) * Decimal(i["unit_amount"]["value"]) for i in items), Decimal(0)
    )
    if items and total != Decimal(breakdown["item_total"]["value"]):
        raise Refusal(422, "ITEM_TOTAL_MISMATCH", field=f"{at}/amount/breakdown/item_total")
    parts = (sign * Decimal(breakdown[p]["value"]) for p, sign in PARTS.items() if p in breakdown)
    if breakdown and sum(parts) != value:
        raise Refusal(422, "AMOUNT_MISMATCH", field=f"{at}/amount/value")


def check_invoice(state: State, unit: Record) -> None:
    """An invoice is paid once: the setting that PayPal's accounts start with."""
    invoice = unit.get("invoice_id")
    paid = (c for c in state.data["captures"].values() if c["status"] != "DECLINED")
    if invoice and any(capture.get("invoice_id") == invoice for capture in paid):
        raise Refusal(422, "DUPLICATE_INVOICE_ID", field="/purchase_units/0/invoice_id")


def get(state: State, order_id: str) -> Record:
    """An order that PayPal still knows of; raises 404 for others and for the expired."""
    order: Record | None = state.data["orders"].get(order_id)
    if order is None or is_expired(state, order):
        raise Refusal(404, "INVALID_RESOURCE_ID")
    return order


def is_expired(state: State, order: Record) -> bool:
    since = order["approved_at"] or order["create_time"]
    return order["status"] != "COMPLETED" and state.is_older(since, PATIENCE)


def forget_expired(state: State) -> bool:
    """Tell, once, of approvals that were given and never used; whether there were any."""
    given = [o for o in state.data["orders"].values() if o["approved_at"] and not o.get("is_told")]
    expired = [order for order in given if is_expired(state, order)]
    for order in expired:
        order["is_told"] = True
        resource = {"order_id": order["id"], "purchase_units": order["units"]}
        tell(state, "CHECKOUT.PAYMENT-APPROVAL.REVERSED", "payment-approval", resource)
    return bool(expired)


def approve(state: State, order_id: str) -> Record:
    """The payer says yes."""
    order = get(state, order_id)
    if order["status"] in {"CREATED", "PAYER_ACTION_REQUIRED"}:
        order["status"], order["approved_at"] = "APPROVED", stamp(state.now())
        tell(state, "CHECKOUT.ORDER.APPROVED", "checkout-order", shown.order(state, order))
    return order
