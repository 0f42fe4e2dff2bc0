"""Licence keys: unreadable at rest, found by their blind index, imported once."""

import base64
import secrets
from datetime import timedelta

import pytest
import time_machine
from cryptography.exceptions import InvalidTag
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

from accounts import keyring
from mail.models import Message
from orders import key_import, keys, supply
from orders.models import Fulfilment, KeyPool, LicenseKey
from tests.conftest import at_once
from tests.factories import (
    OrderLineFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
    staff_with,
)

SECRET = "AAAA1-BBBB2-CCCC3-DDDD4"


def ring_key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@pytest.fixture
def stored(product):
    key_import.add(product, [SECRET], by=None)
    return LicenseKey.objects.get()


def test_a_key_is_read_back(stored):
    assert keys.decrypt(stored) == SECRET
    assert stored.last4 == "DDD4"
    assert str(stored) == f"{stored.product.sku} …DDD4"


def test_no_table_holds_a_key_in_the_clear(stored):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM orders_licensekey k")
        rows = "".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT row_to_json(e)::text FROM audit_entry e")
        rows += "".join(row[0] for row in cursor.fetchall())
    assert "DDD4" in rows
    assert "BBBB2" not in rows
    assert base64.b64encode(SECRET.encode()).decode()[:12] not in rows


def test_the_same_key_is_sealed_differently_each_time(db):
    one, other = keys.seal(SECRET), keys.seal(SECRET)
    assert one.ciphertext != other.ciphertext
    assert one.blind_index == other.blind_index


def test_a_row_that_was_swapped_or_changed_is_not_read(stored, product):
    key_import.add(product, ["ZZZZ9-YYYY8"], by=None)
    other = LicenseKey.objects.exclude(pk=stored.pk).get()
    stored.ciphertext = other.ciphertext
    with pytest.raises(InvalidTag):
        keys.decrypt(stored)


def test_the_ring_is_turned_and_the_old_key_can_go(stored, product, settings):
    old, new = settings.FIELD_KEYS, ring_key("new")
    settings.FIELD_KEYS = f"{new},{old}"
    assert keys.decrypt(stored) == SECRET
    assert key_import.examine([SECRET]).fresh == []  # known, whichever key sealed it
    call_command("rotate_keys")
    settings.FIELD_KEYS = new
    stored.refresh_from_db()
    assert keys.decrypt(stored) == SECRET
    assert key_import.examine([SECRET]).fresh == []
    assert keys.rotate() == 0


def test_a_key_of_the_wrong_length_stops_the_ring():
    with pytest.raises(ValueError, match="not 32 bytes"):
        keyring.parse_ring("short:AAAA")


# Import


def test_an_import_reports_every_line_it_leaves_out(stored):
    lines = [
        "NEW-1111",
        "",
        SECRET,
        "new-1111 ",
        "x" * 501,
        "1234",
        "BELL-\x07-KEY",
        "NEW-2222",
        "",
    ]
    report = key_import.examine(lines)
    assert report.fresh == ["NEW-1111", "NEW-2222"]
    assert report.faults == [
        (2, "blank"),
        (3, "imported before"),
        (4, "the same as line 1"),
        (5, "longer than 500 characters"),
        (6, "shorter than 5 characters"),
        (7, "holds characters that cannot be shown"),
    ]
    assert LicenseKey.objects.count() == 1  # a look writes nothing


def test_an_import_takes_what_is_new(stored, product):
    report = key_import.add(product, [SECRET, "NEW-1111"], by=None)
    assert (report.fresh, len(report.faults)) == (["NEW-1111"], 1)
    assert LicenseKey.objects.free().count() == 2


def test_capitals_count_in_links_and_not_in_keys(db):
    keys_twice = key_import.examine(["abcd-1234", "ABCD-1234"])
    links = key_import.examine(["https://a.example/abc", "https://a.example/ABC"])
    assert (len(keys_twice.fresh), len(links.fresh)) == (1, 2)


