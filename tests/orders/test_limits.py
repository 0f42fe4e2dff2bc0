"""orders/limits.py: every expected figure, every window and edge, and what always holds."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.terms import Limit, Window
from orders.limits import Use, Wanted, breaches, outcomes, standing, standings
from orgs.clock import TORONTO

ROOT = Path(__file__).parents[2]
SETTLED = {"paid", "fulfilled", "delivered"}


@cache
def catalogue():
    text = (ROOT / "demo/programs.yaml").read_text("utf-8")
    partners = yaml.load(text, Loader=yaml.CSafeLoader)["partners"]
    return {program["slug"]: program for partner in partners for program in partner["programs"]}


@cache
def uses_of(number, slug):
    """The lines that an organization ordered in a program."""
    products = {product["sku"]: product for product in catalogue()[slug]["products"]}
    orders = yaml.safe_load((ROOT / "demo/organizations.yaml").read_text("utf-8"))["orders"]
    uses = []
    for order in orders:
        for line in order["lines"]:
            if order["organization"] != number or line["sku"] not in products:
                continue
            product = products[line["sku"]]
            given = line.get("given_back_at") or order.get("given_back_at")
            uses.append(
                Use(
                    order=order["number"],
                    sku=line["sku"],
                    title_group=product["title_group"] or "",
                    units=line["quantity"] * product["units_per_pack"],
                    fees=line["quantity"] * Decimal(line.get("fee", product["fee"])),
                    at=datetime.fromisoformat(order["placed_at"]),
                    given_back_at=datetime.fromisoformat(given) if given else None,
                    is_held=order["status"] not in SETTLED,
                )
            )
    return uses


def standings_of(number, slug, index, as_of):
    program = catalogue()[slug]
    groups = {product["title_group"] for product in program["products"]} - {None}
    limit = Limit.from_data(program["limits"][index])
    return standings(limit, uses_of(number, slug), groups=groups, as_of=as_of)


def expected():
    """The rows of one limit at one moment together."""
    with (ROOT / "tests/data/expected-quota.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    key = ("organization", "program", "limit", "as_of")
    return [list(rows) for _, rows in groupby(rows, key=lambda row: [row[k] for k in key])]


@pytest.mark.parametrize(
    "rows", expected(), ids=lambda r: "-".join([*list(r[0].values())[:3], r[0]["as_of"]])
)
def test_the_figures_are_the_expected_ones(rows):
    first = rows[0]
    as_of = datetime.fromisoformat(first["as_of"])
    found = standings_of(int(first["organization"]), first["program"], int(first["limit"]), as_of)

    figures = [
        {
            "subject": standing.subject,
            "used": str(standing.total),
            "left": str(standing.left),
            "next_reset": str(standing.next_reset or ""),
        }
        for standing in found
    ]
    assert figures == [{key: row[key] for key in figures[0]} for row in rows]


def test_every_limit_of_the_demo_keeps_its_form():
    for program in catalogue().values():
        for data in program["limits"]:
            assert Limit.from_data(data).to_data() == data


def test_every_order_of_the_demo_was_within_its_limits_when_it_was_placed():
    for number in (100001, 100002, 100005):
        for slug, program in catalogue().items():
            limits = [Limit.from_data(data) for data in program["limits"]]
            uses = uses_of(number, slug)
            for order, lines in groupby(uses, key=lambda use: use.order):
                lines = list(lines)
                others = [use for use in uses if use.order != order]
                wanted = [Wanted(u.sku, u.title_group, u.units, u.fees) for u in lines]
                assert breaches(limits, others, wanted, as_of=lines[0].at) == []


def at(day, hour=12):
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), TORONTO).replace(
        hour=hour
    )


def use(day, units=1, *, order=1, sku="A-1", group="a", fees="10.00", back=None, held=False):
    given = at(back) if back else None
    return Use(order, sku, group, units, Decimal(fees), at(day), given, held)


def limit(window, *, metric="units", scope="program", high=10, low=None, groups=()):
    return Limit(metric, scope, window, max=high, min=low, title_groups=groups)


YEAR = Window("fiscal_year", month_day="07-01")
CYCLE = Window("first_order", months=24)
ROLLING = Window("rolling", months=12)
LIFETIME = Window("lifetime")
ORDER = Window("order")


@pytest.mark.parametrize(
    ("metric", "total"),
    [("units", 6), ("orders", 2), ("products", 3), ("title_groups", 3), ("fees", Decimal("40.00"))],
)
def test_each_metric_adds_up_its_own_way(metric, total):
    uses = [
        use("2026-08-01", 3, order=1, sku="A-1", group="a"),
        use("2026-08-01", 1, order=1, sku="A-2", group="a"),
        use("2026-08-02", 1, order=2, sku="A-3", group=""),
        use("2026-08-02", 1, order=2, sku="A-1", group="b"),
    ]
    found = standing(limit(YEAR, metric=metric), uses, as_of=at("2026-09-01"))
    assert found.total == total


def test_a_group_and_an_ungrouped_sku_of_the_same_spelling_are_two():
    uses = [
        use("2026-08-01", sku="A-1", group="2024"),
        use("2026-08-01", sku="2024", group=""),
    ]
    found = standing(limit(YEAR, metric="title_groups"), uses, as_of=at("2026-09-01"))
    assert found.total == 2


def test_only_products_of_the_named_groups_count():
    uses = [
        use("2026-08-01", 3, group="a"),
        use("2026-08-01", 4, group="b"),
        use("2026-08-01", 5, group=""),
    ]
    assert standing(limit(YEAR, groups=("b",)), uses, as_of=at("2026-09-01")).total == 4


def test_the_cycle_is_anchored_on_the_first_order_of_the_program_not_of_the_group():
    uses = [use("2026-01-10", group="other"), use("2026-05-10", 2, group="a")]
    found = standing(limit(CYCLE, groups=("a",)), uses, as_of=at("2026-09-01"))
    assert (found.total, found.since, found.next_reset) == (2, date(2026, 1, 10), date(2028, 1, 10))


def test_a_cycle_starts_over_whether_or_not_anything_was_ordered():
    uses = [use("2020-01-31")]
    found = standing(limit(Window("first_order", months=1)), uses, as_of=at("2026-09-01"))
    assert (found.total, found.since, found.next_reset) == (
        0,
        date(2026, 8, 31),
        date(2026, 9, 30),
    )


def test_what_was_given_back_does_not_anchor_a_cycle():
    uses = [use("2026-01-10", back="2026-02-01"), use("2026-05-10", order=2)]
    before = standing(limit(CYCLE), uses, as_of=at("2026-01-31"))
    assert (before.total, before.since) == (1, date(2026, 1, 10))
    between = standing(limit(CYCLE), uses, as_of=at("2026-02-01"))
    assert (between.total, between.next_reset) == (0, None)
    after = standing(limit(CYCLE), uses, as_of=at("2026-06-01"))
    assert (after.total, after.since) == (1, date(2026, 5, 10))


def test_a_cycle_of_leap_days_is_reckoned_from_the_first():
    uses = [use("2024-02-29")]
    starts = [
        standing(limit(CYCLE), uses, as_of=at(day)).next_reset
        for day in ("2024-02-29", "2026-02-27", "2026-02-28", "2028-02-28", "2028-02-29")
    ]
    assert [str(day) for day in starts] == [
        "2026-02-28",
        "2026-02-28",
        "2028-02-29",
        "2028-02-29",
        "2030-02-28",
    ]


def test_a_rolling_order_counts_up_to_the_day_before_the_same_day():
    uses = [use("2025-08-31", 2), use("2025-10-15", 3, order=2)]
    one = Window("rolling", months=6)
    assert standing(limit(one), uses, as_of=at("2026-02-27")).total == 5
    found = standing(limit(one), uses, as_of=at("2026-02-28"))
    assert (found.total, found.next_reset) == (3, date(2026, 4, 15))
    assert standing(limit(one), uses, as_of=at("2026-04-15")).next_reset is None


def test_a_rolling_date_is_that_of_the_subject():
    rule = limit(ROLLING, scope="product")
    uses = [use("2026-01-01", sku="A-1"), use("2026-03-01", sku="B-1", order=2)]
    found = standings(rule, uses, groups=(), as_of=at("2026-06-01"))
    assert [(s.subject, str(s.next_reset)) for s in found] == [
        ("A-1", "2027-01-01"),
        ("B-1", "2027-03-01"),
    ]


def test_a_lifetime_never_starts_over():
    found = standing(limit(LIFETIME), [use("1999-01-01", 4)], as_of=at("2026-06-01"))
    assert (found.total, found.left, found.next_reset) == (4, 6, None)


def test_an_order_is_limited_by_itself_only():
    uses = [use("2026-06-01", 9)]
    found = standing(limit(ORDER), uses, as_of=at("2026-06-01"))
    assert (found.total, found.left, found.next_reset) == (0, 10, None)


def test_days_are_those_of_toronto():
    evening = datetime.fromisoformat("2026-06-30T21:30:00-07:00")  # 1 July, 00:30 in Toronto
    late = datetime.fromisoformat("2026-07-01T00:30:00-03:00")  # 30 June, 23:30 in Toronto
    uses = [replace(use("2026-01-01", 2), at=evening), replace(use("2026-01-01", 3), at=late)]
    assert standing(limit(YEAR), uses, as_of=at("2026-07-02")).total == 2


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        standing(limit(YEAR), [], as_of=datetime(2026, 7, 1))


@pytest.mark.parametrize(
    ("month_day", "today", "since", "reset"),
    [
        ("07-01", "2026-06-30", "2025-07-01", "2026-07-01"),
        ("07-01", "2026-07-01", "2026-07-01", "2027-07-01"),
        ("01-01", "2026-12-31", "2026-01-01", "2027-01-01"),
        ("12-31", "2026-01-01", "2025-12-31", "2026-12-31"),
        ("02-28", "2028-02-29", "2028-02-28", "2029-02-28"),
        ("03-01", "2028-02-29", "2027-03-01", "2028-03-01"),
    ],
)
def test_a_fiscal_year_starts_on_its_day(month_day, today, since, reset):
    window = Window("fiscal_year", month_day=month_day)
    found = standing(limit(window), [], as_of=at(today))
    assert (str(found.since), str(found.next_reset)) == (since, reset)


def test_held_and_settled_add_up():
    uses = [use("2026-08-01", 3), use("2026-08-02", 4, order=2, held=True)]
    found = standing(limit(YEAR), uses, as_of=at("2026-09-01"))
    assert (found.used, found.held, found.total, found.left) == (3, 4, 7, 3)


def test_a_held_order_of_a_product_already_had_holds_nothing_more():
    uses = [use("2026-08-01", 3), use("2026-08-02", 4, order=2, held=True)]
    found = standing(limit(YEAR, metric="products"), uses, as_of=at("2026-09-01"))
    assert (found.used, found.held) == (1, 0)


def test_nothing_is_left_below_zero():
    found = standing(limit(YEAR, high=2), [use("2026-08-01", 5)], as_of=at("2026-09-01"))
    assert found.left == 0


def test_a_minimum_alone_leaves_no_figure():
    found = standing(limit(ORDER, high=None, low=5), [], as_of=at("2026-09-01"))
    assert found.left is None


def test_a_product_without_a_group_is_in_no_group_of_its_own_limit():
    rule = limit(YEAR, scope="title_group", high=1)
    wanted = [Wanted("A-1", "", 9, Decimal(0)), Wanted("B-1", "b", 2, Decimal(0))]
    assert [o.subject for o in outcomes([rule], [], wanted, as_of=at("2026-09-01"))] == ["b"]


def test_a_cart_over_a_maximum_is_told_by_how_much_and_for_which_lines():
    uses = [use("2026-08-01", 8)]
    wanted = [
        Wanted("A-1", "a", 3, Decimal("30.00")),
        Wanted("B-1", "b", 2, Decimal("20.00")),
    ]
    rules = [limit(YEAR, groups=("a",)), limit(YEAR, high=99)]

    (breach,) = breaches(rules, uses, wanted, as_of=at("2026-09-01"))

    assert (breach.index, breach.used, breach.total, breach.over) == (0, 8, 11, 1)
    assert (breach.left, breach.lines) == (2, (0,))


def test_a_cart_under_a_minimum_is_told_by_how_much():
    rule = limit(ORDER, high=None, low=5)
    wanted = [Wanted("A-1", "a", 3, Decimal(0))]
    (breach,) = breaches([rule], [use("2026-08-01", 9)], wanted, as_of=at("2026-09-01"))
    assert (breach.short, breach.over, breach.lines) == (2, 0, (0,))
    enough = [*wanted, Wanted("B-1", "", 2, Decimal(0))]
    assert breaches([rule], [], enough, as_of=at("2026-09-01")) == []


def test_a_minimum_asks_nothing_of_a_cart_without_its_products():
    rule = limit(ORDER, high=None, low=5, groups=("a",))
    assert breaches([rule], [], [Wanted("B-1", "b", 1, Decimal(0))], as_of=at("2026-09-01")) == []


def test_only_the_lines_that_bring_something_new_breach_a_limit_on_products():
    rule = limit(YEAR, metric="products", high=1)
    wanted = [Wanted("A-1", "a", 1, Decimal(0)), Wanted("B-1", "b", 1, Decimal(0))]
    (breach,) = breaches([rule], [use("2026-08-01")], wanted, as_of=at("2026-09-01"))
    assert (breach.over, breach.lines) == (1, (1,))


def test_the_lines_of_a_cart_are_one_order():
    rule = limit(LIFETIME, metric="orders", high=1)
    wanted = [Wanted("A-1", "a", 1, Decimal(0)), Wanted("B-1", "b", 1, Decimal(0))]
    assert breaches([rule], [], wanted, as_of=at("2026-09-01")) == []
    (breach,) = breaches([rule], [use("2020-01-01")], wanted, as_of=at("2026-09-01"))
    assert (breach.total, breach.lines) == (2, (0, 1))


def test_fees_are_limited_to_the_cent():
    rule = limit(YEAR, metric="fees", high=Decimal("30.00"))
    uses = [use("2026-08-01", fees="20.00")]
    assert (
        breaches([rule], uses, [Wanted("A", "", 1, Decimal("10.00"))], as_of=at("2026-09-01")) == []
    )
    (breach,) = breaches(
        [rule], uses, [Wanted("A", "", 1, Decimal("10.01"))], as_of=at("2026-09-01")
    )
    assert breach.over == Decimal("0.01")


# What always holds

MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2031, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=TORONTO)
)
WINDOWS = st.one_of(
    st.builds(
        lambda day: Window("fiscal_year", month_day=f"{day:%m-%d}"),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    ),
    st.builds(Window, st.sampled_from(["first_order", "rolling"]), months=st.integers(1, 60)),
    st.sampled_from([LIFETIME, ORDER]),
)
METRICS = st.sampled_from(["units", "orders", "products", "title_groups", "fees"])
LIMITS = st.builds(
    Limit,
    METRICS,
    st.sampled_from(["program", "title_group", "product"]),
    WINDOWS,
    max=st.integers(1, 20),
    title_groups=st.sampled_from([(), ("a",), ("a", "b")]),
)


@st.composite
def some_uses(draw):
    placed = draw(MOMENTS)
    back = draw(st.none() | st.integers(0, 400 * 86400))
    return Use(
        order=draw(st.integers(1, 5)),
        sku=draw(st.sampled_from(["A-1", "A-2", "B-1"])),
        title_group=draw(st.sampled_from(["", "a", "b"])),
        units=draw(st.integers(1, 9)),
        fees=Decimal(draw(st.integers(0, 5000))) / 100,
        at=placed,
        given_back_at=None if back is None else placed + timedelta(seconds=back),
        is_held=draw(st.booleans()),
    )


USES = st.lists(some_uses(), max_size=6)


@given(LIMITS, USES, MOMENTS)
def test_figures_are_never_negative_and_what_is_left_is_the_rest(rule, uses, as_of):
    for found in standings(rule, uses, groups=("a", "b"), as_of=as_of):
        assert found.used >= 0
        assert found.held >= 0
        assert found.left == max(0, rule.max - found.total)
        assert found.next_reset is None or found.next_reset > as_of.astimezone(TORONTO).date()


@given(LIMITS, USES, some_uses(), MOMENTS)
def test_giving_back_restores_everything_as_if_it_had_never_been(rule, uses, extra, as_of):
    extra = replace(extra, at=min(extra.at, as_of), given_back_at=as_of)
    for subject in ("", "a", "b", "A-1"):
        assert standing(rule, [*uses, extra], as_of=as_of, subject=subject) == standing(
            rule, uses, as_of=as_of, subject=subject
        )


@given(LIMITS, USES, MOMENTS, st.integers(0, 3000))
def test_within_a_window_use_only_grows_while_nothing_is_given_back(rule, uses, as_of, days):
    uses = [replace(use, given_back_at=None) for use in uses]
    first = standing(rule, uses, as_of=as_of)
    later = as_of + timedelta(days=days)
    day = later.astimezone(TORONTO).date()
    if first.next_reset is None or day < first.next_reset:
        assert standing(rule, uses, as_of=later).total >= first.total


@given(LIMITS, USES, MOMENTS)
def test_the_order_in_which_uses_come_does_not_matter(rule, uses, as_of):
    forward = standings(rule, uses, groups=("a", "b"), as_of=as_of)
    assert forward == standings(rule, uses[::-1], groups=("a", "b"), as_of=as_of)


@given(LIMITS, USES, MOMENTS, st.integers(1, 25))
def test_a_cart_passes_exactly_when_it_fits_in_what_is_left(rule, uses, as_of, units):
    rule = replace(rule, metric="units")
    wanted = Wanted("A-1", "a", units, Decimal("1.00"))
    for outcome in outcomes([rule], uses, [wanted], as_of=as_of):
        stands = standing(rule, uses, as_of=as_of, subject=outcome.subject)
        assert outcome.is_within == (units + stands.total <= rule.max)
        assert outcome.used == stands.total
