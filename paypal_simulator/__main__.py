"""python -m paypal_simulator --port 9050 --state DIR: PayPal, simulated, on loopback."""

import argparse
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from paypal_simulator.server import Simulator


class Quiet(WSGIRequestHandler):
    """One line a request into the log is enough of a trail elsewhere."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.log("info", "%s %s", self.requestline, code)


def main() -> None:
    parser = argparse.ArgumentParser(prog="paypal_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=9050)
    parser.add_argument("--state", type=Path, help="a folder; in memory if left out")
    parser.add_argument("--webhook-url", help="where notices go")
    parser.add_argument("--webhook-id", default="WH-SIMULATOR")
    asked = parser.parse_args()
    simulator = Simulator(f"http://127.0.0.1:{asked.port}", asked.state)
    if asked.webhook_url:
        simulator.state.data["webhooks"] = {asked.webhook_id: asked.webhook_url}
    server = make_server("127.0.0.1", asked.port, simulator, threaded=True, request_handler=Quiet)
    server.serve_forever()


if __name__ == "__main__":
    main()
