"""A catalogue and a history unlike the demo's, with answers worked out by hand."""

import io
from datetime import datetime
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from orders.management.commands.quota import answer

HARBOUR = 100002
ORDER = {"organization": HARBOUR, "placed_by": "alex@harbour-library.example"}
LIMITS = [
    {"metric": "units", "scope": "program", "max": 10, "window": {"fiscal_year": "07-01"}},
    {"metric": "fees", "scope": "program", "max": 25, "window": "lifetime"},
    {
        "metric": "title_groups",
        "scope": "program",
        "max": 2,
        "window": {"months": 24, "from": "first_order"},
    },
    {
        "metric": "units",
        "scope": "title_group",
        "max": 4,
        "window": {"months": 12, "rolling": True},
    },
    {"metric": "units", "scope": "product", "min": 2, "max": 9, "window": "order"},
]
ORDERS = [
    {
        **ORDER,
        "number": 20001,
        "placed_at": "2024-02-29T10:00:00-05:00",
        "status": "fulfilled",
        "lines": [{"sku": "ODD-A", "quantity": 1}, {"sku": "ODD-C", "quantity": 1}],
    },
    {
        **ORDER,
        "number": 20002,
        "placed_at": "2024-06-30T23:59:59-04:00",
        "status": "refunded",
        "given_back_at": "2024-09-01T12:00:00-04:00",
        "lines": [
            {"sku": "ODD-B", "quantity": 2, "given_back_at": "2024-08-01T12:00:00-04:00"},
            {"sku": "ODD-C", "quantity": 1},
        ],
    },
    {
        **ORDER,
        "number": 20003,
        # Midnight in Toronto, written by a buyer in Vancouver.
        "placed_at": "2024-06-30T21:00:00-07:00",
        "status": "awaiting_payment",
        "lines": [{"sku": "ODD-B", "quantity": 1}],
    },
]


def text(words: str = "Mot") -> dict[str, str]:
    return {"fr": words, "en": words}


def product(letter: str, **more: Any) -> dict[str, Any]:
    return {
        "sku": f"ODD-{letter}",
        "slug": f"odd-{letter.lower()}",
        "name": text(),
        "summary": text(),
        "details": text(),
        "category": "odd/ends",
        "fee": "10.00",
        **more,
    }


def program(**more: Any) -> dict[str, Any]:
    return {
        "slug": "odd",
        "name": text(),
        "kind": "donation",
        "versions": [{"effective": "2020-01-01", "criteria": []}],
        "limits": LIMITS,
        "delivery": {"method": "key", "weeks": [1, 2]},
        "products": [
            product("A", title_group="alpha", units_per_pack=3),
            product("B", title_group="alpha"),
            product("C"),
        ],
        **more,
    }


@pytest.fixture
def load(db, settings, tmp_path):
    """Imports a catalogue with these programs, and the demo's organizations with these orders."""
    settings.DEBUG = True

    def read(name: str) -> Any:
        path = settings.BASE_DIR / f"demo/{name}.yaml"
        return yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)

    def put(command: str, data: Any) -> None:
        path = tmp_path / f"{command}.yaml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        call_command(command, path, stdout=io.StringIO())

    def load(*programs: Any, orders: Any = ()) -> None:
        partner = {
            "slug": "odd",
            "name": "Odd",
            "website": "https://odd.example",
            "about": text(),
            "programs": list(programs),
        }
        ends = {"slug": "odd", "name": text(), "children": [{"slug": "ends", "name": text()}]}
        catalogue = read("programs") | {"categories": [ends], "partners": [partner]}
        put("import_catalog", catalogue)
        put("import_organizations", read("organizations") | {"orders": list(orders)})

    return load


def stood(at: str) -> dict[tuple[int, str], tuple[str, str, str | None]]:
    """Use, held or settled; what is left; the next start: by limit and subject."""
    rows = answer(HARBOUR, "odd", datetime.fromisoformat(at))
    return {
        (row["limit"], row["subject"]): (
            f"{float(row['used']) + float(row['held']):g}",
            str(row["left"]),
            row["next_reset"],
        )
        for row in rows
    }


