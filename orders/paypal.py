"""PayPal: the one file that knows it. Orders v2 through a hardened paypalrestsdk.

Of paypalrestsdk 1.13.3 only `Api` is used, for headers, authorization and status errors. As shipped
it has no time limit, calls itself without end on 401, returns 400 instead of raising, sends a body
with GET and passes our headers on to the token call; the overridden methods mend these.
"""

import hashlib
import json
import logging
import threading
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from django.core.cache import cache
from paypalrestsdk import Api
from paypalrestsdk import exceptions as sdk

from orders.gateway import (
    Checkout,
    GatewayError,
    NotSent,
    OutcomeUnknown,
    RefundRequest,
    RefundSnapshot,
    Rejected,
    Snapshot,
    time_left,
)

log = logging.getLogger(__name__)

TIMEOUT = (3.05, 25)  # seconds to connect, to read
TOKEN_MARGIN = 300  # seconds before PayPal ends a token
NAMESPACE = uuid.UUID("6f1b8f0e-5e0f-4f55-9a53-0d6d3a8f6b11")
SIGNATURE = {  # what the check asks for, and the header it comes in
    "auth_algo": "PAYPAL-AUTH-ALGO",
    "cert_url": "PAYPAL-CERT-URL",
    "transmission_id": "PAYPAL-TRANSMISSION-ID",
    "transmission_sig": "PAYPAL-TRANSMISSION-SIG",
    "transmission_time": "PAYPAL-TRANSMISSION-TIME",
}
LOCALES = {"fr": "fr-CA", "en": "en-CA"}
PAYER_HOSTS = {"www.paypal.com", "www.sandbox.paypal.com"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class PayPalApi(Api):
    """paypalrestsdk.Api with time limits, one retry on 401, and every failure one of three."""

    _lock = threading.Lock()

    def __init__(self, *, endpoint: str, client_id: str, client_secret: str) -> None:
        super().__init__(
            mode="sandbox",  # names hosts that `endpoint` replaces
            endpoint=endpoint.rstrip("/"),
            client_id=client_id,
            client_secret=client_secret,
        )
        identity = hashlib.sha256(f"{endpoint}|{client_id}|{client_secret}".encode()).hexdigest()
        self._token_key = f"paypal:token:{identity[:24]}"
        self._local = threading.local()

    def get_token_hash(
        self, authorization_code: Any = None, refresh_token: Any = None, headers: Any = None
    ) -> dict[str, Any]:
        """The access token, from the shared cache; a cold cache leads to one request a process."""
        if token := cache.get(self._token_key):
            return token
        with self._lock:
            if token := cache.get(self._token_key):
                return token
            token = self._fetch_token()
            lifetime = max(60, int(token["expires_in"]) - TOKEN_MARGIN)
            cache.set(self._token_key, token, lifetime)
            return token

    def _fetch_token(self) -> dict[str, Any]:
        """A new token; whatever is wrong with the answer, nothing else has been sent yet."""
        try:
            token = self.http_call(
                f"{self.endpoint}/v1/oauth2/token",
                "POST",
                data="grant_type=client_credentials",
                headers={
                    "Authorization": f"Basic {self.basic_auth()}",
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                    "User-Agent": self.user_agent,
                },
            )
        except sdk.ConnectionError as error:
            raise failure(NotSent, error) from error
        except OutcomeUnknown as error:
            raise NotSent(f"no access token: {error}", status=error.status) from error
        if not isinstance(token, dict) or not {"access_token", "expires_in"} <= token.keys():
            raise NotSent("no access token in the answer")
        return token

    def request(
        self,
        url: str,
        method: str,
        body: Any = None,
        headers: Any = None,
        refresh_token: Any = None,
    ) -> Any:
        """One call, with one more try when the token has ended meanwhile."""
        data = body if isinstance(body, bytes) else json.dumps(body)
        sent = {"data": data} if method not in {"GET", "DELETE"} else {}
        for is_last in (False, True):
            ours = self.headers()  # never given the caller's headers, so that nothing leaks
            try:
                return self.http_call(url, method, headers=ours | (headers or {}), **sent)
            except sdk.UnauthorizedAccess as error:
                self._forget(ours["Authorization"].split()[-1])
                if is_last:
                    raise failure(NotSent, error) from error
            except sdk.ConnectionError as error:  # every other status that is not a success
                raise judged(error) from error
        raise AssertionError("unreachable")

    def http_call(self, url: str, method: str, **kwargs: Any) -> Any:
        """The request itself: limited in time, without redirects, on this thread's connection."""
        session = self._local.__dict__.setdefault("session", requests.Session())
        timeout = tuple(time_left(seconds) for seconds in TIMEOUT)
        self._local.debug_id = ""
        try:
            answer = session.request(method, url, timeout=timeout, allow_redirects=False, **kwargs)
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise NotSent(type(error).__name__) from error
        except requests.ConnectionError as error:
            raise (NotSent if never_connected(error) else OutcomeUnknown)(str(error)) from error
        except requests.RequestException as error:
            raise OutcomeUnknown(type(error).__name__) from error
        self._local.debug_id = answer.headers.get("PayPal-Debug-Id", "")
        log.info("%s %s: %s, %s", method, url, answer.status_code, self.debug_id)
        try:
            return self.handle_response(answer, answer.content.decode())
        except ValueError as error:
            raise OutcomeUnknown("not JSON", status=answer.status_code) from error

    @property
    def debug_id(self) -> str:
        """What PayPal's support asks for: the id of the last answer to this thread."""
        return getattr(self._local, "debug_id", "")

    def _forget(self, access_token: str) -> None:
        cached = cache.get(self._token_key)
        if cached and cached["access_token"] == access_token:
            cache.delete(self._token_key)


def never_connected(error: requests.ConnectionError) -> bool:
    """Whether not even a connection was had, so that nothing can have been done."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def judged(error: sdk.ConnectionError) -> GatewayError:
    """Which of the three failures a status is."""
    code, refusal = error.response.status_code, failure(Rejected, error)
    if code == 429:
        return failure(NotSent, error)
    in_progress = any("IN_PROGRESS" in issue for issue in refusal.issues)
    if not 400 <= code < 500 or code in {408, 409} or in_progress:
        return failure(OutcomeUnknown, error)
    return refusal


def failure(kind: type[GatewayError], error: sdk.ConnectionError) -> GatewayError:
    """The SDK's error in our words, with PayPal's issues and debug id."""
    try:
        body = json.loads(error.content)
    except (TypeError, ValueError):
        body = {}
    body = body if isinstance(body, dict) else {}
    headers = error.response.headers
    wait = headers.get("Retry-After", "")
    issues = [detail.get("issue", "") for detail in body.get("details") or []]
    return kind(
        str(body.get("message") or body.get("error") or error.response.status_code),
        status=error.response.status_code,
        issues=issues or [body[key] for key in ("name", "error") if body.get(key)],
        debug_id=body.get("debug_id") or headers.get("PayPal-Debug-Id", ""),
        retry_after=int(wait) if wait.isdigit() else None,
    )


def request_id(kind: str, reference: uuid.UUID, generation: int = 0) -> str:
    """The same for every process, retry and restart: PayPal answers it with what it did first."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{reference}:{generation}"))


