"""The supervisor: everything that `make run` needs, started together, ended together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

START_TIMEOUT = 60  # seconds
END_TIMEOUT = 8


class Stopped(Exception):
    """Somebody wants everything to end: Ctrl-C, or a signal."""


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback address."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(wish: int) -> int:
    """This port, or any that is free."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", wish if is_free(wish) else 0))
        return int(s.getsockname()[1])


@dataclass
class Supervisor:
    """Child processes with their logs in one folder; when one dies, all end."""

    logs: Path
    env: Mapping[str, str]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        """Start a Python program; what it prints goes into <logs>/<name>.log."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, *command],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=dict(self.env),
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the rest
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )

    def wait_for(self, url: str) -> None:
        """Until an address answers. Raises RuntimeError when a child dies before."""
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end:
            self.check()
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (our own address)
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer after {START_TIMEOUT} s: see {self.logs}")

    def check(self) -> None:
        """Raises RuntimeError with the last lines of a child that has ended."""
        for name, child in self.children.items():
            if child.poll() is not None:
                log = self.logs / f"{name}.log"
                last = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
                raise RuntimeError(f"'{name}' has ended, so everything does ({log}):\n{last}")

    def watch(self) -> None:
        """Until a signal (Stopped) or the end of a child (RuntimeError)."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """End all, first kindly; each is the leader of its own group, so nothing is left."""
        for child in self.children.values():
            send(child, signal.SIGTERM)
        end = time.monotonic() + END_TIMEOUT
        for child in self.children.values():
            try:
                child.wait(timeout=max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                send(child, signal.SIGKILL)
                child.wait()


def end_with_parent() -> None:
    """In the child: a supervisor that was killed takes its children along."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def send(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def on_signals() -> None:
    """Ctrl-C, TERM and a closed terminal all raise Stopped."""

    def stop(number: int, frame: object) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
