from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from catalog.terms import Limit
from orders import limits, meters
from orders.limits import Use
from tests.factories import ProductFactory, ProgramFactory
from tests.orders.conftest import fill, limited, place

NOW = datetime(2026, 11, 16, 17, tzinfo=UTC)
YEAR = {"fiscal_year": "07-01"}
FIVE = {"metric": "units", "scope": "program", "max": 5, "window": YEAR}


def limit(metric, window, scope="program", **bounds):
    return Limit.from_data({"metric": metric, "scope": scope, "window": window, **bounds})


def use(**more):
    plain = {"order": 1, "sku": "P1", "title_group": "", "units": 2, "fees": Decimal("75.50")}
    return Use(**(plain | {"at": datetime(2026, 9, 1, 17, tzinfo=UTC)} | more))


def meter(rule, *uses):
    return meters.Meter(None, "", limits.standing(rule, uses, as_of=NOW))


@pytest.mark.parametrize(
    ("rule", "uses", "count", "note"),
    [
        (limit("units", YEAR, max=50), [use()], "2 of 50", "Starts over on July 1, 2027."),
        (
            limit("units", YEAR, max=50),
            [use(is_held=True)],
            "2 of 50",
            "Held for unpaid orders: 2. Starts over on July 1, 2027.",
        ),
        (
            limit("fees", YEAR, max="6500.00"),
            [use()],
            "$75.50 of $6,500",
            "Starts over on July 1, 2027.",
        ),
        (
            limit("units", {"months": 12, "rolling": True}, max=2),
            [use()],
            "2 of 2",
            "The oldest order stops counting on September 1, 2027.",
        ),
        (
            limit("units", {"months": 24, "from": "first_order"}, max=2),
            [],
            "0 of 2",
            "The 24 months begin with your first order.",
        ),
        (limit("orders", "lifetime", max=1), [], "0 of 1", "This quota does not start over."),
    ],
)
def test_a_meter_says_how_much_and_until_when(rule, uses, count, note):
    one = meter(rule, *uses)
    assert (one.count, one.note) == (count, note)


@pytest.mark.parametrize(
    ("names", "common"),
    [
        (["Office 2024 (Windows)", "Office 2024 (Mac)"], "Office 2024"),
        (["Visio"], "Visio"),
        (["Word", "Excel"], ""),
        ([], ""),
    ],
)
def test_a_title_group_is_called_by_what_its_products_share(names, common):
    assert meters.common_words(names) == common


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (FIVE, "Units: at most 5. It starts over every year on July 1."),
        (
            {"metric": "units", "scope": "product", "max": 5, "window": "order"},
            "Units of each product in an order: at most 5.",
        ),
        (
            {"metric": "units", "scope": "program", "min": 5, "window": "order"},
            "In an order: at least 5.",
        ),
        (
            {"metric": "orders", "scope": "program", "max": 1, "window": "lifetime"},
            "Orders: at most 1. It does not start over.",
        ),
        (
            {"metric": "fees", "scope": "program", "max": "6500.00", "window": YEAR},
            "Administration fees: at most $6,500. It starts over every year on July 1.",
        ),
        (
            {
                "metric": "title_groups",
                "scope": "program",
                "max": 10,
                "window": {"months": 24, "from": "first_order"},
            },
            "Different titles: at most 10. It starts over every 24 months, reckoned from "
            "the first order.",
        ),
        (
            {
                "metric": "units",
                "scope": "program",
                "max": 1,
                "window": {"months": 12, "rolling": True},
            },
            "Units: at most 1. Each order counts for 12 months.",
        ),
    ],
)
def test_a_limit_is_said_in_sentences(db, rule, sentence):
    assert meters.rule_in_words(ProgramFactory(limits=[rule])) == [sentence]


def test_a_limit_on_some_titles_names_them(db):
    rule = FIVE | {"title_groups": ["acrobat"]}
    product = limited(rule, title_group="acrobat", name_en="Acrobat Pro")
    (sentence,) = meters.rule_in_words(product.program)
    assert "Counted: Acrobat Pro." in sentence


def test_the_first_of_a_month_is_an_ordinal_in_french():
    with translation.override("fr"):
        assert meters._day_of_year("07-01") == "1er juillet"
        assert meters._day_of_year("09-15") == "15 septembre"


def test_a_product_shows_the_meters_it_would_move(owner, django_assert_num_queries):
    each = {"metric": "units", "scope": "title_group", "max": 3, "window": YEAR}
    once = {"metric": "units", "scope": "program", "max": 9, "window": "order"}
    product = limited(FIVE, each, once, title_group="office", name_en="Office")
    place(fill(owner, product, 2))
    with django_assert_num_queries(1):
        found = meters.of_product(product, owner.organization, as_of=timezone.now())
    assert [(m.label, m.count) for m in found] == [
        (product.program.name, "2 of 5"),
        ("Office", "2 of 3"),
    ]


def test_the_dashboard_shows_only_what_is_used(owner):
    place(fill(owner, limited(FIVE), 2))
    ProductFactory(program=ProgramFactory(limits=[FIVE]))
    (one,) = meters.in_use(owner.organization, as_of=timezone.now())
    assert one.count == "2 of 5"


def test_titles_that_nothing_was_ordered_of_are_left_out(owner):
    each = {"metric": "units", "scope": "title_group", "max": 3, "window": YEAR}
    product = limited(FIVE, each, title_group="office")
    ProductFactory(program=product.program, title_group="visio")
    place(fill(owner, product, 2))
    ((_partner, ((_program, found),)),) = meters.by_partner(
        owner.organization, as_of=timezone.now()
    )
    assert [m.standing.subject for m in found] == ["", "office"]
