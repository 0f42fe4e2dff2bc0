"""The ledger, and what the portal answers about the demo's history."""

import csv
import json
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from catalog.models import Product
from orders import quota
from orders.management.commands.quota import answer
from orders.models import Fulfilment, Order, QuotaEntry
from orders.models.order import next_number
from tests.orders.conftest import fill, limited, place

ROOT = Path(__file__).parent.parent
DEMO = {
    "catalog": ROOT.parent / "demo/programs.yaml",
    "organizations": ROOT.parent / "demo/organizations.yaml",
}
FIVE = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}


@pytest.fixture
def demo(db, settings):
    """The demo's catalogue, organizations and history."""
    settings.DEBUG = True
    for command, file in (
        ("import_catalog", "programs"),
        ("import_organizations", "organizations"),
    ):
        call_command(command, ROOT.parent / f"demo/{file}.yaml", stdout=StringIO())


def expected():
    with (ROOT / "data/expected-quota.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def found(row, answers):
    """The answer for the row's limit and subject, in the file's own form."""
    (one,) = [
        a for a in answers if (a["limit"], a["subject"]) == (int(row["limit"]), row["subject"])
    ]
    used = Decimal(one["used"]) + Decimal(one["held"])
    left = "" if one["left"] is None else str(one["left"])
    return used, left, one["next_reset"] or ""


def test_the_portal_answers_every_row_of_the_expected_file(demo):
    wrong = []
    for row in expected():
        as_of = datetime.fromisoformat(row["as_of"])
        answers = answer(int(row["organization"]), row["program"], as_of)
        wanted = Decimal(row["used"]), row["left"], row["next_reset"]
        if (got := found(row, answers)) != wanted:
            wrong.append((row, got))
    assert wrong == []
    assert len(expected()) > 100


def test_loading_twice_changes_nothing(demo):
    def everything():
        stock = dict(Product.objects.values_list("sku", "stock"))
        return Order.objects.count(), QuotaEntry.objects.count(), Fulfilment.objects.count(), stock

    before = everything()
    call_command("import_organizations", DEMO["organizations"], stdout=StringIO())
    assert everything() == before
    assert next_number() > max(Order.objects.values_list("number", flat=True))


def test_the_history_leaves_the_stock_of_the_catalogue(demo):
    with_stock = Product.objects.exclude(stock=None)
    for product in with_stock:
        assert product.stock_entries.get().kind == "opening"


def test_the_history_is_as_the_file_says(demo):
    for order in Order.objects.prefetch_related("lines__quota_entries", "lines__fulfilment"):
        assert order.total == sum(line.total for line in order.lines.all())
        for line in order.lines.all():
            assert line.eligibility["eligible"] is True
            kinds = {entry.kind for entry in line.quota_entries.all()}
            is_back = order.status in Order.GIVEN_BACK or line.given_back_at is not None
            assert ("give_back" in kinds) == is_back
            if order.status in ("fulfilled", "delivered"):
                assert line.fulfilment.status == "done"


def test_the_command_prints_json(demo):
    out = StringIO()
    call_command(
        "quota",
        "100001",
        "--program",
        "microsoft-desktop",
        "--json",
        "--as-of",
        "2024-02-28T12:00:00-05:00",
        stdout=out,
    )
    rows = json.loads(out.getvalue())
    assert rows[0] == {
        "program": "microsoft-desktop",
        "limit": 0,
        "subject": "",
        "used": 0,
        "held": 0,
        "left": 10,
        "next_reset": None,
    }


def test_what_is_unknown_is_refused(db, owner):
    with pytest.raises(CommandError, match="no organization 1"):
        answer(1, None, timezone.now())
    with pytest.raises(CommandError, match="no program x"):
        answer(owner.organization.number, "x", timezone.now())


def standing(order):
    ((_p, _i, one),) = quota.standings(order.organization, as_of=timezone.now())
    return one.used, one.held, one.left


def test_each_step_of_a_line_counts_once(owner):
    order = place(fill(owner, limited(FIVE), 3))
    assert standing(order) == (0, 3, 2)
    for _ in range(2):
        quota.settle(order, at=timezone.now())
    assert standing(order) == (3, 0, 2)
    for _ in range(2):
        quota.give_back(order, at=timezone.now())
    assert standing(order) == (0, 0, 5)
    assert QuotaEntry.objects.count() == 3


def test_a_line_can_be_given_back_alone(owner):
    product, other = limited(FIVE), None
    other = type(product).objects.get(pk=product.pk)
    other.pk, other.sku, other.slug = None, "OTHER", "other"
    other.save()
    fill(owner, product, 3)
    order = place(fill(owner, other, 1))
    quota.give_back(order, at=timezone.now(), lines=[order.lines.get(product=product)])
    assert standing(order) == (0, 1, 4)


def test_the_past_is_answered_as_it_was(owner):
    order = place(fill(owner, limited(FIVE), 3))
    quota.give_back(order, at=timezone.now() + timedelta(hours=1))
    assert standing(order) == (0, 3, 2)
    before = order.placed_at - timedelta(seconds=1)
    ((_p, _i, one),) = quota.standings(order.organization, as_of=before)
    assert one.total == 0


def test_the_ledger_only_grows(owner):
    place(fill(owner, limited(FIVE)))
    for change in (QuotaEntry.objects.all().delete, lambda: QuotaEntry.objects.update(units=0)):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            change()


def test_standings_are_three_queries(demo, django_assert_num_queries):
    from orgs.models import Organization

    organization = Organization.objects.get(number=100001)
    with django_assert_num_queries(3):
        quota.standings(organization, as_of=timezone.now())
