"""Buyers over HTTP: 32 at once want 100 packs, each with the check-out page open; who gets what.

    python -m bench.buyers [--buyers 32] [--packs 100] [--carts 300] [--restart] [--json]

Starts PostgreSQL (durable), Valkey and gunicorn (2 workers of 4 threads, as in the image) of its
own on free loopback ports, makes as many organizations as carts, opens each check-out page, and
then sends the orders. A pack costs nothing, so that PayPal is not part of what is measured; such an
order is paid and owed in the same transaction. With `--restart`, PostgreSQL is stopped at once (as
by a power cut) and started again amid the rush, and buyers press the button again, with the same
form, until they are answered. At most `--seconds` in all. Exits 1 when a pack too many or too few
is sold, a buyer has no answer, a page is another than the 503, or an invariant is broken.
"""

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import carts
from bench.serving import ROOT, gunicorn

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NO_HISTORY = {"decided-by-somebody", "keys-are-the-organizations"}  # of what `carts.fill` makes
PAUSE = 0.2  # seconds until a buyer presses again


@dataclass
class Buyer:
    """One cart's check-out page, and how its order was answered."""

    path: str
    cookies: dict[str, str]
    form: dict[str, str] = field(default_factory=dict)
    outcome: str = ""
    statuses: list[int] = field(default_factory=list)
    milliseconds: float = 0

    def ask(self, port: int, method: str = "GET", body: str = "") -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request(method, self.path, body, {"Cookie": cookie} | FORM)
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie", []):
                new = SimpleCookie(header)
                self.cookies |= {name: morsel.value for name, morsel in new.items()}
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()

    def open(self, port: int) -> None:
        """Look at the check-out page, before anything is sold."""
        status, _where, page = self.ask(port)
        assert status == 200, f"{self.path}: {status}"
        self.form = {name: unescape(value) for name, value in HIDDEN.findall(page)}

    def buy(self, port: int, until: float) -> None:
        """Press the button, and again while the site is not there."""
        started = time.perf_counter()
        while not self.outcome and time.monotonic() < until:
            try:
                status, where, _page = self.ask(port, "POST", urlencode(self.form))
            except (OSError, http.client.HTTPException):
                status, where = 0, ""
            self.statuses.append(status)
            if status == 302:
                self.outcome = "placed" if "/orders/" in where else "refused"
            else:
                time.sleep(PAUSE)
        self.milliseconds = (time.perf_counter() - started) * 1000


def main() -> None:
    options = arguments()
    from portal import embedded

    os.environ |= embedded.up(options.home, fast=False)
    try:
        carts.prepare()
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        report = measure(options)
    finally:
        embedded.down(options.home)
    print(json.dumps(report) if options.json else "\n".join(f"{k}: {v}" for k, v in report.items()))
    sys.exit(0 if report["is_sound"] else 1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--buyers", type=int, default=32)
    parser.add_argument("--packs", type=int, default=100)
    parser.add_argument("--carts", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--restart", action="store_true")
    parser.add_argument("--home", type=Path, default=ROOT / "var/buyers")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def measure(options: argparse.Namespace) -> dict[str, Any]:
    product, waiting = carts.fill(options.carts, stock=options.packs, fee="0.00")
    buyers = [Buyer(path, cookies) for path, cookies in signed_in(waiting)]
    site = ("--workers", "2", "--threads", "4", "--preload")
    with gunicorn("portal.wsgi", *site, log=options.home / "site.log") as port:
        crowd(buyers, options.buyers, lambda buyer: buyer.open(port))
        until = time.monotonic() + options.seconds
        power = threading.Thread(target=cut, args=(options, buyers))
        if options.restart:
            power.start()
        started = time.perf_counter()
        crowd(buyers, options.buyers, lambda buyer: buyer.buy(port, until))
        seconds = time.perf_counter() - started
        if options.restart:
            power.join()
    return report(options, product, buyers, seconds)


def signed_in(waiting: list[int]) -> list[tuple[str, dict[str, str]]]:
    """The address of each cart's check-out, and its member's session."""
    from bench.people import cookie_of
    from orders.models import Cart

    found = Cart.objects.filter(pk__in=waiting).select_related("membership__organization")
    rows = found.select_related("membership__user", "membership__organization")
    return [
        (f"/en/o/{cart.membership.organization.number}/checkout/", cookie_of(cart.membership.user))
        for cart in rows
    ]


def crowd(buyers: list[Buyer], at_once: int, deed: Callable[[Buyer], None]) -> None:
    """All of them, so many at a time, who start together."""
    left, ready = list(reversed(buyers)), threading.Barrier(at_once)

    def work() -> None:
        ready.wait()
        while True:
            try:
                buyer = left.pop()
            except IndexError:
                return
            deed(buyer)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cut(options: argparse.Namespace, buyers: list[Buyer]) -> None:
    """Stop PostgreSQL at once when a third of the packs is sold, and start it again."""
    while sum(buyer.outcome == "placed" for buyer in buyers) < options.packs // 3:
        time.sleep(0.01)
    from portal import embedded

    postmaster = json.loads((options.home / "servers.json").read_text())["postgres_pid"]
    command = Path(f"/proc/{postmaster}/cmdline").read_bytes().decode().split("\0")[:-1]
    os.kill(postmaster, signal.SIGQUIT)  # an immediate shutdown: nothing is put in order
    os.waitpid(postmaster, 0)
    time.sleep(1)
    with (options.home / "postgres.log").open("a") as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=embedded.as_root(),
            env={**os.environ, "LC_ALL": "C"},
        )
    state = json.loads((options.home / "servers.json").read_text())
    (options.home / "servers.json").write_text(json.dumps(state | {"postgres_pid": server.pid}))


def report(
    options: argparse.Namespace, product: int, buyers: list[Buyer], seconds: float
) -> dict[str, Any]:
    from django.db import connection

    from catalog.models import Product
    from orders.models import Order
    from portal.invariants import breaches

    connection.close()  # it may be one to the server that was stopped
    sold = min(options.packs, options.carts)
    placed = sum(buyer.outcome == "placed" for buyer in buyers)
    times = sorted(buyer.milliseconds for buyer in buyers)
    statuses = [status for buyer in buyers for status in buyer.statuses]
    broken = sorted({b.invariant.code for b in breaches()} - NO_HISTORY)
    found = {
        "buyers": options.buyers,
        "placed": placed,
        "refused": sum(buyer.outcome == "refused" for buyer in buyers),
        "unanswered": sum(not buyer.outcome for buyer in buyers),
        "orders": Order.objects.count(),
        "left": Product.objects.get(pk=product).stock,
        "pages": {str(status): statuses.count(status) for status in sorted(set(statuses))},
        "broken": broken,
        "p50_ms": round(times[len(times) // 2]),
        "p95_ms": round(times[int(len(times) * 0.95)]),
        "longest_ms": round(times[-1]),
        "seconds": round(seconds, 1),
    }
    is_exact = placed == found["orders"] == sold == options.packs - found["left"]
    is_sound = is_exact and not found["unanswered"] and not broken
    return found | {"is_sound": is_sound and set(statuses) <= {302, 503}}


if __name__ == "__main__":
    main()
