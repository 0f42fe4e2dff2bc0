"""Carts to be placed: a scratch database, and as many members as carts, each with one pack."""

import os
from pathlib import Path
from typing import Any

DATABASE = "bench_orders"
LIMITS = [{"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}]


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


def fill(count: int, *, stock: int, fee: str = "25.00") -> tuple[int, list[int]]:
    """A product with so much stock, and so many carts with a pack of it, of as many members."""
    from django.db import connection, transaction

    from accounts.models import User
    from catalog.models import Product
    from catalog.stock import open_with
    from orders.models import Cart, CartItem
    from orgs.models import Membership, Role

    with transaction.atomic():
        product = Product.objects.get(pk=_product(Product.objects.count(), fee))
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


def _product(number: int, fee: str) -> int:
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
        fee=fee,
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
