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
import os
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

DATABASE = "bench_orders"
PROCESSES = 4
LIMITS = [{"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}]
GOAL = 0.5
SCARCE = 100


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--buyers", type=int, default=32)
    asked.add_argument("--orders", type=int, default=1200, help="in each round and way")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    server = prepare()
    try:
        setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        report = measure(options.buyers, options.orders, options.rounds)
    finally:
        drop(server)
    print(json.dumps(report) if options.json else "\n".join(f"{k}: {v}" for k, v in report.items()))
    sys.exit(0 if report["ratio"] >= GOAL and report["sold_of_100"] == SCARCE else 1)


def prepare() -> str:
    """The development server's address; ours is a database of its own there."""
    import psycopg

    from portal import embedded

    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    if "DATABASE_URL" not in os.environ:
        os.environ.update(embedded.up(Path("var/test").resolve(), fast=True))
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        admin.execute(f"CREATE DATABASE {DATABASE}")
    os.environ["DATABASE_URL"] = server.rpartition("/")[0] + f"/{DATABASE}"
    return server


def drop(server: str) -> None:
    import psycopg
    from django.db import connection

    connection.close()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


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
                product, carts = fill(orders, stock=orders)
                speeds[name].append(run(pool, way, product, carts, buyers)["orders_per_second"])
        product, carts = fill(SCARCE * 3, stock=SCARCE + PROCESSES)
        rush = run(pool, "by_service", product, carts, buyers)
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


def fill(count: int, *, stock: int) -> tuple[int, list[int]]:
    """A product with so much stock, and so many carts with a pack of it, of as many members."""
    from django.db import connection, transaction

    from accounts.models import User
    from catalog.models import Product
    from catalog.stock import open_with
    from orders.models import Cart, CartItem
    from orgs.models import Membership, Role

    with transaction.atomic():
        product = Product.objects.get(pk=_product(Product.objects.count()))
        open_with(product, stock)
        first = User.objects.count()
        users = User.objects.bulk_create(
            User(email=f"b{n}@bench.example", username=f"b{n}", password="!", language="en")
            for n in range(first, first + count)
        )
        role = Role.objects.get(code="owner", organization=None)
        organizations = _organizations(first, count)
        members = Membership.objects.bulk_create(
            Membership(user=user, organization=org, role=role)
            for user, org in zip(users, organizations, strict=True)
        )
        carts = Cart.objects.bulk_create(Cart(membership=member) for member in members)
        CartItem.objects.bulk_create(CartItem(cart=cart, product=product) for cart in carts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return product.pk, [cart.pk for cart in carts]


def _product(number: int) -> int:
    from catalog.models import Category, Partner, Product, Program, ProgramVersion

    partner = Partner.objects.create(
        slug=f"p{number}", name="P", website="https://p.example", about_fr="x", about_en="x"
    )
    program = Program.objects.create(
        partner=partner,
        slug=f"p{number}",
        name_fr="Programme",
        name_en="Program",
        kind="donation",
        limits=LIMITS,
        delivery="key",
        delivery_unit="business_days",
        delivery_from=2,
        delivery_to=3,
    )
    criteria = [{"fact": "qualified_months", "min": 0}, {"fact": "budget", "max": "1400000.00"}]
    ProgramVersion.objects.create(program=program, effective="2020-01-01", criteria=criteria)
    category, _is_new = Category.objects.get_or_create(slug="c", name_fr="C", name_en="C")
    texts = {
        f"{name}_{language}": "x" for name in ("summary", "details") for language in ("fr", "en")
    }
    return Product.objects.create(
        program=program,
        category=category,
        sku=f"HOT-{number}",
        slug=f"hot-{number}",
        name_fr="Produit",
        name_en="Product",
        fee="25.00",
        **texts,
    ).pk


def _organizations(first: int, count: int) -> list[Any]:
    from datetime import date

    from orgs.models import Organization

    return Organization.objects.bulk_create(
        Organization(
            legal_name=f"Bench {n}",
            kind="charity",
            street="1, rue",
            city="Sherbrooke",
            province="QC",
            postal_code="J1H 9Z9",
            phone="+18195550112",
            email=f"o{n}@bench.example",
            language="en",
            mission="x",
            annual_budget="500000",
            budget_source="statements",
            budget_year=2025,
            staff=5,
            qualified_since=date(2024, 1, 15),
            qualified_until=date(2036, 1, 15),
        )
        for n in range(first, first + count)
    )


def run(pool: Any, way: str, product: int, carts: list[int], buyers: int) -> dict[str, Any]:
    """All carts placed by so many buyers at once; how many a second, and how each was answered."""
    each = buyers // PROCESSES
    shares = [carts[n::PROCESSES] for n in range(PROCESSES)]
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


def work(way: str, product: int, carts: list[int], buyers: int) -> list[Any]:
    """One process's share of the buyers: (placed, refused or an error; milliseconds; end) each."""
    from django.db import connection

    place: Callable[[Any, int], bool] = {"by_service": by_service, "by_hand": by_hand}[way]
    first, *rest = read(carts)
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


BY_HAND = (
    "SELECT * FROM orgs_organization WHERE id = %(org)s FOR UPDATE",
    "SELECT r.grants, EXISTS (SELECT FROM orders_order WHERE organization_id = %(org)s"
    " AND attempt = %(attempt)s) FROM orgs_membership m JOIN orgs_role r ON r.id = m.role_id"
    " WHERE m.user_id = %(user)s AND m.organization_id = %(org)s",
    "SELECT i.quantity, p.id, p.sku, p.name_fr, p.name_en, p.fee, p.stock, p.units_per_pack,"
    " g.limits, array(SELECT v.criteria FROM catalog_programversion v WHERE v.program_id = g.id)"
    " FROM orders_cartitem i JOIN catalog_product p ON p.id = i.product_id JOIN catalog_program g"
    " ON g.id = p.program_id WHERE i.cart_id = %(cart)s AND NOT i.is_set_aside FOR SHARE OF g",
    "SELECT q.kind, q.units, q.at FROM orders_quotaentry q JOIN orders_orderline l"
    " ON l.id = q.line_id JOIN orders_order o ON o.id = l.order_id"
    " WHERE o.organization_id = %(org)s AND q.program_id = %(program)s ORDER BY q.at",
    "INSERT INTO orders_order (organization_id, placed_by_id, placed_at, status, method, attempt,"
    " total, answers, attestations, licence_email, language, hold_until) VALUES (%(org)s, %(user)s,"
    " now(), 'awaiting_payment', 'paypal', %(attempt)s, 25, '{}', '[]', 'o@bench.example', 'en',"
    " now() + interval '210 minutes') RETURNING id, number",
    "INSERT INTO orders_orderline (order_id, product_id, program_id, sku, name_fr, name_en,"
    " quantity, fee, eligibility) VALUES (%(order)s, %(product)s, %(program)s, 'HOT', 'Produit',"
    " 'Product', 1, 25, %(verdict)s) RETURNING id",
    "INSERT INTO orders_quotaentry (organization_id, program_id, product_id, line_id, kind,"
    " title_group, units, fees, at) VALUES (%(org)s, %(program)s, %(product)s, %(line)s, 'hold',"
    " '', 1, 25, now())",
    "INSERT INTO audit_entry (at, by_id, action, note, data, subject_type_id, subject_id)"
    " VALUES (now(), %(user)s, 'order.placed', '', '{}', %(type)s, %(order)s)",
    "WITH ordered AS (DELETE FROM orders_cartitem WHERE cart_id = %(cart)s AND NOT is_set_aside)"
    " UPDATE orders_cart SET attempt = gen_random_uuid() WHERE id = %(cart)s",
    'INSERT INTO mail_message (kind, "to", language, subject, text, html, key, about, due_at,'
    " attempts, last_error, created_at) VALUES ('orders/placed', '{b@bench.example}', 'en', 'x',"
    " %(text)s, %(html)s, %(key)s, '', now(), 0, '', now())",
    "WITH taken AS (UPDATE catalog_product SET stock = stock - 1 WHERE id = %(product)s"
    " AND stock >= 1 RETURNING id) INSERT INTO catalog_stockentry (product_id, kind, change,"
    " reference, reason, by_id, at) SELECT id, 'taken', -1, %(order)s, '', %(user)s, now()"
    " FROM taken",
)
TEXT, HTML = "x" * 400, "x" * 3000
VERDICT = json.dumps({"eligible": True, "version": "2020-01-01", "results": []})


def by_hand(cart: Any, product: int) -> bool:
    """The same reads and writes without rules, models or templates."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction

    from orders.models import Order

    member = cart.membership
    values: dict[str, Any] = {
        "org": member.organization_id,
        "user": member.user_id,
        "cart": cart.pk,
        "attempt": cart.attempt,
        "product": product,
        "program": product,  # made one with the other
        "type": ContentType.objects.get_for_model(Order).pk,
        "key": uuid.uuid4().hex,
        "text": TEXT,
        "html": HTML,
        "verdict": VERDICT,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for place, statement in enumerate(BY_HAND):
            cursor.execute(statement, values)
            if place < 4:
                cursor.fetchall()
            elif place in (4, 5):
                values["order" if place == 4 else "line"] = cursor.fetchone()[0]
        return bool(cursor.rowcount)


if __name__ == "__main__":
    main()
