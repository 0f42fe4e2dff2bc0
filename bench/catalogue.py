"""How fast the catalogue is: ratios within one run, against a bare view of the same server.

    .venv/bin/python -m bench.catalogue [--small 2000] [--large 100000] [--rounds 150] [--json]

Starts its own PostgreSQL and Valkey in var/bench and gunicorn on a free loopback port, fills the
catalogue, asks each page in turn (page, floor, page, floor…) so that a busy machine slows both
alike, takes medians, and ends what it started. Exits 1 when a goal is missed.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var/bench"
WARM = 12  # requests of each page before any counts, for both workers
LONGEST = 420  # seconds of asking in all
PRODUCT = "/en/catalog/b-777/"
PAGES = {
    "list": "/en/catalog/",
    "filtered": "/en/catalog/?kind=donation&available=on&sort=fee",
    "deep": "/en/catalog/?page=60",
    "search": "/en/catalog/?q=firewall",
    "mistyped": "/en/catalog/?q=fierwall",
    "product": PRODUCT,
}


def main() -> None:
    asked = arguments()
    sys.path.insert(0, str(ROOT))
    from portal import embedded

    os.environ |= embedded.up(HOME, fast=False) | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
    try:
        results = measure(asked)
    finally:
        embedded.down(HOME)
    report(results, as_json=asked.json)
    sys.exit(0 if all(goal["is_met"] for goal in results["goals"]) else 1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=2_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=150, help="requests of each page and size")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def measure(asked: argparse.Namespace) -> dict[str, object]:
    """Milliseconds of every page at both sizes, with those of the floor in the same rounds."""
    import django

    django.setup()
    from django.core.management import call_command

    from bench import people, products
    from bench.serving import gunicorn

    call_command("migrate", verbosity=0)
    products.empty()
    cookie, number = people.member()
    times: dict[str, dict[str, dict[str, float]]] = {}
    before = 0
    until = time.monotonic() + LONGEST
    for size in (asked.small, asked.large):
        started = time.monotonic()
        products.fill(before + 1, size)
        before = size
        print(f"{size:,} products in {time.monotonic() - started:.0f} s", file=sys.stderr)
        with gunicorn("bench.site:application", "--workers", "2") as port:
            times[str(size)] = {
                name: compare(port, path, headers, rounds=asked.rounds, until=until)
                for name, path, headers in pages(cookie, number)
            }
    return {"times": times, "goals": goals(times[str(asked.small)], times[str(asked.large)])}


def pages(cookie: str, number: int) -> list[tuple[str, str, dict[str, str]]]:
    """Every page for a visitor, and the same for a member with eligibility and quota."""
    signed_in = {"Cookie": cookie}
    found = [(name, path, {}) for name, path in PAGES.items()]
    for name, path in PAGES.items():
        found.append((f"member {name}", path.replace("/en/", f"/en/o/{number}/"), signed_in))
    return found


def compare(port, path, headers, *, rounds, until) -> dict[str, float]:
    """Medians of a page and of the floor, asked in turn."""
    for _n in range(WARM):
        ask(port, path, headers)
        ask(port, "/bare/", {})
    page, floor = [], []
    for _n in range(rounds):
        page.append(ask(port, path, headers))
        floor.append(ask(port, "/bare/", {}))
        if time.monotonic() > until:
            break
    mine, bare = statistics.median(page), statistics.median(floor)
    return {"ms": mine, "bare_ms": bare, "speed": bare / mine, "rounds": len(page)}


def ask(port, path, headers) -> float:
    """Milliseconds from the connection to the last byte."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - started) * 1000
    connection.close()
    if answer.status != 200 or b"</html>" not in body:
        raise SystemExit(f"{path}: {answer.status}")
    return took


def goals(small, large) -> list[dict[str, object]]:
    """What was promised, and what came of it. Sizes are compared as multiples of the floor."""

    def cost(page):
        return 1 / page["speed"]

    wanted = [
        ("list, visitor: at least 0.5 of a bare view", small["list"]["speed"], 0.5, ">="),
        ("list, visitor, large: at least 0.5", large["list"]["speed"], 0.5, ">="),
        ("list, member: at least 0.35", small["member list"]["speed"], 0.35, ">="),
        ("list, member, large: at least 0.35", large["member list"]["speed"], 0.35, ">="),
        ("list: large at most 1.5 of small", cost(large["list"]) / cost(small["list"]), 1.5, "<="),
        (
            "list, member: large at most 1.5 of small",
            cost(large["member list"]) / cost(small["member list"]),
            1.5,
            "<=",
        ),
        (
            "product: large at most 1.5 of small",
            cost(large["product"]) / cost(small["product"]),
            1.5,
            "<=",
        ),
        ("search, large: at most 3 lists", cost(large["search"]) / cost(large["list"]), 3, "<="),
        (
            "mistyped search, large: at most 3 lists",
            cost(large["mistyped"]) / cost(large["list"]),
            3,
            "<=",
        ),
    ]
    return [
        {
            "goal": text,
            "is": round(value, 3),
            "is_met": value >= bound if sign == ">=" else value <= bound,
        }
        for text, value, bound, sign in wanted
    ]


def report(results, *, as_json) -> None:
    if as_json:
        print(json.dumps(results, indent=2))
        return
    for size, found in results["times"].items():
        print(f"\n{int(size):,} products        ms   floor ms   speed   rounds")
        for name, row in found.items():
            figures = f"{row['ms']:8.1f} {row['bare_ms']:10.1f} {row['speed']:7.2f}"
            print(f"{name:18} {figures} {row['rounds']:8}")
    print()
    for goal in results["goals"]:
        print("met   " if goal["is_met"] else "MISSED", f"{goal['is']:7}", goal["goal"])


if __name__ == "__main__":
    main()
