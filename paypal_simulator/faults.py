"""Faults on order: a status, a pause, a broken connection, a page instead of JSON.

A fault comes `before` PayPal has done what it was asked for, or `after`: then it is done, and only
the answer is lost.
"""

import json
import re
import socket
import threading
from dataclasses import dataclass
from typing import Any

from werkzeug import Request, Response

PAGE = "<!doctype html><title>Bad Gateway</title><h1>502 Bad Gateway</h1>"
RETRY_AFTER = 7  # seconds, said with 429


@dataclass
class Fault:
    """What goes wrong with which requests, how many times."""

    do: str  # status, sleep, drop or html
    arg: Any = None  # the status, or the seconds
    phase: str = "before"
    method: str = ".*"
    path: str = ".*"
    issue: str = ""
    times: int = 1

    def __post_init__(self) -> None:
        if self.do not in {"status", "sleep", "drop", "html"} or self.phase not in {
            "before",
            "after",
        }:
            raise ValueError(f"no such fault: {self.do} {self.phase}")

    def is_for(self, phase: str, request: Request) -> bool:
        """Whether this request has this fault at this point; the path is matched from its start."""
        return bool(
            self.times
            and self.phase == phase
            and re.fullmatch(self.method, request.method)
            and re.match(self.path, request.path)
        )


class Faults:
    """The faults still to come; the oldest that fits a request is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: list[Fault] = []
        self._cleared = threading.Event()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._coming.append(fault)

    def clear(self) -> None:
        """Let no more of them come, and end the pauses that have begun."""
        with self._lock:
            self._coming.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    def happen(self, phase: str, request: Request) -> Response | None:
        """Let the fault of a request happen: an answer in place of ours, or None to go on.

        Raises ConnectionResetError when the connection was broken off.
        """
        with self._lock:
            fault = next((f for f in self._coming if f.is_for(phase, request)), None)
            if fault is None:
                return None
            fault.times -= 1
            cleared = self._cleared
        if fault.do == "sleep":
            cleared.wait(float(fault.arg))
        elif fault.do == "drop":
            hang_up(request)
        elif fault.do == "html":
            return Response(PAGE, int(fault.arg or 502), mimetype="text/html")
        elif fault.do == "status":
            return refusal(int(fault.arg), fault.issue)
        return None


def refusal(status: int, issue: str) -> Response:
    """An error in PayPal's form."""
    body: dict[str, Any] = {
        "name": "SIMULATED_FAULT",
        "message": "As ordered.",
        "debug_id": "fa017",
    }
    if issue:
        body["details"] = [{"issue": issue, "description": "As ordered."}]
    headers = {"Retry-After": str(RETRY_AFTER)} if status == 429 else {}
    return Response(json.dumps(body), status, headers, mimetype="application/json")


def hang_up(request: Request) -> None:
    """Close the connection without a word."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("a fault on order")