class PayPal:
    """Orders v2, in the words of the gateway."""

    def __init__(self, api: PayPalApi, *, webhook_id: str) -> None:
        self.api, self.webhook_id = api, webhook_id

    @classmethod
    def from_settings(cls) -> "PayPal":
        api = PayPalApi(
            endpoint=settings.PAYPAL_BASE_URL,
            client_id=settings.PAYPAL_CLIENT_ID,
            client_secret=settings.PAYPAL_CLIENT_SECRET,
        )
        return cls(api, webhook_id=settings.PAYPAL_WEBHOOK_ID)

    def create_order(self, checkout: Checkout) -> Snapshot:
        body = self._order(checkout)
        answer = self.api.post("v2/checkout/orders", body, headers("order", checkout.reference))
        return self._snapshot(answer)

    def fetch_order(self, paypal_id: str) -> Snapshot:
        return self._snapshot(self.api.get(f"v2/checkout/orders/{paypal_id}"))

    def capture(self, paypal_id: str, *, reference: uuid.UUID, generation: int) -> Snapshot:
        try:
            answer = self.api.post(
                f"v2/checkout/orders/{paypal_id}/capture",
                {},
                headers("capture", reference, generation),
            )
        except Rejected as refusal:
            if "ORDER_ALREADY_CAPTURED" not in refusal.issues:
                raise
            return self.fetch_order(paypal_id)  # somebody, perhaps we, was faster: read the truth
        return self._snapshot(answer)

    def refund(self, capture_id: str, *, asked: RefundRequest, generation: int) -> RefundSnapshot:
        # Always an amount: without one, PayPal gives back all that is left.
        body: dict[str, Any] = {"custom_id": str(asked.reference)}
        body["amount"] = {"currency_code": asked.currency, "value": f"{asked.amount:.2f}"}
        body |= {"invoice_id": asked.invoice_id, "note_to_payer": asked.note[:255]}
        path = f"v2/payments/captures/{capture_id}/refund"
        answer = self.api.post(path, body, headers("refund", asked.reference, generation))
        return self._refund(answer)

    def fetch_refund(self, refund_id: str) -> RefundSnapshot:
        return self._refund(self.api.get(f"v2/payments/refunds/{refund_id}"))

    def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """PayPal's own check; the raw bytes go in as they came, since re-serialized ones fail."""
        given = {name.upper(): value for name, value in headers.items()}
        if not given.keys() >= set(SIGNATURE.values()):
            return False
        meta = {field: given[name] for field, name in SIGNATURE.items()}
        meta["webhook_id"] = self.webhook_id
        body = json.dumps(meta)[:-1].encode() + b', "webhook_event": ' + raw + b"}"
        answer = self.api.post("v1/notifications/verify-webhook-signature", body)
        return bool(answer.get("verification_status") == "SUCCESS")

    def _order(self, checkout: Checkout) -> dict[str, Any]:
        def money(amount: Decimal) -> dict[str, str]:
            return {"currency_code": checkout.currency, "value": f"{amount:.2f}"}

        items = [
            {
                "name": item.name[:127],
                "quantity": str(item.quantity),
                "unit_amount": money(item.fee),
                "category": "DIGITAL_GOODS",  # DONATION needs a permission, and this is a fee
            }
            for item in checkout.items
        ]
        breakdown = {"item_total": money(checkout.amount - checkout.tax)}
        if checkout.tax:
            breakdown["tax_total"] = money(checkout.tax)
        amount = money(checkout.amount) | {"breakdown": breakdown}
        experience = {
            "brand_name": checkout.brand[:127],
            "locale": LOCALES[checkout.language],
            "landing_page": "GUEST_CHECKOUT",
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
            "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
            "return_url": checkout.return_url,
            "cancel_url": checkout.cancel_url,
        }
        unit = {
            "reference_id": "default",
            "custom_id": str(checkout.reference),
            "invoice_id": checkout.invoice_id,
            "amount": amount,
            "items": items,
        }
        return {
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": experience}},
        }

    def _snapshot(self, order: Any) -> Snapshot:
        """The order as PayPal tells it; its last capture decides about money, not its status."""
        if not isinstance(order, dict) or not {"id", "status"} <= order.keys():
            raise OutcomeUnknown("a success that does not say of what")
        unit = (order.get("purchase_units") or [{}])[0]
        captures = unit.get("payments", {}).get("captures") or [{}]
        capture = captures[-1]
        amount = capture.get("amount") or unit.get("amount") or {}
        links = {link["rel"]: link["href"] for link in order.get("links", [])}
        return Snapshot(
            paypal_id=order["id"],
            status=order["status"],
            amount=Decimal(amount["value"]) if amount else None,
            currency=amount.get("currency_code", ""),
            reference=capture.get("custom_id") or unit.get("custom_id", ""),
            capture_id=capture.get("id", ""),
            capture_status=capture.get("status", ""),
            detail=capture.get("status_details", {}).get("reason", ""),
            approve_url=self._payer_page(links.get("payer-action") or links.get("approve", "")),
            debug_id=self.api.debug_id,
            links=links,
            refunds=tuple(map(self._refund, unit.get("payments", {}).get("refunds") or [])),
        )

    def _refund(self, refund: Any) -> RefundSnapshot:
        if not isinstance(refund, dict) or not {"id", "status"} <= refund.keys():
            raise OutcomeUnknown("a success that does not say of what")
        amount = refund.get("amount") or {}
        return RefundSnapshot(
            refund["id"],
            refund["status"],
            amount=Decimal(amount["value"]) if amount else None,
            currency=amount.get("currency_code", ""),
            reference=refund.get("custom_id", ""),
            detail=refund.get("status_details", {}).get("reason", ""),
            debug_id=self.api.debug_id,
        )

    def _payer_page(self, url: str) -> str:
        """PayPal's page for the payer; a link to anywhere else is not followed."""
        if not url:
            return ""
        host, ours = urlsplit(url), urlsplit(self.api.endpoint)
        at_paypal = host.scheme == "https" and host.hostname in PAYER_HOSTS
        simulated = ours.hostname in LOOPBACK and host.netloc == ours.netloc
        if not (at_paypal or simulated):
            raise OutcomeUnknown(f"unexpected payer page {url}")
        return url


def headers(kind: str, reference: uuid.UUID, generation: int = 0) -> dict[str, str]:
    return {
        "PayPal-Request-Id": request_id(kind, reference, generation),
        "Prefer": "return=representation",
    }
