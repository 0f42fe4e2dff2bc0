"""The PayPal simulator for tests: real HTTP on a free port, and its knobs."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from django.core.cache import cache
from werkzeug.serving import make_server

from orders import gateway
from paypal_simulator.server import Simulator

WEBHOOK_ID = "WH-SIMULATOR"


@dataclass
class PayPal:
    """The simulator's address and knobs."""

    url: str
    simulator: Simulator

    def knob(self, name: str, **asked: Any) -> Any:
        answer = requests.post(f"{self.url}/__sim__/{name}", json=asked, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def approve(self, paypal_id: str, scenario: str = "") -> None:
        """The payer says yes; `scenario`: instrument_declined, pending, declined or refused."""
        self.knob("approve", order=paypal_id, scenario=scenario)

    def fault(self, do: str, arg: object = 500, **asked: Any) -> None:
        """The next call fails: do=status|sleep|drop|html, phase=before|after, path=…, times=…."""
        self.knob("faults", do=do, arg=arg, **asked)

    def calls(self, path: str) -> list[dict[str, str]]:
        """What was asked of an address, and how it was answered."""
        return [call for call in self.simulator.state.log if path in call["path"]]

    @property
    def violations(self) -> list[str]:
        return self.simulator.state.violations


@pytest.fixture(scope="session")
def paypal_server() -> Iterator[PayPal]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, lambda *_: None, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    simulator = Simulator(url)
    server.app = simulator
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield PayPal(url, simulator)
    server.shutdown()


@pytest.fixture
def paypal(paypal_server: PayPal, settings) -> Iterator[PayPal]:
    """A simulator as new; the test fails when anybody broke PayPal's published contract."""
    settings.PAYPAL_BASE_URL = paypal_server.url
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    paypal_server.simulator.state.reset()
    paypal_server.simulator.courier.is_automatic = False
    paypal_server.simulator.state.data["webhooks"] = {}
    cache.clear()
    gateway.provider.cache_clear()
    yield paypal_server
    gateway.provider.cache_clear()
    assert paypal_server.violations == []
