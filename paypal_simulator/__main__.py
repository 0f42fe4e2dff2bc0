"""python -m paypal_simulator: PayPal on this machine, until it is interrupted."""

import argparse
import logging
import signal
import threading
from pathlib import Path

from paypal_simulator import webhooks
from paypal_simulator.server import Simulator, running


def main() -> None:
    """Serve, and tell where."""
    parser = argparse.ArgumentParser(prog="paypal_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=9050, help="on 127.0.0.1 (default: 9050)")
    parser.add_argument("--state", type=Path, help="a folder that outlives a restart")
    parser.add_argument("--public-url", default="", help="how others reach that port, if not so")
    parser.add_argument("--webhook-url", help="who is told what happens")
    parser.add_argument("--webhook-id", default="WH-SIMULATOR", help="(default: WH-SIMULATOR)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="PayPal simulator: %(message)s")

    def prepare(simulator: Simulator) -> None:
        if options.webhook_url:
            with simulator.state.change():
                webhooks.register(
                    simulator.state,
                    options.webhook_url,
                    [{"name": "*"}],
                    id=options.webhook_id,
                )

    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    address = {"port": options.port, "public_url": options.public_url}
    with running(**address, folder=options.state, prepare=prepare) as simulator:
        print(f"PayPal simulator on {simulator.state.base} (no money moves)", flush=True)
        end.wait()


if __name__ == "__main__":
    main()
