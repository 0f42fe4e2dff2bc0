"""manage.py seed: an invented country full of organizations, for measuring."""

import time
from datetime import datetime
from datetime import time as clock_time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.models import User
from catalog.models import Product
from orgs.days import TORONTO, today
from portal.seeding import catalogue, orders, organizations


class Command(BaseCommand):
    help = "Invented organizations, products and orders, in bulk: the same numbers, the same rows."

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("orgs", "products", "orders"):
            parser.add_argument(f"--{name}", type=int, default=0, metavar="N")

    def handle(self, *, orgs: int, products: int, orders: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Invented data is not for production.")
        if orders and not (orgs and products):
            raise CommandError("Orders need organizations that order, and products.")
        if is_seeded():
            raise CommandError("This database is seeded already. Begin with an empty one.")
        start = time.monotonic()
        with transaction.atomic():
            with connection.cursor() as cursor:  # one COPY may take longer than a page may
                cursor.execute("SET LOCAL statement_timeout = 0")
            write(orgs, products, orders)
        if not connection.in_atomic_block:  # so that plans and index-only scans are as in use
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        took = time.monotonic() - start
        text = f"{orgs} organizations, {products} products, {orders} orders in {took:.1f} s"
        self.stdout.write(text)


def is_seeded() -> bool:
    """Whether there are invented rows already: a second lot would have the same names."""
    people = User.objects.filter(username="seed-staff-0")
    return people.exists() or Product.objects.filter(sku="SEED-00000").exists()


def write(n_orgs: int, n_products: int, n_orders: int) -> None:
    """All of it, as of noon today in Toronto."""
    on = today()
    now = datetime.combine(on, clock_time(12), tzinfo=TORONTO)
    offered = catalogue.seed(n_products, now=now)
    invented = organizations.seed(n_orgs, on=on, now=now)
    orders.seed(n_orders, invented, offered, on=on, now=now)
