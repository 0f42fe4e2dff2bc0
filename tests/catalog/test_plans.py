"""At a hundred thousand products, no page of the catalogue reads through a large table."""

import json
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import products
from catalog import editions
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
MANY = 100_000
LARGE = 10_000  # rows


@pytest.fixture
def many(db):
    """As many products as MANY, without waiting for the triggers."""
    ProductFactory()
    products.fill(1, MANY)


def scans(plan: dict) -> Iterator[tuple[str, int]]:
    """Every table that a plan reads from its beginning, with the rows until it has enough."""
    if plan["Node Type"] == "Seq Scan":
        read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        yield plan["Relation Name"], int(read * plan["Actual Loops"])
    for part in plan.get("Plans", ()):
        yield from scans(part)


def explained(client, url: str) -> list[tuple[str, str, int]]:
    """The large tables that the queries of a page read through."""
    editions.kept.forget()
    with CaptureQueriesContext(connection) as seen:
        page = client.get(url)
    assert page.status_code == 200
    reads = [
        q["sql"] for q in seen.captured_queries if q["sql"].lstrip("(")[:4] in {"SELE", "WITH"}
    ]
    return [(url, sql[:300], table) for sql in reads for table in large_scans(sql)]


def large_scans(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        (answer,) = cursor.fetchone()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return [table for table, rows in scans(plan) if rows > LARGE]


def test_no_page_reads_through_a_large_table(many, client, as_member, owner):
    all_of_it = "SELECT * FROM catalog_product WHERE details_en LIKE '%x%'"
    assert large_scans(all_of_it) == ["catalog_product"]  # so it would be seen

    number = owner.organization.number
    asked = (
        "",
        "?page=7",
        "?sort=name",
        "?sort=-fee&kind=donation",
        "?partner=bench-7&available=on",
        "?category=bench-2/shelf-2",
        "?fee=10-25&platform=mac&personal=on",
        "?q=b-777",
        "?q=firewall",
        "?q=office+suite+777",
        "?q=teams&kind=donation",
        "?q=fierwall",
        "?q=nothing+like+this",
    )
    urls = [reverse("catalog:list") + query for query in asked]
    urls += [reverse("catalog:org_list", args=[number]) + query for query in (*asked, "?ours=on")]
    urls += [
        reverse("catalog:product", args=["b-777"]),
        reverse("catalog:compare") + "?p=b-1&p=b-2",
    ]
    urls += [reverse("catalog:org_product", args=[number, "b-777"])]
    assert [fault for url in urls for fault in explained(client, url)] == []
