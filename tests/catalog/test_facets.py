"""Facets: what each filter would leave, from the same products that the list shows."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.utils import timezone

from catalog import search, shelf, stock
from catalog.asked import Asked
from catalog.listing import Listing
from catalog.models import Product, Program, ShelfEntry
from catalog.verdicts import verdicts
from orgs.days import today
from tests.factories import ProductFactory, ProgramFactory

pytestmark = pytest.mark.django_db


def listing(query: str, programs=None) -> Listing:
    return Listing(Asked.of("/", QueryDict(query), for_member=programs is not None), programs)


def numbers(query: str, facet: str) -> dict[str, int]:
    found = next(f for f in listing(query).counts.facets if f.name == facet)
    return {option.value: option.count for option in found.options}


@pytest.fixture
def demo(db, settings):
    call_command("import_catalog", settings.BASE_DIR / "demo/programs.yaml", verbosity=0)


@pytest.mark.parametrize(
    "base",
    ["", "kind=donation", "partner=microsoft&available=on", "q=windows", "fee=10-25&personal=on"],
)
def test_each_number_is_what_choosing_it_leaves(demo, base):
    now = listing(base)
    tried = []
    for facet in (*now.counts.facets, *now.counts.flags):
        for option in facet.options:
            asked = QueryDict(base, mutable=True)
            asked[facet.name] = option.value
            chosen = listing(asked.urlencode())
            assert chosen.total == option.count, (facet.name, option)
            assert len(chosen.cards) == min(option.count, 24)
            tried.append(option)
    assert len(tried) > 3


def test_a_filter_does_not_narrow_its_own_choices(demo):
    assert numbers("", "partner") == numbers("partner=adobe", "partner")
    assert set(numbers("partner=adobe", "kind")) < set(numbers("", "kind"))


def test_what_we_may_order_counts_open_programs_in_stock(owner):
    ours = ProductFactory()
    ProductFactory(program=ours.program, stock=0)
    ProductFactory(program=ProgramFactory(criteria=[{"fact": "budget", "max": 10}]))
    judged = verdicts(owner.organization, on=today())
    found = listing("ours=on", [program.pk for program, verdict in judged if verdict.is_eligible])
    assert found.total == 1
    assert [card.slug for card in found.cards] == [ours.slug]
    assert found.counts.flags[-1].options[0].count == 1


def test_what_is_not_shown_yet_or_any_more_is_in_no_number():
    now, day = timezone.now(), timedelta(days=1)
    shown = ProductFactory(published_from=now - day, published_until=now + day)
    ProductFactory(program=shown.program, published_from=now + day)
    ProductFactory(program=shown.program, published_until=now - day)
    ProductFactory(program=shown.program, status="discontinued")
    found = listing("")
    assert found.total == 1 and [card.slug for card in found.cards] == [shown.slug]
    assert numbers("", "partner") == {shown.program.partner.slug: 1}
    assert search.find(Asked("/", shown.sku)).ids == [shown.pk]


def test_the_shelf_follows_stock_fees_and_deletion():
    product = ProductFactory()
    stock.open_with(product, 1)
    assert listing("available=on").total == 1
    stock.take("10001", {product.pk: 1}, by=None)
    assert (listing("available=on").total, listing("").total) == (0, 1)
    Product.objects.update(fee="300.00")
    assert numbers("", "fee") == {"250-": 1}
    Program.objects.update(kind="hardware")
    assert numbers("", "kind") == {"hardware": 1}
    Product.objects.filter(pk=ProductFactory().pk).delete()
    assert listing("").total == 1


def test_putting_the_shelf_together_changes_no_number():
    products = [ProductFactory(fee=n) for n in range(5)]
    for product in products[:3]:
        product.personal_use = True
        product.save()
    before = listing("").counts
    assert ShelfEntry.objects.count() == 11
    shelf.put_together()
    assert listing("").counts == before
    assert ShelfEntry.objects.count() == 5
    shelf.put_together()
    assert ShelfEntry.objects.count() == 5


def test_unknown_values_are_passed_over_or_can_be_taken_away():
    ProductFactory(program=ProgramFactory())
    assert listing("kind=x&fee=1-2&sort=;&platform=%00&delivery=<").active == []
    found = listing("partner=nobody")
    assert found.total == 0
    assert [(f.text, f.url) for f in found.active] == [("nobody", "/")]
