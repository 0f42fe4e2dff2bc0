"""PayPal over HTTP: who asks, whether it keeps to the contract, and the answer."""

import base64
import json
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from paypal_simulator import buyer, contract, control, orders, payments, webhooks
from paypal_simulator.api import OPERATIONS, Call
from paypal_simulator.contract import Operation, Refusal
from paypal_simulator.faults import Faults
from paypal_simulator.signing import Signer
from paypal_simulator.state import TOKEN_LIFE, State

log = logging.getLogger("paypal_simulator")

CREDENTIALS = "simulator:simulator"
TOKEN_PATH = "/v1/oauth2/token"
CERTS_PATH = "/v1/notifications/certs/"
LOGGED = 2000  # requests that are remembered


class Simulator:
    """The WSGI application. Every request locks the state; only faults wait outside the lock."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.signer = Signer(state.folder)
        self.faults = Faults()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOGGED)
        self.violations = state.violations
        self._under_way = 0  # requests to the API
        self._ended = threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = 2**20  # bytes
        return self.answer(request)(environ, start_response)

    def answer(self, request: Request) -> Response:
        """The answer of the control, of the payer's pages, or of the API."""
        if request.path.startswith(control.PREFIX):
            return control.answer(self, request)
        if request.path.startswith(buyer.PREFIXES):
            return buyer.answer(self.state, request)
        with self._counted():
            response = self.faults.happen("before", request) or self._api(request)
            return self.faults.happen("after", request) or response

    def reset(self) -> None:
        """Forget all orders, faults, requests and violations, once no request is under way."""
        self.faults.clear()
        with self._ended:
            self._ended.wait_for(lambda: self._under_way == 0, timeout=10)
        self.state.reset()
        self.log.clear()
        self.violations.clear()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._ended:
            self._under_way += 1
        try:
            yield
        finally:
            with self._ended:
                self._under_way -= 1
                self._ended.notify_all()

    def _api(self, request: Request) -> Response:
        debug_id = secrets.token_hex(7)
        if request.path == TOKEN_PATH:
            status, body = self._token(request)
        elif request.path == CERTS_PATH + self.signer.cert_id:
            return Response(self.signer.chain, mimetype="application/x-pem-file")
        else:
            status, body = self._operate(request, debug_id)
        self._write_log(request, status, body)
        headers = {"PayPal-Debug-Id": debug_id, "Cache-Control": "no-store"}
        return Response(json.dumps(body), status, headers, mimetype="application/json")

    def _token(self, request: Request) -> tuple[int, dict[str, Any]]:
        for name in ("PayPal-Request-Id", "Prefer"):
            if name in request.headers:
                self._violate(request, f"the token call carries {name}")
        expected = "Basic " + base64.b64encode(CREDENTIALS.encode()).decode()
        if request.headers.get("Authorization") != expected:
            text = "Client Authentication failed"
            return 401, {"error": "invalid_client", "error_description": text}
        if request.form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        token = self.state.new_token()
        return 200, {
            "scope": "https://uri.paypal.com/services/payments/payment",
            "access_token": token,
            "token_type": "Bearer",
            "app_id": "APP-SIMULATOR",
            "expires_in": TOKEN_LIFE,
            "nonce": secrets.token_hex(8),
        }

    def _operate(self, request: Request, debug_id: str) -> tuple[int, dict[str, Any]]:
        found = contract.find(request.method, request.path)
        if found is None or (found[0].method, found[0].path) not in OPERATIONS:
            self._violate(request, "no such operation here")
            return 404, {"name": "NOT_FOUND", "debug_id": debug_id}
        operation, resource = found
        try:
            status, body = self._checked(request, operation, resource)
        except Refusal as refusal:
            status, body = refusal.status, error(operation, refusal, debug_id)
        for violation in contract.response_violations(operation, status, body):
            self._violate(request, f"our answer {status}: {violation}")
        return status, body

    def _checked(
        self, request: Request, operation: Operation, resource: str
    ) -> tuple[int, dict[str, Any]]:
        if not self.state.is_token(
            request.headers.get("Authorization", "").removeprefix("Bearer ")
        ):
            raise Refusal(401)
        raw = request.get_data()
        try:
            body = json.loads(raw) if raw else None
        except ValueError as error:
            raise Refusal(400, "MALFORMED_REQUEST_JSON") from error
        for violation in contract.request_violations(operation, body, request.headers):
            self._violate(request, violation)
        refusal = contract.refused_body(operation, {} if body is None else body)
        if refusal is not None:
            raise refusal
        with self.state.change():
            payments.settle_due(self.state)
            orders.forget_expired(self.state)
            call = Call(
                state=self.state,
                signer=self.signer,
                request=request,
                id=resource,
                body=body,
                violate=lambda text: self._violate(request, text),
            )
            return OPERATIONS[operation.method, operation.path](call)

    def _violate(self, request: Request, text: str) -> None:
        self.violations.append(f"{request.method} {request.path}: {text}")

    def _write_log(self, request: Request, status: int, answer: dict[str, Any]) -> None:
        headers = {k: v for k, v in request.headers.items() if k != "Authorization"}
        self.log.append(
            {
                "method": request.method,
                "path": request.path,
                "headers": headers,
                "body": "" if request.form else request.get_data(as_text=True),
                "status": status,
                "answer": {} if request.path == TOKEN_PATH else answer,
            }
        )


def error(operation: Operation, refusal: Refusal, debug_id: str) -> dict[str, Any]:
    """A refusal in PayPal's words, which the official file has."""
    words = contract.wording(operation, refusal.status)
    body = {"name": words["name"], "message": words["message"], "debug_id": debug_id}
    if refusal.issue:
        detail = {"issue": refusal.issue, "description": words["issues"].get(refusal.issue, "")}
        if refusal.field:
            detail |= {"field": refusal.field, "location": "body"}
        body["details"] = [detail]
    return body


class Quiet(WSGIRequestHandler):
    """Writes a line for each request at DEBUG only."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - Werkzeug's name
        log.debug(message, *args)


@contextmanager
def running(
    *,
    port: int = 0,
    folder: Path | None = None,
    public_url: str = "",
    prepare: Callable[[Simulator], None] = lambda simulator: None,
) -> Iterator[Simulator]:
    """A simulator that serves on loopback, in threads, until the end of the block.

    `public_url` is how others reach it, when that is not its own address.
    """
    simulator = Simulator(State(folder, base=f"http://127.0.0.1:{port}"))
    server = make_server("127.0.0.1", port, simulator, threaded=True, request_handler=Quiet)
    simulator.state.base = public_url.rstrip("/") or f"http://127.0.0.1:{server.server_port}"
    prepare(simulator)
    chores = [payments.settle_due, orders.forget_expired]
    courier = webhooks.Courier(simulator.state, simulator.signer, chores=chores)
    serving = threading.Thread(target=server.serve_forever, name="paypal-simulator")
    courier.start()
    serving.start()
    try:
        yield simulator
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
        courier.stop()