EXPECTED = [
    # Before anything: a cycle that has not begun, and nothing was ever ordered.
    ("2024-02-29T09:59:59-05:00", 0, "", ("0", "10", "2024-07-01")),
    ("2024-02-29T09:59:59-05:00", 1, "", ("0", "25.00", None)),
    ("2024-02-29T09:59:59-05:00", 2, "", ("0", "2", None)),
    ("2024-02-29T09:59:59-05:00", 3, "alpha", ("0", "4", None)),
    # 30 June at 23:59:59 belongs to the year that ends, midnight to the next.
    ("2024-06-30T23:59:59-04:00", 0, "", ("7", "3", "2024-07-01")),
    ("2024-07-01T00:00:00-04:00", 0, "", ("1", "9", "2025-07-01")),
    # More was used than the rules allow by now: nothing is left, in dollars where they are.
    ("2024-07-01T00:00:00-04:00", 1, "", ("60", "0.00", None)),
    ("2024-07-01T00:00:00-04:00", 2, "", ("2", "0", "2026-02-28")),
    ("2024-07-01T00:00:00-04:00", 3, "alpha", ("6", "0", "2025-02-28")),
    ("2024-07-01T00:00:00-04:00", 4, "ODD-A", ("0", "9", None)),
    # A line came back alone, a month before the rest of its order.
    ("2024-08-01T11:59:59-04:00", 3, "alpha", ("6", "0", "2025-02-28")),
    ("2024-08-01T12:00:00-04:00", 3, "alpha", ("4", "0", "2025-02-28")),
    ("2024-08-01T12:00:00-04:00", 1, "", ("40", "0.00", None)),
    ("2024-09-01T12:00:00-04:00", 1, "", ("30", "0.00", None)),
    # An order of the leap day counts for a year, up to 27 February.
    ("2025-02-27T23:59:59-05:00", 3, "alpha", ("4", "0", "2025-02-28")),
    ("2025-02-28T00:00:00-05:00", 3, "alpha", ("1", "3", "2025-07-01")),
    # The cycle is always reckoned from the leap day.
    ("2026-02-27T23:59:59-05:00", 2, "", ("2", "0", "2026-02-28")),
    ("2026-02-28T00:00:00-05:00", 2, "", ("0", "2", "2028-02-29")),
    ("2028-02-28T23:59:59-05:00", 2, "", ("0", "2", "2028-02-29")),
    ("2028-02-29T00:00:00-05:00", 2, "", ("0", "2", "2030-02-28")),
]


def test_an_odd_history_is_counted_as_worked_out_by_hand(load):
    load(program(), orders=ORDERS)

    said = [(at, limit, subject, stood(at)[limit, subject]) for at, limit, subject, _ in EXPECTED]

    assert said == EXPECTED


def test_rules_that_shrink_below_what_is_used_leave_nothing_and_take_nothing_back(load):
    load(program(), orders=ORDERS)

    load(program(limits=[LIMITS[0] | {"max": 1}]), orders=ORDERS)

    assert stood("2024-06-30T23:59:59-04:00") == {(0, ""): ("7", "0", "2024-07-01")}


def test_a_file_with_the_longest_and_largest_of_everything_is_kept_as_it_is(load):
    most = 2**31 - 1
    longest = product(
        "Z",
        title_group="g" * 80,
        fee="9999999.99",
        retail_value="9999999.99",
        units_per_pack=most,
        stock=most,
        name=text("é" * 200),
    ) | {"sku": "Z" * 40, "slug": "z" * 80}
    question = {
        "key": "k" * 40,
        "label": text(),
        "type": "choice",
        "choices": [{"value": "a" * 40, "label": text()}, {"value": "b", "label": text()}],
        "refuse_if": "a" * 40,
    }
    limit = {
        "metric": "fees",
        "scope": "title_group",
        "max": "999999999999.99",
        "window": {"months": 1200, "from": "first_order"},
        "title_groups": ["g" * 80],
    }
    load(
        program(
            slug="p" * 80,
            name=text("é" * 200),
            products=[longest],
            questions=[question],
            limits=[limit, limit | {"window": {"months": 1200, "rolling": True}}],
            refund={"allowed": "uninstalled", "days": most},
            delivery={
                "method": "code",
                "business_days": [0, most],
                "milestones": [{"key": "m", "after_delivery_weeks": most, "name": text()}],
            },
        )
    )

    rows = answer(HARBOUR, "p" * 80, datetime.fromisoformat("2026-11-26T12:00:00-05:00"))
    assert [row["left"] for row in rows] == ["999999999999.99"] * 2
