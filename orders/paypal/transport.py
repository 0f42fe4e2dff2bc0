"""Transport: a hardened paypalrestsdk, with time limits, and every failure one of three.

Of paypalrestsdk 1.13.3 only `Api` is used, for headers, authorization and status errors. As shipped
it has no time limit, calls itself without end on 401, returns 400 instead of raising, sends a body
with GET and passes our headers on to the token call; the overridden methods mend these.
"""

import hashlib
import json
import logging
import threading
from typing import Any

import requests
import urllib3
from django.core.cache import cache
from paypalrestsdk import Api
from paypalrestsdk import exceptions as sdk

from orders.gateway import GatewayError, NotSent, OutcomeUnknown, Rejected, time_left

log = logging.getLogger(__name__)

TIMEOUT = (3.05, 25)  # seconds to connect, to read
TOKEN_MARGIN = 300  # seconds before PayPal ends a token


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
