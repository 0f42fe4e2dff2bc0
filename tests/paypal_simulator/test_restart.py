"""python -m paypal_simulator: found again after a kill, with all it knew."""

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests

from paypal_simulator.server import running
from paypal_simulator.signing import Signer
from paypal_simulator.state import State
from tests.paypal_simulator.test_api import Shop


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def started(port, folder, *, end=signal.SIGTERM):
    command = [sys.executable, "-m", "paypal_simulator", "--port", str(port), "--state", folder]
    command += ["--webhook-url", "http://127.0.0.1:1/nobody"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        try:
            yield said
        finally:
            process.send_signal(end)
            assert process.wait(10) == (0 if end == signal.SIGTERM else -end)


def test_a_restart_finds_orders_keys_and_request_ids(port, tmp_path):
    url = f"http://127.0.0.1:{port}"
    with started(port, tmp_path, end=signal.SIGKILL) as said:
        assert url in said
        shop = Shop(url)
        order = shop.order(request_id="one").json()["id"]
        command = {"order": order}
        requests.post(f"{url}/__sim__/approve", json=command, timeout=5)
        [first] = requests.post(f"{url}/__sim__/deliver", json={"post": False}, timeout=5).json()

    with started(port, tmp_path):
        assert shop.get(f"/v2/checkout/orders/{order}").json()["status"] == "APPROVED"
        again = shop.order(request_id="one")
        [second] = requests.post(f"{url}/__sim__/deliver", json={"post": False}, timeout=5).json()
        [hook] = shop.get("/v1/notifications/webhooks").json()["webhooks"]

    assert (again.status_code, again.json()["id"]) == (200, order)
    assert first["headers"]["PAYPAL-CERT-URL"] == second["headers"]["PAYPAL-CERT-URL"]
    assert hook["id"] == "WH-SIMULATOR"


def test_its_links_lead_to_where_it_is_reached(port):
    with running(port=port, public_url="https://paypal.test/"):
        order = Shop(f"http://127.0.0.1:{port}").order().json()
    page = next(link["href"] for link in order["links"] if link["rel"] == "payer-action")
    assert page == f"https://paypal.test/checkoutnow?token={order['id']}"


def test_a_write_that_was_cut_off_does_no_harm(tmp_path):
    state = State(tmp_path, base="http://127.0.0.1:9050")
    with state.change() as data:
        data["orders"]["one"] = {"id": "one"}
    (tmp_path / "state.new").write_text('{"orders": {')

    assert State(tmp_path, base="http://127.0.0.1:9050").data["orders"] == {"one": {"id": "one"}}


def test_the_key_of_the_notices_is_its_owners_alone(tmp_path):
    signer = Signer(tmp_path)
    assert signer.chain
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
