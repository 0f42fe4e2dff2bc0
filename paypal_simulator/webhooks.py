"""Notices: written down when something happens, signed, and carried to whoever listens."""

import json
import logging
import random
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests

from paypal_simulator import contract
from paypal_simulator.signing import ALGORITHM, Signer, raw_event
from paypal_simulator.state import Record, State, new_id, stamp

log = logging.getLogger("paypal_simulator")

# Seconds from one try to the next. PayPal tries 25 times in three days; the first tries are nearer
# together here, for an application that is being restarted.
PAUSES = [2, 5, 15, 60, 300, 900, 3600, *[4 * 3600] * 17]
TICK = 0.2  # seconds
TAMPERINGS = {"", "body", "sig", "cert", "id"}


@dataclass(frozen=True)
class Notice:
    """A notice ready to be carried: what, to whom, the headers, the bytes."""

    event_id: str
    event_type: str
    headers: dict[str, str]
    raw: bytes


def tell(state: State, event_type: str, resource_type: str, resource: Record) -> None:
    """Write down that something happened, for all who asked to be told."""
    event_id = f"WH-{new_id()}-{new_id()}"
    event = {
        "id": event_id,
        "event_version": "1.0",
        "create_time": stamp(state.now()),
        "resource_type": resource_type,
        "resource_version": "2.0",
        "event_type": event_type,
        "summary": event_type.replace(".", " ").capitalize(),
        "resource": resource,
        "links": [
            {
                "href": f"{state.base}/v1/notifications/webhooks-events/{event_id}",
                "rel": "self",
                "method": "GET",
            }
        ],
    }
    state.violations += (f"{event_type}: {text}" for text in contract.event_violations(event))
    state.data["events"].append(event)
    for hook in state.data["webhooks"].values():
        if {"*", event_type} & {kind["name"] for kind in hook["event_types"]}:
            delivery = {"event": event_id, "hook": hook["id"], "tries": 0}
            state.data["deliveries"].append(delivery | {"due": stamp(state.now())})


def register(state: State, url: str, event_types: list[Record], *, id: str = "") -> Record:  # noqa: A002 - PayPal's word
    """A new listener, or a known one at a new address."""
    hook = {"id": id or new_id(), "url": url, "event_types": event_types}
    state.data["webhooks"][hook["id"]] = hook
    return hook


def signed(
    event: Record, *, state: State, signer: Signer, webhook_id: str, tamper: str = ""
) -> Notice:
    """A notice as PayPal sends it; tampered with, one of its parts is not as it was signed."""
    transmission_id, time = str(uuid.uuid4()), stamp(state.now())
    raw = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
    signed_for = "WH-SOMEBODY-ELSE" if tamper == "id" else webhook_id
    signature = signer.sign(transmission_id, time, signed_for, raw)
    if tamper == "sig":
        signature = ("B" if signature[0] == "A" else "A") + signature[1:]
    if tamper == "body":
        raw = raw.replace(b'"summary":"', b'"summary":"Really: ')
    certs = "https://attacker.example/certs" if tamper == "cert" else certs_url(state)
    headers = {
        "Content-Type": "application/json",
        "PAYPAL-TRANSMISSION-ID": transmission_id,
        "PAYPAL-TRANSMISSION-TIME": time,
        "PAYPAL-TRANSMISSION-SIG": signature,
        "PAYPAL-CERT-URL": f"{certs}/{signer.cert_id}",
        "PAYPAL-AUTH-ALGO": ALGORITHM,
        "PAYPAL-AUTH-VERSION": "v2",
    }
    return Notice(event["id"], event["event_type"], headers, raw)


def certs_url(state: State) -> str:
    return f"{state.base}/v1/notifications/certs"


def is_genuine(state: State, signer: Signer, body: Record, raw: bytes) -> bool:
    """What verify-webhook-signature finds out, of the request's body and its bytes."""
    return (
        body["auth_algo"] == ALGORITHM
        and body["cert_url"] == f"{certs_url(state)}/{signer.cert_id}"
        and signer.is_genuine(
            body["transmission_sig"],
            body["transmission_id"],
            body["transmission_time"],
            body["webhook_id"],
            raw_event(raw),
        )
    )


def chosen(state: State, *, only: str = "", order: str = "fifo", times: int = 1) -> list[Record]:
    """The events whose type starts with `only`, each `times` over, in an order of arrival."""
    events = [e for e in state.data["events"] if e["event_type"].startswith(only)] * times
    if order == "reverse":
        events.reverse()
    elif order == "shuffle":
        random.shuffle(events)
    return events


def post(url: str, notice: Notice) -> int:
    """Carry a notice; the status of the answer, 0 for none."""
    try:
        answer = requests.post(
            url, data=notice.raw, headers=notice.headers, timeout=10, allow_redirects=False
        )
    except requests.RequestException as error:
        log.info("Nobody took %s at %s: %s", notice.event_type, url, type(error).__name__)
        return 0
    return answer.status_code


class Courier(threading.Thread):
    """Carries notices that are due, and tries again later where nobody said yes."""

    def __init__(
        self, state: State, signer: Signer, *, chores: Sequence[Callable[[State], bool]] = ()
    ) -> None:
        super().__init__(name="paypal-simulator-courier", daemon=True)
        self.state, self.signer, self.chores = state, signer, tuple(chores)
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(TICK):
            with self.state.lock:
                for chore in self.chores:
                    if chore(self.state):
                        self.state.save()
            for delivery in self._due():
                self._deliver(delivery)

    def stop(self) -> None:
        """End after the notice that is on its way."""
        self._end.set()
        self.join()

    def _due(self) -> list[Record]:
        with self.state.lock:
            now = self.state.now()
            deliveries = self.state.data["deliveries"]
            return [d for d in deliveries if datetime.fromisoformat(d["due"]) <= now]

    def _deliver(self, delivery: Record) -> None:
        with self.state.lock:
            hook = self.state.data["webhooks"].get(delivery["hook"])
            events = {event["id"]: event for event in self.state.data["events"]}
            event = events.get(delivery["event"])
            if hook and event:
                notice = signed(event, state=self.state, signer=self.signer, webhook_id=hook["id"])
        is_taken = not (hook and event) or 200 <= post(hook["url"], notice) < 300
        with self.state.change() as data:
            delivery["tries"] += 1
            if is_taken or delivery["tries"] > len(PAUSES):
                if delivery in data["deliveries"]:  # not after a reset
                    data["deliveries"].remove(delivery)
            else:
                pause = timedelta(seconds=PAUSES[delivery["tries"] - 1])
                delivery["due"] = stamp(self.state.now() + pause)
