"""Orders: made by the shop, approved by the payer, captured by the shop, or forgotten."""

from paypal_simulator import amounts, shown
from paypal_simulator.contract import Refusal
from paypal_simulator.state import HOUR, Record, State, new_id, stamp
from paypal_simulator.webhooks import tell

PATIENCE = 3 * HOUR  # to be approved, and once more to be captured


def create(state: State, body: Record) -> Record:
    """A new order, waiting for its payer."""
    if body["intent"] != "CAPTURE":
        raise Refusal(422, "AUTH_CAPTURE_NOT_ENABLED", field="/intent")
    for place, unit in enumerate(body["purchase_units"]):
        amounts.check(unit, at=f"/purchase_units/{place}")
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


def check_invoice(state: State, unit: Record) -> None:
    """An invoice is paid once, unless the account is set to let it pass."""
    invoice = unit.get("invoice_id") if state.data["has_unique_invoices"] else None
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
