"""The server: PayPal's addresses, the payer's page, and the knobs of tests under /__sim__/."""

import json
import secrets
import socket
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from paypal_simulator import buyer, contract, orders
from paypal_simulator.notices import Courier, Signer
from paypal_simulator.orders import Refusal
from paypal_simulator.state import State, new_id

NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    404: "RESOURCE_NOT_FOUND",
    422: "UNPROCESSABLE_ENTITY",
    500: "INTERNAL_SERVER_ERROR",
}
MESSAGES = {
    400: "Request is not well-formed, syntactically incorrect, or violates schema.",
    401: "Authentication failed due to missing authorization header, or invalid authentication "
    "credentials.",
    404: "The specified resource does not exist.",
    422: "The requested action could not be performed, semantically incorrect, or failed business "
    "validation.",
    500: "An internal server error occurred.",
}
TOKEN_LIFE = 32400  # seconds, as PayPal's
URLS = Map(
    [
        Rule("/v1/oauth2/token", endpoint="token", methods=["POST"]),
        Rule("/v2/checkout/orders", endpoint="create_order", methods=["POST"]),
        Rule("/v2/checkout/orders/<order_id>", endpoint="get_order", methods=["GET"]),
        Rule("/v2/checkout/orders/<order_id>/capture", endpoint="capture", methods=["POST"]),
        Rule("/v2/payments/captures/<capture_id>", endpoint="get_capture", methods=["GET"]),
        Rule("/v2/payments/captures/<capture_id>/refund", endpoint="refund", methods=["POST"]),
        Rule("/v2/payments/refunds/<refund_id>", endpoint="get_refund", methods=["GET"]),
        Rule("/v1/notifications/verify-webhook-signature", endpoint="verify", methods=["POST"]),
        Rule("/v1/notifications/webhooks-events", endpoint="events", methods=["GET"]),
        Rule("/v1/notifications/certs/<name>", endpoint="certificate", methods=["GET"]),
        Rule("/checkoutnow", endpoint="payer_page", methods=["GET", "POST"]),
        Rule("/style.css", endpoint="style", methods=["GET"]),
        Rule("/__sim__/<knob>", endpoint="control", methods=["GET", "POST"]),
    ]
)
OPEN_TO_ALL = {"token", "certificate", "payer_page", "style", "control"}


