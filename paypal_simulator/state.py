"""What the simulated PayPal knows: orders, captures, request ids, notices; kept on disk."""

import json
import secrets
import string
import threading
import time
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HOUR = 3600
APPROVAL_TIME = 3 * HOUR
REQUEST_ID_TIME = 6 * HOUR
LETTERS = string.ascii_uppercase + string.digits


def new_id(length: int = 17) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


class State:
    """All of it under one lock; deliberate delays happen outside."""

    def __init__(self, folder: Path | None) -> None:
        self.file = folder / "paypal.json" if folder else None
        self.lock = threading.RLock()
        self.reset()
        if self.file and self.file.exists():
            self.data |= json.loads(self.file.read_text())

    def reset(self) -> None:
        """As new: nothing ordered, nobody signed in."""
        with self.lock:
            self.data: dict[str, Any] = {
                "orders": {},
                "meta": {},  # per order: approved_at, scenario
                "refunds": {},
                "requests": {},
                "webhooks": {},
                "events": [],
                "clock": 0,
            }
            self.tokens: dict[str, float] = {}
            self.faults: list[dict[str, Any]] = []
            self.violations: list[str] = []
            self.log: list[dict[str, Any]] = []

    def save(self) -> None:
        """Onto the disk, whole or not at all."""
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.file.with_suffix(".new")
            fresh.write_text(json.dumps(self.data))
            fresh.replace(self.file)

    def now(self) -> float:
        """The simulated time, in seconds since 1970."""
        return time.time() + float(self.data["clock"])

    def stamp(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def order(self, order_id: str) -> dict[str, Any] | None:
        """An order that PayPal still knows; unpaid ones are forgotten after three hours."""
        order = self.data["orders"].get(order_id)
        if order is None:
            return None
        meta = self.data["meta"][order_id]
        since = meta.get("approved_at") or meta["created_at"]
        if order["status"] != "COMPLETED" and self.now() - since > APPROVAL_TIME:
            return None
        found: dict[str, Any] = order
        return found

    def find_capture(self, capture_id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """A capture with its order."""
        for order in self.data["orders"].values():
            for capture in captures_of(order):
                if capture["id"] == capture_id:
                    return order, capture
        return None

    def invoice_is_paid(self, invoice_id: str) -> bool:
        """Whether an invoice number was captured before."""
        return any(
            capture.get("invoice_id") == invoice_id and capture["status"] != "DECLINED"
            for order in self.data["orders"].values()
            for capture in captures_of(order)
        )

    def replay(self, key: str, fingerprint: str) -> tuple[int, Any] | None:
        """The first answer to a request id, while PayPal remembers it."""
        kept = self.data["requests"].get(key)
        if kept is None or self.now() - kept["at"] > REQUEST_ID_TIME:
            return None
        if kept["fingerprint"] != fingerprint:
            self.violations.append(f"request id {key}: used again for another request")
        return kept["status"], deepcopy(kept["body"])

    def remember(self, key: str, fingerprint: str, status: int, body: Any) -> None:
        """Keep the answer to a request id."""
        entry = {"fingerprint": fingerprint, "status": status, "body": deepcopy(body)}
        self.data["requests"][key] = entry | {"at": self.now()}


def captures_of(order: dict[str, Any]) -> list[dict[str, Any]]:
    """The captures of an order's only unit."""
    unit = order["purchase_units"][0]
    found: list[dict[str, Any]] = unit.get("payments", {}).get("captures", [])
    return found
