"""What PayPal knows: orders, captures, refunds, events, request ids; kept in a file.

All of it is one JSON document, written whole to a new file which then takes the old one's name, so
that a restart, or a kill, finds a state that once was.
"""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOUR = 3600  # seconds
KEPT = {"order": 6 * HOUR, "capture": 6 * HOUR, "refund": 45 * 24 * HOUR}  # how long a request id
TOKEN_LIFE = 9 * HOUR
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

Record = dict[str, Any]


def empty() -> Record:
    """The state of a PayPal that nobody has spoken to."""
    return {
        "advanced": 0.0,  # seconds that the clock is ahead of the real one
        "orders": {},
        "captures": {},
        "refunds": {},
        "replays": {},
        "tokens": {},
        "scenarios": {},
        "events": [],
        "deliveries": [],
        "webhooks": {},
        "has_unique_invoices": True,  # the setting that PayPal's accounts start with
    }


class State:
    """The document and its lock. Change it inside `change()` only."""

    def __init__(self, folder: Path | None = None, *, base: str) -> None:
        self.lock = threading.RLock()
        self.base = base  # where we are, without a slash at the end
        self.folder = folder
        self.violations: list[str] = []  # what broke the contract so far, on either side
        self.data = empty()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            if self.file.exists():
                self.data |= json.loads(self.file.read_text())

    @property
    def file(self) -> Path:
        assert self.folder is not None
        return self.folder / "state.json"

    @contextmanager
    def change(self) -> Iterator[Record]:
        """The document, locked; written to disk at the end, also after a refusal."""
        with self.lock:
            try:
                yield self.data
            finally:
                self.save()

    def reset(self) -> None:
        """Forget everything but who listens: the registered webhooks stay."""
        with self.change():
            webhooks = self.data["webhooks"]
            self.data = empty() | {"webhooks": webhooks}

    def save(self) -> None:
        """Write the document down, if there is a folder for it."""
        if self.folder is None:
            return
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self.data, ensure_ascii=False))
        new.replace(self.file)

    # The clock

    def now(self) -> datetime:
        """PayPal's time, which can be put forward."""
        return datetime.now(UTC) + timedelta(seconds=self.data["advanced"])

    def is_older(self, moment: str, seconds: float) -> bool:
        """Whether a moment, as this file writes them, is longer ago than that."""
        return self.now() - datetime.fromisoformat(moment) > timedelta(seconds=seconds)

    # Tokens

    def new_token(self) -> str:
        token = "A21AA" + secrets.token_urlsafe(40)
        with self.change() as data:
            data["tokens"][token] = stamp(self.now() + timedelta(seconds=TOKEN_LIFE))
        return token

    def is_token(self, token: str) -> bool:
        """Whether it was given out, not revoked, and has not ended."""
        with self.lock:
            until = self.data["tokens"].get(token)
            return until is not None and datetime.fromisoformat(until) > self.now()

    # Request ids

    def replayed(self, kind: str, request_id: str) -> Record | None:
        """What was done the first time a request id came; None for a new or a forgotten one."""
        found: Record | None = self.data["replays"].get(f"{kind}:{request_id}")
        return found if found and not self.is_older(found["at"], KEPT[kind]) else None

    def remember(self, kind: str, request_id: str, *, done: str, asked: str) -> None:
        """Keep what a request id led to: the id of what was made, and what was asked."""
        if request_id:
            kept = {"done": done, "asked": asked, "at": stamp(self.now())}
            self.data["replays"][f"{kind}:{request_id}"] = kept


def stamp(moment: datetime) -> str:
    """A moment as PayPal writes it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """Seventeen letters and digits, as PayPal's ids have."""
    return "".join(secrets.choice(ALPHABET) for _ in range(17))
