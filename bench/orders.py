"""How fast orders are placed: 32 buyers want one product, by the service and by hand-written SQL.

    python -m bench.orders [--buyers 32] [--orders 1200] [--rounds 3] [--json]

Makes a scratch database on the development server with as many organizations as orders, each with
one pack of the same limited, stocked product in the cart. The service `orders.checkout.place` and
the same reads and writes in plain SQL take turns in the same threads and processes; the ratio of
the two is what counts. Then 32 buyers meet 100 packs: exactly 100 are sold, and all are answered.
Exits 1 when the ratio is under 0.5 or a pack too many is sold.
"""

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from bench import by_hand, carts

PROCESSES = 4
GOAL = 0.5
SCARCE = 100


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--buyers", type=int, default=32)
    asked.add_argument("--orders", type=int, default=1200, help="in each round and way")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    server = carts.prepare()
    try:
        setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        report = measure(options.buyers, options.orders, options.rounds)
    finally:
        carts.drop(server)
    print(json.dumps(report) if options.json else "\n".join(f"{k}: {v}" for k, v in report.items()))
    sys.exit(0 if report["ratio"] >= GOAL and report["sold_of_100"] == SCARCE else 1)


everybody: Any = None  # a barrier of all processes, where their buyers start together


def setup(barrier: Any = None) -> None:
    global everybody
    import django

    everybody = barrier
    django.setup()


def measure(buyers: int, orders: int, rounds: int) -> dict[str, Any]:
    ways = {"service": "by_service", "by_hand": "by_hand"}
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    # Forked once, before any connection is open; each process has its share of the buyers.
    spawn = get_context("spawn")
    ready = spawn.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, spawn, initializer=setup, initargs=(ready,)) as pool:
        for _round in range(rounds):
            for name, way in ways.items():
                product, waiting = carts.fill(orders, stock=orders)
                speeds[name].append(run(pool, way, product, waiting, buyers)["orders_per_second"])
        product, waiting = carts.fill(SCARCE * 3, stock=SCARCE + PROCESSES)
        rush = run(pool, "by_service", product, waiting, buyers)
    service, hand = (statistics.median(speeds[name]) for name in ways)
    return {
        "buyers": buyers,
        "service_per_second": round(service, 1),
        "by_hand_per_second": round(hand, 1),
        "ratio": round(service / hand, 3),
        "p95_ms_of_service": round(rush["p95_ms"], 1),
        "sold_of_100": rush["placed"],
        "refused": rush["refused"],
        "errors": rush["errors"],
    }


def run(pool: Any, way: str, product: int, waiting: list[int], buyers: int) -> dict[str, Any]:
    """All carts placed by so many buyers at once; how many a second, and how each was answered."""
    each = buyers // PROCESSES
    shares = [waiting[n::PROCESSES] for n in range(PROCESSES)]
    works = [pool.submit(work, way, product, share, each) for share in shares]
    answers = [answer for done in works for answer in done.result()]
    started = min(end - ms / 1000 for _kind, ms, end in answers)
    ended = max(end for _kind, _ms, end in answers)
    kinds = [kind for kind, _ms, _end in answers]
    times = sorted(ms for _kind, ms, _end in answers)
    return {
        "orders_per_second": len(answers) / (ended - started),
        "p95_ms": times[int(len(times) * 0.95)],
        "placed": kinds.count("placed"),
        "refused": kinds.count("refused"),
        "errors": len(kinds) - kinds.count("placed") - kinds.count("refused"),
    }


def work(way: str, product: int, waiting: list[int], buyers: int) -> list[Any]:
    """One process's share of the buyers: (placed, refused or an error; milliseconds; end) each."""
    from django.db import connection

    place: Callable[[Any, int], bool] = {"by_service": by_service, "by_hand": by_hand.place}[way]
    first, *rest = read(waiting)
    place(first, product)  # what is made once in a process is made before the clock runs
    left: list[Any] = list(reversed(rest))
    answers: list[Any] = []

    def buy() -> None:
        connection.ensure_connection()
        ready.wait()
        while True:
            try:
                cart = left.pop()
            except IndexError:
                break
            started = time.perf_counter()
            try:
                kind = "placed" if place(cart, product) else "refused"
            except Exception as error:  # noqa: BLE001  (counted and shown, not hidden)
                kind = repr(error)
                print(kind, file=sys.stderr)
            answers.append((kind, (time.perf_counter() - started) * 1000, time.time()))
        connection.close()

    ready = threading.Barrier(buyers, action=everybody.wait)
    threads = [threading.Thread(target=buy) for _ in range(buyers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def read(pks: list[int]) -> list[Any]:
    from orders.models import Cart

    rows = Cart.objects.filter(pk__in=pks)
    return list(rows.select_related("membership__user", "membership__organization"))


def by_service(cart: Any, _product: int) -> bool:
    from django.core.exceptions import ValidationError

    from orders.checkout import place

    try:
        place(
            cart,
            by=cart.membership.user,
            attempt=cart.attempt,
            answers={},
            attested=set(),
            language="en",
        )
    except ValidationError:
        return False
    return True


if __name__ == "__main__":
    main()
