"""Catalogues and histories thrown with dice: every kind of rule, limit and window, and edges."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

TORONTO = ZoneInfo("America/Toronto")
ZONES = [ZoneInfo(f"America/{city}") for city in ("Toronto", "Vancouver", "St_Johns")]
KINDS, PLACES = ["charity", "nonprofit", "library"], ["ON", "QC", "NS", "BC"]
DOES = ["school", "shelter", "choir", "clinic"]
GROUPS = ["alpha", "beta", None]
EDGES = [date(2024, 2, 29), date(2025, 6, 30), date(2025, 7, 1), date(2025, 2, 28)]
FIRST, LAST = date(2023, 1, 1), date(2027, 6, 30)


def both(text):
    return {"fr": f"{text} (fr)", "en": text}


def some_day(dice):
    if dice.random() < 0.3:
        return dice.choice(EDGES)
    return FIRST + timedelta(days=dice.randrange((LAST - FIRST).days))


def some_moment(dice):
    """Often a second before or at midnight in Toronto, as somebody far away reads the clock."""
    day, zone = some_day(dice), dice.choice(ZONES)
    hour = dice.choice([(0, 0, 0), (23, 59, 59), (12, 0, 0), (3, 30, 0)])
    moment = datetime(day.year, day.month, day.day, *hour, tzinfo=TORONTO)
    return moment.astimezone(zone)


def some(dice, choices):
    return dice.sample(choices, dice.randint(1, len(choices)))


def some_bounds(dice, values):
    low, high = sorted(dice.choices(values, k=2), key=lambda value: Decimal(str(value)))
    return dice.choice([{"min": low}, {"max": high}, {"min": low, "max": high}])


def some_criterion(dice):
    fact = dice.choice(["kind", "province", "activities", "budget", "staff", "qualified_months"])
    criterion = {"fact": fact}
    match fact:
        case "kind":
            criterion["in"] = some(dice, KINDS)
        case "province":
            criterion["in"] = some(dice, PLACES)
        case "activities":
            criterion[dice.choice(["any_of", "none_of"])] = some(dice, DOES)
        case "budget":
            criterion |= some_bounds(dice, [0, 1000, "1000.01", "99999.99", 100000, 5000000])
        case "staff":
            criterion |= some_bounds(dice, [0, 1, 5, 6, 250])
        case "qualified_months":
            criterion |= some_bounds(dice, [0, 1, 6, 12, 24])
    return criterion | ({"unless": "secular_arm"} if dice.random() < 0.3 else {})


def some_window(dice):
    months = dice.choice([1, 6, 12, 24, 36])
    days = ["01-01", "07-01", "03-01", "12-31", "02-28"]
    return dice.choice(
        [
            {"fiscal_year": dice.choice(days)},
            {"months": months, "from": "first_order"},
            {"months": months, "rolling": True},
            "lifetime",
            "order",
        ]
    )


def some_limit(dice, groups):
    metric = dice.choice(["units", "orders", "products", "title_groups", "fees"])
    window = some_window(dice)
    bounds = {"max": dice.choice([1, 2, 5, 50])}
    if metric == "fees":
        bounds = {"max": dice.choice(["99.99", 100, "1500.50"])}
    if window == "order" and dice.random() < 0.3:
        bounds = {"min": 1} if metric != "fees" else {"min": "10.00"}
    limit = {"metric": metric, "scope": dice.choice(["program", "title_group", "product"])}
    limit |= {"window": window} | bounds
    if groups and dice.random() < 0.4:
        limit["title_groups"] = some(dice, groups)
    return limit


def some_program(dice, number):
    products = [
        {
            "sku": f"P{number}-{n}",
            "slug": f"p{number}-{n}",
            "name": both(f"Product {number} {n}"),
            "summary": both("s"),
            "details": both("d"),
            "category": "all/things",
            "title_group": dice.choice(GROUPS),
            "fee": dice.choice(["0.00", "12.50", "49.99"]),
            "units_per_pack": dice.choice([1, 1, 5]),
        }
        for n in range(4)
    ]
    groups = sorted({p["title_group"] for p in products} - {None})
    return {
        "slug": f"program-{number}",
        "name": both(f"Program {number}"),
        "kind": dice.choice(["donation", "access", "hardware", "validation"]),
        "versions": [
            {"effective": day, "criteria": [some_criterion(dice) for _ in range(dice.randrange(5))]}
            for day in {some_day(dice) for _ in range(dice.randint(1, 3))}
        ],
        "limits": [some_limit(dice, groups) for _ in range(dice.randrange(5))],
        "delivery": {"method": "key", "business_days": [2, 3]},
        "products": products,
    }


def some_catalogue(dice):
    partners = [
        {
            "slug": f"partner-{n}",
            "name": f"Partner {n}",
            "website": "https://partner.example",
            "about": both("a"),
            "programs": [some_program(dice, 10 * n + m) for m in range(3)],
        }
        for n in range(2)
    ]
    return {
        "activities": [{"code": c, "name": both(c), "group": "social"} for c in DOES],
        "categories": [
            {
                "slug": "all",
                "name": both("All"),
                "children": [{"slug": "things", "name": both("Things")}],
            }
        ],
        "partners": partners,
    }


def some_organization(dice, number):
    since, until = sorted([some_day(dice), some_day(dice)])
    is_qualified = dice.random() < 0.8
    return {
        "number": number,
        "legal_name": f"Organization {number}",
        "former_names": [],
        "kind": dice.choice(KINDS),
        "bn": None,
        "neq": None,
        "parent": None,
        "province": dice.choice(PLACES),
        "address": {
            "street": f"{number} Road",
            "unit": None,
            "city": "Town",
            "postal_code": "J1H 9Z9",
        },
        "phone": "+1 819 555-0112",
        "website": None,
        "email": f"o{number}@example.org",
        "language": dice.choice(["fr", "en"]),
        "mission": "m",
        "activities": dice.sample(DOES, dice.randrange(4)),
        "secular_arm": dice.random() < 0.3,
        "annual_budget": dice.choice([None, "0.00", "1000.00", "1000.01", "100000.00", "99999.99"]),
        "staff": dice.choice([None, 0, 1, 5, 6, 300]),
        "status": "qualified" if is_qualified else "draft",
        "submitted_on": since if is_qualified else None,
        "qualified_since": since if is_qualified else None,
        "qualified_until": until if is_qualified else None,
    }


def some_order(dice, number, organization, skus):
    placed = some_moment(dice)
    status = dice.choice(["paid", "fulfilled", "awaiting_payment", "cancelled", "refunded"])
    order = {
        "number": number,
        "organization": organization,
        "placed_by": "buyer@example.org",
        "placed_at": placed.isoformat(),
        "status": status,
        "lines": [
            {"sku": sku, "quantity": dice.randint(1, 3)}
            for sku in dice.sample(skus, dice.randint(1, 3))
        ],
    }
    later = placed + timedelta(seconds=dice.randrange(1, 300 * 86400))
    if status in ("cancelled", "refunded"):
        order["given_back_at"] = later.isoformat()
    elif dice.random() < 0.3:
        order["lines"][0]["given_back_at"] = later.isoformat()
    if dice.random() < 0.5:
        order["lines"][0]["fee"] = "7.77"
    return order


def some_history(dice, catalogue):
    skus = [p["sku"] for g in programs(catalogue) for p in g["products"]]
    organizations = [some_organization(dice, 100001 + n) for n in range(4)]
    numbers = [o["number"] for o in organizations]
    buyer = {
        "email": "buyer@example.org",
        "username": "buyer",
        "first_name": "B",
        "last_name": "B",
        "language": "en",
        "staff": None,
        "memberships": [{"organization": number, "role": "owner"} for number in numbers],
    }
    orders = [some_order(dice, 10001 + n, dice.choice(numbers), skus) for n in range(40)]
    orders.sort(key=lambda order: datetime.fromisoformat(order["placed_at"]))
    return {"organizations": organizations, "people": [buyer], "orders": orders}


def some_edge(dice, catalogue, history):
    """The first moment after a window of some limit that an order opened, or the one before."""
    edges = []
    for program in programs(catalogue):
        skus = {product["sku"] for product in program["products"]}
        windows = [
            w["months"] for w in (limit["window"] for limit in program["limits"]) if "months" in w
        ]
        placed = [
            o["placed_at"] for o in history["orders"] if skus & {li["sku"] for li in o["lines"]}
        ]
        edges += [(moment, months) for moment in placed for months in windows]
    moment, months = dice.choice(edges)
    day = datetime.fromisoformat(moment).astimezone(TORONTO).date()
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    day = date(year, month + 1, min(day.day, 28))
    midnight = datetime(day.year, day.month, day.day, tzinfo=TORONTO)
    return midnight - timedelta(seconds=dice.choice([0, 1]))


def programs(catalogue):
    return [program for partner in catalogue["partners"] for program in partner["programs"]]