class Simulator:
    """A WSGI application; `base` is its own address."""

    def __init__(self, base: str, folder: Path | None = None) -> None:
        self.base = base
        self.state = State(folder)
        self.signer = Signer(folder)
        self.courier = Courier(self.state, self.signer, base)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        request = Request(environ)
        try:
            endpoint, arguments = URLS.bind_to_environ(environ).match()
            response = self.guarded(request, endpoint, dict(arguments))
        except HTTPException as error:
            response = Response(str(error), status=error.code or 500)
        response.headers["PayPal-Debug-Id"] = secrets.token_hex(7)
        return response(environ, start)

    def guarded(self, request: Request, endpoint: str, arguments: dict[str, str]) -> Response:
        """With authorization, faults on demand, and both sides checked by PayPal's files."""
        if endpoint not in OPEN_TO_ALL and not self.is_authorized(request):
            return self.refuse(request, 401, "")
        if broken := self.fault(request, "before"):
            return broken
        response: Response = getattr(self, endpoint)(request, **arguments)
        if endpoint not in OPEN_TO_ALL:
            self.check(request, response)
        if endpoint != "control" and (broken := self.fault(request, "after")):
            return broken
        return response

    def is_authorized(self, request: Request) -> bool:
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        return kind == "Bearer" and self.state.tokens.get(token, 0) > self.state.now()

    def check(self, request: Request, response: Response) -> None:
        raw = request.get_data()
        body = json.loads(raw) if raw else None
        answer = json.loads(response.get_data()) if response.get_data() else None
        found = contract.check_request(request.method, request.path, body)
        found += contract.check_answer(request.method, request.path, response.status_code, answer)
        with self.state.lock:
            self.state.violations += found
            entry = {"method": request.method, "path": request.path}
            entry |= {"status": str(response.status_code)}
            entry |= {"request_id": request.headers.get("PayPal-Request-Id", "")}
            self.state.log.append(entry)

    def fault(self, request: Request, phase: str) -> Response | None:
        """A planted fault, as often as it was asked for."""
        with self.state.lock:
            fits = (
                f
                for f in self.state.faults
                if f["phase"] == phase
                and f["path"] in request.path
                and f["times"] > 0
                and f["method"] in {"", request.method}
            )
            fault = next(fits, None)
            if fault is None:
                return None
            fault["times"] -= 1
        match fault["do"]:
            case "sleep":
                time.sleep(float(fault["arg"]))
                return None
            case "drop":
                raw = request.environ.get("werkzeug.socket")
                if raw:
                    raw.shutdown(socket.SHUT_RDWR)
                return Response(status=500)
            case "html":
                return Response("<html>busy</html>", status=int(fault["arg"] or 200))
        response = self.refuse(request, int(fault["arg"]), "")
        if int(fault["arg"]) == 429:
            response.headers["Retry-After"] = "7"
        return response

    def refuse(self, request: Request, status: int, issue: str) -> Response:
        body: dict[str, Any] = {
            "name": NAMES.get(status, "INTERNAL_SERVER_ERROR"),
            "message": MESSAGES.get(status, MESSAGES[500]),
            "debug_id": secrets.token_hex(7),
            "links": [],
        }
        if issue:
            text = contract.description(request.method, request.path, status, issue)
            body["details"] = [{"issue": issue, "description": text}]
        return answer(body, status)

    # PayPal's addresses

    def token(self, request: Request) -> Response:
        if not request.authorization or request.form.get("grant_type") != "client_credentials":
            return answer({"error": "invalid_client"}, 401)
        token = secrets.token_urlsafe(40)
        with self.state.lock:
            self.state.tokens[token] = self.state.now() + TOKEN_LIFE
            leaked = request.headers.get("PayPal-Request-Id")
            if leaked:
                self.state.violations.append("PayPal-Request-Id on the token call")
            self.state.log.append({"method": "POST", "path": request.path, "status": "200"})
        return answer({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE})

    def once(self, request: Request, act: Callable[[], tuple[int, Any]]) -> Response:
        """An act under its request id: a repeat gets the first answer, with 200."""
        key = request.headers.get("PayPal-Request-Id", "")
        fingerprint = f"{request.method} {request.path} {request.get_data(as_text=True)}"
        with self.state.lock:
            if not key:
                self.state.violations.append(f"{request.path}: no PayPal-Request-Id")
            elif kept := self.state.replay(key, fingerprint):
                return answer(kept[1], 201 if "refund" in request.path else 200)
            try:
                status, body = act()
            except Refusal as refusal:
                self.state.save()
                return self.refuse(request, refusal.status, refusal.issue)
            if key:
                self.state.remember(key, fingerprint, status, body)
            self.state.save()
            return answer(deepcopy(body), status)

    def create_order(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        faults = contract.check_request("POST", request.path, body)
        if faults:
            with self.state.lock:
                self.state.violations += faults
            return self.refuse(request, 400, "")
        return self.once(request, lambda: (201, orders.create(self.state, body, self.base)))

    def get_order(self, request: Request, order_id: str) -> Response:
        with self.state.lock:
            found = deepcopy(self.state.order(order_id))
        return answer(found) if found else self.refuse(request, 404, "INVALID_RESOURCE_ID")

    def capture(self, request: Request, order_id: str) -> Response:
        def act() -> tuple[int, Any]:
            order = orders.capture(self.state, order_id, self.base)
            self.courier.announce(order)
            return 201, order

        return self.once(request, act)

    def get_capture(self, request: Request, capture_id: str) -> Response:
        with self.state.lock:
            found = deepcopy(self.state.find_capture(capture_id))
        return answer(found[1]) if found else self.refuse(request, 404, "INVALID_RESOURCE_ID")

    def refund(self, request: Request, capture_id: str) -> Response:
        body = json.loads(request.get_data() or b"{}")
        return self.once(
            request, lambda: (201, orders.refund(self.state, capture_id, body, self.base))
        )

    def get_refund(self, request: Request, refund_id: str) -> Response:
        with self.state.lock:
            found = deepcopy(self.state.data["refunds"].get(refund_id))
        if found is None:
            return self.refuse(request, 404, "INVALID_RESOURCE_ID")
        found.pop("capture")
        return answer(found)

    def verify(self, request: Request) -> Response:
        raw = request.get_data()
        asked = json.loads(raw)
        event = raw.partition(b'"webhook_event":')[2].strip()[:-1]  # byte for byte as it was sent
        known = asked.get("webhook_id") in self.state.data["webhooks"]
        is_genuine = known and self.signer.verify(asked, event.strip())
        return answer({"verification_status": "SUCCESS" if is_genuine else "FAILURE"})

    def events(self, request: Request) -> Response:
        with self.state.lock:
            found = deepcopy(self.state.data["events"])
        return answer({"events": found, "count": len(found), "links": []})

    def certificate(self, request: Request, name: str) -> Response:
        return Response(self.signer.pem(), mimetype="application/x-pem-file")

    # The payer

    def style(self, request: Request) -> Response:
        return Response(buyer.STYLE, mimetype="text/css")

    def payer_page(self, request: Request) -> Response:
        token = request.values.get("token", "")
        with self.state.lock:
            order, meta = self.state.order(token), self.state.data["meta"].get(token, {})
            language = buyer.language_of(meta)
            if order is None or order["status"] == "COMPLETED":
                return page(buyer.message(language, "gone"), 404)
            if request.method == "GET":
                return page(buyer.page(order, meta))
            return self.payer_act(request.form.get("act", ""), token, meta, language)

    def payer_act(self, act: str, token: str, meta: dict[str, Any], language: str) -> Response:
        experience = meta["experience"]
        if act == "cancel":
            return redirect(f"{experience['cancel_url']}?{urlencode({'token': token})}")
        scenario = act if act in {"instrument_declined", "pending", "declined"} else ""
        order = orders.approve(self.state, token, self.base, scenario=scenario)
        self.courier.announce(order)
        if act == "close":
            return page(buyer.message(language, "closed"))
        query = urlencode({"token": token, "PayerID": "SMPAYER222222"})
        return redirect(f"{experience['return_url']}?{query}")

    # The knobs of tests

    def control(self, request: Request, knob: str) -> Response:
        asked = json.loads(request.get_data() or b"{}")
        with self.state.lock:
            match knob:
                case "reset":
                    webhooks = self.state.data["webhooks"]
                    self.state.reset()
                    self.state.data["webhooks"] = webhooks
                    self.courier.is_automatic = True
                case "faults":
                    plain = {"phase": "before", "method": "", "path": "", "do": "status"}
                    self.state.faults.append(plain | {"arg": 500, "times": 1} | asked)
                case "clock":
                    self.state.data["clock"] += asked["advance"]
                case "approve":
                    order = orders.approve(
                        self.state, asked["order"], self.base, scenario=asked.get("scenario", "")
                    )
                    self.courier.announce(order)
                case "settle":
                    taken = orders.settle(self.state, asked["capture"], asked["status"])
                    found = self.state.find_capture(taken["id"])
                    if found:
                        self.courier.announce(found[0])
                case "tamper":
                    self.state.data["orders"][asked["order"]]["purchase_units"][0] |= asked["unit"]
                case "delivery":
                    self.courier.is_automatic = asked["automatic"]
                case "webhook":
                    self.state.data["webhooks"][asked.get("id") or new_id()] = asked["url"]
                case "revoke":
                    self.state.tokens.clear()
                case "violations" | "log":
                    return answer(getattr(self.state, knob))
                case "state":
                    return answer(self.state.data)
            self.state.save()
        if knob == "deliver":
            events = self.state.data["events"]
            chosen = [e for e in events if asked.get("only", "") in e["event_type"]]
            if asked.get("order") == "reverse":
                chosen.reverse()
            told = [
                self.courier.deliver(event, tamper=asked.get("tamper", ""))
                for event in chosen
                for _ in range(asked.get("times", 1))
            ]
            return answer(told)
        return answer({})


def answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")


def page(html: str, status: int = 200) -> Response:
    response = Response(html, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; form-action *; base-uri 'none'"
    )
    return response


def redirect(url: str) -> Response:
    return Response(status=303, headers={"Location": url})