def test_the_first_column_of_a_csv_file_holds_the_keys():
    text = '\ufeff"KEY-1111",Office\r\nKEY-2222,Office\r\n\r\n'
    assert key_import.lines_of(text) == ["KEY-1111", "KEY-2222", ""]


def test_a_big_import_is_four_queries(product, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        key_import.add(product, [f"KEY-{n:05}" for n in range(300)], by=None)


def test_new_keys_wake_the_lines_that_wait_for_them(product):
    later = timezone.now() + timezone.timedelta(minutes=9)
    waiting = Fulfilment.objects.create(line=OrderLineFactory(product=product), due_at=later)
    key_import.add(ProductFactory(), ["OTHER-1111"], by=None)
    assert waiting not in Fulfilment.objects.due()
    key_import.add(product, ["MINE-1111"], by=None)
    assert waiting in Fulfilment.objects.due()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_same_key_imported_twice_at_once_is_imported_once():
    product, staff = ProductFactory(), UserFactory()
    found = at_once(*[lambda: key_import.add(product, [SECRET], by=staff)] * 4)
    assert LicenseKey.objects.count() == 1
    for outcome in found:
        assert isinstance(outcome, key_import.Report | IntegrityError)


def test_a_pool_is_low_when_fewer_than_ten_keys_are_to_spare(product):
    key_import.add(product, [f"LOW-{n:04}" for n in range(11)], by=None)
    assert not KeyPool.objects.low().exists()

    line = OrderLineFactory(product=product, quantity=2, order__status="paid")
    Fulfilment.objects.create(line=line)
    (pool,) = KeyPool.objects.low()
    assert (pool.pk, pool.free, pool.wanted, pool.spare) == (product.pk, 11, 2, 9)

    type(product).objects.filter(pk=product.pk).update(status="discontinued")
    assert not KeyPool.objects.low().exists()


def test_pools_are_listed_by_need_and_those_not_offered_last(client, settings, product):
    settings.DEBUG = True  # staff without a second factor
    scarce = ProductFactory(sku="B-SCARCE")
    gone = ProductFactory(sku="A-GONE", status="discontinued")
    awaited = ProductFactory(sku="C-AWAITED", status="discontinued")
    key_import.add(product, [f"SORT-{n:04}" for n in range(11)], by=None)
    Fulfilment.objects.create(line=OrderLineFactory(product=awaited, order__status="paid"))

    client.force_login(staff_with("view_keypool"))
    page = client.get(reverse("admin:orders_keypool_changelist")).text

    listed = [awaited, scarce, product, gone]
    assert sorted(listed, key=lambda pool: page.index(f">{pool.sku}<")) == listed


def test_who_imports_keys_is_told_of_a_low_pool_once_a_day(product):
    keeper, other = staff_with("add_licensekey"), staff_with("view_keypool")
    keeper.language = "fr"
    keeper.save(update_fields=["language"])
    key_import.add(product, [f"LOW-{n:04}" for n in range(9)], by=None)

    supply.tell_low()
    supply.tell_low()

    told = Message.objects.get(kind="orders/pool_low")
    assert (told.to, told.language) == ([keeper.email], "fr")
    assert f"/admin/orders/keypool/{product.pk}/import/" in told.text
    assert "9 clés sont libres" in told.text
    assert not Message.objects.filter(to=[other.email]).exists()

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        supply.tell_low()
    assert Message.objects.filter(kind="orders/pool_low").count() == 2


def test_superusers_are_told_of_a_low_pool_while_nobody_imports_keys(product):
    root = UserFactory(is_staff=True, is_superuser=True)
    supply.tell_low()
    assert Message.objects.get(kind="orders/pool_low").to == [root.email]


def test_nobody_is_told_of_a_pool_with_keys_to_spare(product):
    staff_with("add_licensekey")
    key_import.add(product, [f"LOW-{n:04}" for n in range(10)], by=None)
    supply.tell_low()
    assert not Message.objects.exists()


def test_a_product_that_no_key_delivers_has_no_pool(db):
    ProductFactory(program=ProgramFactory(delivery="shipment"))
    assert not KeyPool.objects.low().exists()
