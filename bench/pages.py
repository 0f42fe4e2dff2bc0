"""Staff's pages on a seeded database: queries, time on the server, sequential scans.

    DATABASE_URL=… DEBUG=1 .venv/bin/python bench/pages.py

after `manage.py seed --orgs 50000 --products 500 --orders 50000`. Each page is asked for as a
superuser by Django's test client, in this process: no network, no web server. The time is the
median of five after one to warm up; scans are those of EXPLAIN that read over 10,000 rows.
"""

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django

TIMES, MOST_ROWS, MOST_QUERIES, MOST_MS = 5, 10_000, 12, 300
QUEUE = "/admin/orgs/application/"


def pages() -> dict[str, str]:
    """What is asked for, by name."""
    from django.contrib import admin

    from orders.models import Order, OrderLine
    from orders.queues import View
    from orgs.models import Application, Organization  # Django is set up in main

    waiting = Application.objects.waiting_for_staff().filter(kind="first").first()
    renewal = Application.objects.waiting_for_staff().filter(kind="renewal").first()
    asked = Application.objects.filter(status="info_needed").first()
    organization = Organization.objects.exclude(bn="").first()
    order = Order.objects.filter(status="paid").latest("pk")
    sku = OrderLine.objects.latest("pk").sku
    views = ("waiting", "mine", "late", "applicant", "renewals", "appeals", "decided")
    review = {"first": waiting, "renewal": renewal, "asked": asked}
    lists = sorted(f"{m._meta.app_label}/{m._meta.model_name}" for m in admin.site._registry)
    return {
        "work today": "/admin/",
        **{f"queue: {view}": f"{QUEUE}?view={view}" for view in views},
        "queue: decided, page 900": f"{QUEUE}?view=decided&p=900",
        "queue: by organization": f"{QUEUE}?view=decided&o=2",
        "queue: a name": f"{QUEUE}?q=etoile+sherbrooke",
        "queue: a number": f"{QUEUE}?q={organization.number}",
        "queue: an e-mail": f"{QUEUE}?q=person-77@seed.example",
        **{f"review: {name}": f"{QUEUE}{one.pk}/review/" for name, one in review.items()},
        "history": f"{QUEUE}{renewal.pk}/history/",
        "statistics": f"{QUEUE}statistics/?weeks=52",
        **{f"list: {name}": f"/admin/{name}/" for name in lists},
        "list: organization, a name": "/admin/orgs/organization/?q=etoile",
        "list: organization, a number": f"/admin/orgs/organization/?q={organization.bn}",
        "list: organization, page 400": "/admin/orgs/organization/?p=400",
        "organization": f"/admin/orgs/organization/{organization.pk}/change/",
        **{f"orders: {view}": f"/admin/orders/order/?view={view}" for view in View.values},
        "orders: a number": f"/admin/orders/order/?q={order.number}",
        "orders: a name": "/admin/orders/order/?q=etoile",
        "orders: page 200": "/admin/orders/order/?p=200",
        "order": f"/admin/orders/order/{order.pk}/change/",
        "deliveries: late": "/admin/orders/fulfilment/?late=yes",
        "deliveries: a product": f"/admin/orders/fulfilment/?q={sku}",
        "list: people, an e-mail": "/admin/accounts/user/?q=person-77@seed.example",
    }


def scans(queries: list[dict[str, str]]) -> set[str]:
    """The tables that a plan reads from end to end, where that is more than MOST_ROWS rows."""
    from django.db import connection

    found = set()
    with connection.cursor() as cursor:
        for query in queries:
            if not query["sql"].startswith(("SELECT", "WITH", "(")):
                continue
            cursor.execute("EXPLAIN (FORMAT JSON) " + query["sql"])
            plans = [cursor.fetchone()[0][0]["Plan"]]
            for plan in plans:
                plans += plan.get("Plans", [])
                if plan["Node Type"] == "Seq Scan" and is_large(plan["Relation Name"]):
                    found.add(plan["Relation Name"])
    return found


def is_large(table: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        return cursor.fetchone()[0] > MOST_ROWS


def measure(client: Any, url: str) -> tuple[int, int, float, set[str]]:
    """Status, queries, milliseconds, and what is scanned."""
    from django.db import connection, reset_queries

    took = []
    for _ in range(TIMES + 1):
        reset_queries()
        start = time.perf_counter()
        answer = client.get(url, headers={"accept-language": "fr"})
        took.append((time.perf_counter() - start) * 1000)
    queries = list(connection.queries)
    return answer.status_code, len(queries), statistics.median(took[1:]), scans(queries)


def who() -> Any:
    """The superuser of this bench, made when there is none."""
    from accounts.models import User

    name = {"username": "bench", "email": "bench@seed.example"}
    person, _is_new = User.objects.get_or_create(**name, is_staff=True, is_superuser=True)
    return person


def main() -> int:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client

    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(who())
    worst = 0
    sys.stdout.write(f"{'page':32} {'status':>6} {'queries':>7} {'ms':>6}  scanned\n")
    for name, url in pages().items():
        status, queries, ms, scanned = measure(client, url)
        is_bad = status != 200 or queries > MOST_QUERIES or ms > MOST_MS or scanned
        worst = max(worst, int(bool(is_bad)))
        mark = " !" if is_bad else ""
        scanned_words = ", ".join(sorted(scanned))
        sys.stdout.write(f"{name:32} {status:6} {queries:7} {ms:6.0f}  {scanned_words}{mark}\n")
    return worst


if __name__ == "__main__":
    sys.exit(main())
