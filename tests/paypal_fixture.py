"""The fixture `paypal`: the simulator in this process, as new for each test."""

import copy
from typing import Any

import pytest
from django.core.cache import cache

from orders import gateway
from paypal_simulator import control
from paypal_simulator.server import Simulator, running


class SimulatedPayPal:
    """What a test may order of PayPal, and ask it."""

    webhook_id = "WH-SIMULATOR"

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.url = simulator.state.base

    def approve(self, paypal_id: str) -> None:
        """The payer says yes, and does not come back."""
        control.approve(self.simulator, order=paypal_id)

    def fault(self, do: str, arg: Any = None, **where: Any) -> None:
        """`status`, `sleep`, `drop` or `html`; where: phase, method, path, issue, times."""
        control.fault(self.simulator, do=do, arg=arg, **where)

    def scenario(self, capture: str, *, order: str = "*") -> None:
        """completed, pending, completed_later, denied_later, refused or declined."""
        control.scenario(self.simulator, capture=capture, order=order)

    def account(self, *, unique_invoices: bool) -> None:
        """Whether PayPal refuses an invoice number that has been paid, as it does at first."""
        control.account(self.simulator, unique_invoices=unique_invoices)

    def settle(self, capture_id: str, status: str = "COMPLETED") -> None:
        """End the wait of a pending capture: COMPLETED or DECLINED."""
        control.settle(self.simulator, capture=capture_id, status=status)

    def settle_refund(self, refund_id: str, status: str = "COMPLETED") -> None:
        """End the wait of a pending refund: COMPLETED, FAILED or CANCELLED."""
        control.settle_refund(self.simulator, refund=refund_id, status=status)

    def refund(self, capture_id: str, amount: str = "") -> dict:
        """Give money back on PayPal's own pages."""
        return control.refund(self.simulator, capture=capture_id, amount=amount)

    def advance(self, *, hours: float) -> None:
        """Put PayPal's clock forward."""
        control.clock(self.simulator, advance=hours * 3600)

    def revoke_tokens(self) -> None:
        control.revoke(self.simulator)

    def violations(self) -> list[str]:
        return control.violations(self.simulator)

    def forgive(self) -> list[str]:
        """The violations so far, which are then forgotten: for a test that means them."""
        found = self.violations()
        self.simulator.violations.clear()
        return found

    def events(self, only: str = "") -> list[dict]:
        """What PayPal would tell of, the first first; `only` is how its type starts."""
        events = self.simulator.state.data["events"]
        return [event for event in events if event["event_type"].startswith(only)]

    def requests(self, path: str = "", method: str = "") -> list[dict]:
        """The requests that were answered, by what their path holds."""
        return [
            entry
            for entry in control.log(self.simulator)
            if path in entry["path"] and method in entry["method"]
        ]

    def notices(self, **options: Any) -> list[tuple[dict[str, str], bytes]]:
        """Headers and bytes of signed notices; options: only, order, times, tamper."""
        options = {"webhook": self.webhook_id, "post": False} | options
        carried = control.deliver(self.simulator, **options)
        return [(notice["headers"], notice["raw"].encode()) for notice in carried]

    def deliver(self, client: Any, path: str, **options: Any) -> list[int]:
        """Post the notices through a Django test client; the statuses of the answers."""
        return [
            client.post(
                path,
                data=raw,
                content_type="application/json",
                headers={k: v for k, v in headers.items() if k != "Content-Type"},
            ).status_code
            for headers, raw in self.notices(**options)
        ]


@pytest.fixture(scope="session")
def paypal_server():
    """One simulator for all tests of a process."""
    with running() as simulator:
        yield simulator


@pytest.fixture
def paypal(paypal_server, settings):
    """PayPal as new; at the end, nobody may have broken its contract."""
    paypal_server.reset()
    paypal_server.state.data["webhooks"].clear()
    simulated = SimulatedPayPal(paypal_server)
    settings.PAYPAL_BASE_URL = simulated.url
    settings.PAYPAL_CLIENT_ID = settings.PAYPAL_CLIENT_SECRET = "simulator"
    settings.PAYPAL_WEBHOOK_ID = simulated.webhook_id
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"].append(simulated.url)  # as DEBUG has it
    settings.CONTENT_SECURITY_POLICY = policy
    gateway.provider.cache_clear()
    cache.delete(gateway.provider().api._token_key)
    yield simulated
    gateway.provider.cache_clear()
    assert simulated.violations() == []
