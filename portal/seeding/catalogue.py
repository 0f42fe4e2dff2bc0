"""Invented partners, programs with their rules, and products."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.models import Category, Partner, Product, Program, ProgramVersion
from portal.seeding.bulk import Row, copy, next_keys
from portal.seeding.spread import Spread

PER_PROGRAM, PER_PARTNER = 20, 3
KINDS = ["charity", "nonprofit", "library"]
LIMIT = {
    "metric": "units",
    "scope": "program",
    "max": 50,
    "window": {"months": 12, "from": "07-01"},
}
DELIVERIES = {"shipment": 3, "certificate": 3, "key": 4}
THINGS = (
    *(("Suite bureautique", "Office suite"), ("Antivirus", "Antivirus"), ("Routeur", "Router")),
    *(("Comptabilité", "Accounting"), ("Dons en ligne", "Online giving"), ("Portable", "Laptop")),
)
SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Offered:
    """A product, as an order line needs it."""

    row: dict[str, Any]
    delivery: str


def seed(n: int, *, now: datetime) -> list[Offered]:
    """Write n products, with enough programs and partners for them."""
    spread = Spread("catalogue")
    programs = _programs(-(-n // PER_PROGRAM), spread, now=now)
    category = _category()
    keys, offered = next_keys(Product, n), []
    for index, pk in enumerate(keys):
        program = programs[index // PER_PROGRAM]
        row = _product(spread, index, program["id"], category) | {"id": pk}
        offered.append(Offered(row, program["delivery"]))
    copy(Product, (one.row for one in offered), now=now)
    return offered


def _programs(n: int, spread: Spread, *, now: datetime) -> list[dict[str, Any]]:
    partners = next_keys(Partner, -(-n // PER_PARTNER))
    copy(Partner, (_partner(pk, index) for index, pk in enumerate(partners)), now=now)
    programs = [
        {
            "id": pk,
            "partner_id": partners[index // PER_PARTNER],
            "slug": f"seed-program-{index}",
            "name_fr": f"Programme {index}",
            "name_en": f"Program {index}",
            "kind": Program.Kind.DONATION,
            "limits": [LIMIT],
            "delivery": spread.weighted(DELIVERIES),
            "delivery_unit": Program.Unit.BUSINESS_DAYS,
            "delivery_from": 2,
            "delivery_to": 5,
            "position": 1000 + index,
        }
        for index, pk in enumerate(next_keys(Program, n))
    ]
    copy(Program, programs, now=now)
    versions = next_keys(ProgramVersion, n)
    copy(
        ProgramVersion,
        (
            {"id": key, "program_id": program["id"], "effective": SINCE, "criteria": _criteria(key)}
            for key, program in zip(versions, programs, strict=True)
        ),
        now=now,
    )
    return programs


def _criteria(key: int) -> list[dict[str, object]]:
    rules: list[dict[str, object]] = [{"fact": "kind", "in": KINDS}]
    return [*rules, {"fact": "budget", "max": 10_000_000}] if key % 2 else rules


def _partner(pk: int, index: int) -> Row:
    return {
        "id": pk,
        "slug": f"seed-partner-{index}",
        "name": f"Invented Partner {index}",
        "website": f"https://partner-{index}.seed.example",
        "about_fr": "Un partenaire inventé.",
        "about_en": "An invented partner.",
        "position": 1000 + index,
    }


def _category() -> int:
    """The first second-level category, or one of our own where there is no catalogue."""
    if known := Category.objects.exclude(parent=None).order_by("pk").first():
        return known.pk
    names = {"name_fr": "Logiciels", "name_en": "Software"}
    above = Category.objects.create(slug="seed", **names)
    return Category.objects.create(parent=above, slug="seed", **names).pk


def _product(spread: Spread, index: int, program: int, category: int) -> dict[str, Any]:
    french, english = spread.one(THINGS)
    return {
        "program_id": program,
        "sku": f"SEED-{index:05}",
        "slug": f"seed-product-{index}",
        "name_fr": f"{french} {index}",
        "name_en": f"{english} {index}",
        "summary_fr": "Un produit inventé.",
        "summary_en": "An invented product.",
        "details_fr": "Des détails inventés.",
        "details_en": "Invented details.",
        "category_id": category,
        "fee": Decimal(spread.whole(5, 300)),
        "retail_value": Decimal(spread.whole(300, 3000)),
        "stock": 1000 + index if spread.chance(0.1) else None,
        "position": 1000 + index,
    }
