"""The page of a program's quota: each limit in figures, and the orders behind them."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from orders import allocation, quota
from orgs.days import TORONTO
from tests.factories import ProductFactory, ProgramFactory
from tests.orders.conftest import fill, limited, place

CYCLE = {"months": 24, "from": "first_order"}
GROUPS = {"metric": "title_groups", "scope": "program", "max": 10, "window": CYCLE}
EACH = {"metric": "units", "scope": "title_group", "max": 50, "window": CYCLE}
SERVERS = {
    "metric": "units",
    "scope": "program",
    "title_groups": ["server"],
    "max": 5,
    "window": CYCLE,
}


@pytest.fixture
def desktop(db):
    """A program like Microsoft's: groups, licences of each group, servers."""
    program = ProgramFactory(slug="desktop", limits=[GROUPS, EACH, SERVERS])
    office = ProductFactory(program=program, title_group="office", name_en="Office Standard")
    server = ProductFactory(program=program, title_group="server", name_en="Server 2022")
    return office, server


def address(member, slug="desktop"):
    return reverse("orders:quota_program", args=[member.organization.number, slug])


def figures(found):
    return {m.label: [text for _name, text in m.figures] for m in found.meters}


def test_every_limit_is_there_also_where_nothing_is_used(owner, desktop):
    office, _server = desktop
    first = place(fill(owner, office, 12))
    quota.settle(first, at=timezone.now())
    place(fill(owner, office, 3))
    found = allocation.of(owner.organization, office.program, as_of=timezone.now())
    assert [[text for _n, text in m.figures] for m in found.meters] == [
        ["1", "0", "9", "10"],  # title groups
        ["12", "3", "35", "50"],  # licences of Office
        ["0", "0", "50", "50"],  # of the server
        ["0", "0", "5", "5"],  # servers in all
    ]
    assert [(one.line.quantity, one.use.is_held) for one in found.counted] == [
        (3, True),
        (12, False),
    ]


def test_an_order_counts_until_its_cycle_ends(owner, desktop):
    with time_machine.travel(datetime(2024, 2, 29, 12, tzinfo=TORONTO), tick=False):
        place(fill(owner, desktop[0]))
    with time_machine.travel(datetime(2025, 8, 1, 12, tzinfo=TORONTO), tick=False):
        place(fill(owner, desktop[1]))
        found = allocation.of(owner.organization, desktop[0].program, as_of=timezone.now())
    assert [str(one.until) for one in found.counted] == ["2026-02-28", "2026-02-28"]
    with time_machine.travel(datetime(2026, 2, 28, 0, 0, tzinfo=TORONTO), tick=False):
        found = allocation.of(owner.organization, desktop[0].program, as_of=timezone.now())
    assert found.counted == []


def test_a_rolling_order_has_its_own_day(owner):
    rolling = {"months": 12, "rolling": True}
    product = limited({"metric": "units", "scope": "program", "max": 9, "window": rolling})
    for month in (1, 5):
        with time_machine.travel(datetime(2026, month, 31, 12, tzinfo=TORONTO), tick=False):
            place(fill(owner, product))
            found = allocation.of(owner.organization, product.program, as_of=timezone.now())
    assert [str(one.until) for one in found.counted] == ["2027-05-31", "2027-01-31"]


def test_the_page_shows_figures_and_orders(
    as_member, owner, desktop, django_assert_max_num_queries
):
    order = place(fill(owner, desktop[0], 12))
    as_member.get(address(owner))
    with django_assert_max_num_queries(12):
        page = as_member.get(address(owner))
    assert str(order.number) in page.text
    assert "Office Standard" in page.text
    assert "38" in page.text
    index = as_member.get(reverse("orders:quota", args=[owner.organization.number]))
    assert address(owner) in index.text


def test_a_program_without_limits_says_so(as_member, owner, product):
    page = as_member.get(address(owner, product.program.slug))
    assert "This program has no limit." in page.text
    assert "No order counts today." in page.text


def test_a_stranger_does_not_learn_of_it(client, owner, stranger, desktop):
    client.force_login(stranger)
    assert client.get(address(owner)).status_code == 404


def test_the_cart_says_what_it_would_make_of_a_quota(as_member, owner):
    five = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}
    product = limited(five)
    place(fill(owner, product, 2))
    fill(owner, product, 2)
    page = as_member.get(reverse("orders:cart", args=[owner.organization.number]))
    assert "2 of 5" in page.text
    assert "With this order: 4 of 5." in page.text
    assert "Left: 3." in page.text
