"""Stock: one door, a ledger behind it, and the last pack goes once."""

from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Sum

from audit.models import Entry
from catalog import stock
from catalog.models import Product, StockEntry
from tests.conftest import at_once
from tests.factories import ProductFactory, UserFactory


def ledger(product: Product) -> int:
    return product.stock_entries.aggregate(sum=Sum("change"))["sum"] or 0


def left(product: Product) -> int | None:
    return Product.objects.get(pk=product.pk).stock


def test_an_order_takes_and_gives_back(scarce):
    stock.take(10001, {scarce.pk: 2}, by=None)
    assert left(scarce) == ledger(scarce) == 1

    stock.put_back(10001, {scarce.pk: 2}, by=None)
    assert left(scarce) == ledger(scarce) == 3


def test_a_take_is_all_or_nothing_and_names_every_product(scarce):
    plenty, gone = ProductFactory(), ProductFactory()
    stock.open_with(plenty, 50)
    stock.open_with(gone, 0)

    with pytest.raises(ValidationError) as refusal:
        stock.take(10001, {plenty.pk: 5, gone.pk: 1, scarce.pk: 4}, by=None)

    assert {e.code for e in refusal.value.error_list} == {"out_of_stock"}
    assert {e.params["product_pk"] for e in refusal.value.error_list} == {gone.pk, scarce.pk}
    assert [left(p) for p in (plenty, gone, scarce)] == [50, 0, 3]
    assert not StockEntry.objects.exclude(kind="opening").exists()


def test_what_cannot_run_out_has_no_ledger(db):
    endless = ProductFactory(stock=None)

    stock.take(10001, {endless.pk: 500}, by=None)
    stock.put_back(10001, {endless.pk: 500}, by=None)

    assert left(endless) is None
    assert not endless.stock_entries.exists()


def test_an_order_takes_and_gives_back_a_product_once(scarce):
    stock.take(10001, {scarce.pk: 1}, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        stock.take(10001, {scarce.pk: 1}, by=None)
    assert left(scarce) == ledger(scarce) == 2

    stock.put_back(10001, {scarce.pk: 1}, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        stock.put_back(10001, {scarce.pk: 1}, by=None)
    assert left(scarce) == ledger(scarce) == 3


def test_staff_restock_and_correct_with_a_reason(scarce):
    fay = UserFactory(is_staff=True)

    stock.restock(scarce, 5, by=fay, reason="Shipment of June")
    stock.correct(scarce, -2, by=fay, reason="Two were broken")

    assert left(scarce) == ledger(scarce) == 6
    entries = Entry.objects.filter(action__startswith="stock.").order_by("pk")
    assert list(entries.values_list("action", "note")) == [
        ("stock.received", "Shipment of June"),
        ("stock.corrected", "Two were broken"),
    ]


def test_a_correction_below_nothing_is_refused(scarce):
    with pytest.raises(ValidationError) as refusal:
        stock.correct(scarce, -4, by=UserFactory(), reason="Counted")

    assert refusal.value.code == "out_of_stock"
    assert left(scarce) == ledger(scarce) == 3
    assert not Entry.objects.filter(action__startswith="stock.").exists()


def test_what_cannot_run_out_cannot_be_restocked(db):
    with pytest.raises(ValidationError) as refusal:
        stock.restock(ProductFactory(stock=None), 4, by=UserFactory(), reason="More")
    assert refusal.value.code == "no_stock"


def test_the_database_refuses_stock_below_nothing_and_a_changed_ledger(scarce):
    with pytest.raises(IntegrityError, match="catalog_stock_not_negative"), transaction.atomic():
        Product.objects.filter(pk=scarce.pk).update(stock=-1)
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        scarce.stock_entries.update(change=100)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_last_pack_is_taken_once():
    product = ProductFactory()
    stock.open_with(product, 1)

    results = at_once(*(lambda n=n: stock.take(n, {product.pk: 1}, by=None) for n in range(6)))

    refused = [r for r in results if isinstance(r, ValidationError)]
    assert len(refused) == 5
    assert left(product) == ledger(product) == 0


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_condition_it_would_be_taken_twice(monkeypatch):
    """Shows that the test above can fail: both look before either writes."""
    product, meet = ProductFactory(), Barrier(2)
    stock.open_with(product, 1)

    def look_then_write(pk: int, change: int, **rest: object) -> bool:
        seen = Product.objects.get(pk=pk).stock
        meet.wait()
        if seen < -change:
            return False
        Product.objects.filter(pk=pk).update(stock=seen + change)
        StockEntry.objects.create(
            product_id=pk, change=change, kind="taken", reference=rest["reference"]
        )
        return True

    monkeypatch.setattr(stock, "_change", look_then_write)
    results = at_once(*(lambda n=n: stock.take(n, {product.pk: 1}, by=None) for n in range(2)))

    assert results == [None, None]
    assert ledger(product) == -1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_orders_for_the_same_products_do_not_deadlock():
    one, two = ProductFactory(), ProductFactory()
    for product in (one, two):
        stock.open_with(product, 100)

    wanted = ({one.pk: 1, two.pk: 1}, {two.pk: 1, one.pk: 1})
    results = at_once(*(lambda n=n: stock.take(n, wanted[n % 2], by=None) for n in range(8)))

    assert results == [None] * 8
    assert (left(one), left(two)) == (92, 92)
