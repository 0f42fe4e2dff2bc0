"""What PayPal does not have: faults, another time, what becomes of a payment, what was said."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from paypal_simulator import orders, payments, shown, webhooks
from paypal_simulator.contract import Refusal
from paypal_simulator.faults import Fault

if TYPE_CHECKING:
    from paypal_simulator.server import Simulator

PREFIX = "/__sim__/"


def answer(simulator: "Simulator", request: Request) -> Response:
    """The answer to a command, in JSON; 400 says what is wrong with it."""
    name = request.path.removeprefix(PREFIX)
    command = (COMMANDS if request.method == "POST" else QUESTIONS).get(name)
    if command is None:
        return Response("no such command", 404)
    try:
        options = json.loads(request.get_data() or "{}")
        result = command(simulator, **options)
    except (ValueError, TypeError, LookupError, Refusal) as error:
        return Response(json.dumps({"error": str(error)}), 400, mimetype="application/json")
    return Response(json.dumps(result, default=str), mimetype="application/json")


def fault(simulator: "Simulator", **options: Any) -> dict[str, Any]:
    """Let something go wrong: see `faults.Fault`."""
    simulator.faults.add(Fault(**options))
    return {}


def clock(simulator: "Simulator", *, advance: float) -> dict[str, Any]:
    """Put PayPal's clock forward by seconds."""
    with simulator.state.change() as data:
        data["advanced"] += advance
        payments.settle_due(simulator.state)
        orders.forget_expired(simulator.state)
    return {"now": simulator.state.now()}


def scenario(simulator: "Simulator", *, capture: str, order: str = "*") -> dict[str, Any]:
    """What becomes of the capture of an order, or of every order: see `payments.SCENARIOS`.

    Of a capture (its id stands in `order`), what becomes of its refunds: `REFUND_SCENARIOS`.
    """
    if capture not in payments.SCENARIOS | payments.REFUND_SCENARIOS:
        raise ValueError(f"no such scenario: {capture}")
    with simulator.state.change() as data:
        data["scenarios"][order] = capture
    return {}


def account(simulator: "Simulator", *, unique_invoices: bool) -> dict[str, Any]:
    """Set the shop's account: whether PayPal refuses an invoice number that has been paid."""
    with simulator.state.change() as data:
        data["has_unique_invoices"] = unique_invoices
    return {}


def settle(simulator: "Simulator", *, capture: str, status: str) -> dict[str, Any]:
    """End the wait of a pending capture: COMPLETED or DECLINED."""
    with simulator.state.change():
        return shown.capture(simulator.state, payments.settle(simulator.state, capture, status))


def settle_refund(simulator: "Simulator", *, refund: str, status: str) -> dict[str, Any]:
    """End the wait of a pending refund: COMPLETED, FAILED or CANCELLED."""
    with simulator.state.change():
        return shown.refund(
            simulator.state, payments.settle_refund(simulator.state, refund, status)
        )


def refund(simulator: "Simulator", *, capture: str, amount: str = "") -> dict[str, Any]:
    """Give money back as the shop's people can on PayPal's own pages: we are not asked."""
    with simulator.state.change():
        taken = payments.get(simulator.state, capture)
        body = {"amount": taken["amount"] | {"value": amount}} if amount else {}
        return shown.refund(simulator.state, payments.refund(simulator.state, capture, body))


def approve(simulator: "Simulator", *, order: str) -> dict[str, Any]:
    """Say yes in the payer's place."""
    with simulator.state.change():
        return shown.order(simulator.state, orders.approve(simulator.state, order))


def deliver(
    simulator: "Simulator",
    *,
    only: str = "",
    order: str = "fifo",
    times: int = 1,
    tamper: str = "",
    webhook: str = "",
    post: bool = True,
) -> list[dict[str, Any]]:
    """Sign the notices of what has happened so far, and carry them at once to who listens.

    `only` is how their type starts. Without `post`, or without a listener, they are only returned,
    signed for the webhook id `webhook`; `status` is what the listener answered.
    """
    if tamper not in webhooks.TAMPERINGS:
        raise ValueError(f"no such tampering: {tamper}")
    with simulator.state.lock:
        events = webhooks.chosen(simulator.state, only=only, order=order, times=times)
        hooks = [hook for hook in simulator.state.data["webhooks"].values() if post]
    listeners = [(hook["id"], hook["url"]) for hook in hooks] or [(webhook, "")]
    carried = []
    for event in events:
        for webhook_id, url in listeners:
            notice = webhooks.signed(
                event,
                state=simulator.state,
                signer=simulator.signer,
                webhook_id=webhook_id,
                tamper=tamper,
            )
            status = webhooks.post(url, notice) if url else None
            carried.append({**vars(notice), "raw": notice.raw.decode(), "status": status})
    return carried


def revoke(simulator: "Simulator") -> dict[str, Any]:
    """Make every access token worthless."""
    with simulator.state.change() as data:
        data["tokens"].clear()
    return {}


def reset(simulator: "Simulator") -> dict[str, Any]:
    """Forget everything but the registered webhooks."""
    simulator.reset()
    return {}


def violations(simulator: "Simulator") -> list[str]:
    """What broke the contract so far, on either side."""
    return list(simulator.violations)


def log(simulator: "Simulator") -> list[dict[str, Any]]:
    """The API's requests and answers, without authorizations."""
    return list(simulator.log)


COMMANDS: dict[str, Callable[..., Any]] = {
    "faults": fault,
    "clock": clock,
    "scenario": scenario,
    "account": account,
    "settle": settle,
    "refund": refund,
    "refund-settle": settle_refund,
    "approve": approve,
    "deliver": deliver,
    "tokens/revoke": revoke,
    "reset": reset,
}
QUESTIONS: dict[str, Callable[..., Any]] = {"violations": violations, "log": log}
