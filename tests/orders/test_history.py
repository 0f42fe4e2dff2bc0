"""The history of orders: looked for, as a table and as a statement."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import translation

from orders import cancellation, history, paying_back, refunds
from orders.models import Order
from tests.factories import MembershipFactory, ProductFactory
from tests.orders.conftest import fill, place
from tests.orders.test_refunds import ask, product, quinn, sent

__all__ = ["product", "quinn", "sent"]


def url(name, order, *more):
    return reverse(f"orders:{name}", args=[order.organization.number, order.number, *more])


def numbers(organization, **params):
    return [o.number for o in history.rows(organization, history.Asked.of(params))]


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.fixture
def two(owner):
    """An order of last year for Acrobat, and one of today for Windows."""
    acrobat = ProductFactory(name_en="Acrobat", name_fr="Acrobat", sku="ACRO-1")
    old = place(fill(owner, acrobat))
    placed_at = datetime(2025, 6, 30, 23, 30, tzinfo=UTC)
    cancellation.cancel(old.pk, by=owner.user)
    Order.objects.filter(pk=old.pk).update(placed_at=placed_at)
    new = place(fill(owner, ProductFactory(name_en="Windows", name_fr="Windows")))
    return old, new


def test_orders_are_found_by_number_product_state_and_day(owner, two):
    old, new = two
    mine = owner.organization
    assert numbers(mine) == [new.number, old.number]
    assert numbers(mine, q=str(old.number)) == [old.number]
    assert numbers(mine, q="wind") == [new.number]
    assert numbers(mine, q="acro-1") == [old.number]
    assert numbers(mine, state="ended") == [old.number]
    assert numbers(mine, until="2025-06-30") == [old.number]
    assert numbers(mine, since="2025-07-01") == [new.number]


@pytest.mark.parametrize(
    "params",
    [
        {"state": "nothing"},
        {"since": "2026-02-31"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"q": "\0"},
        {"q": "9" * 40},
        {"q": "²"},
    ],
)
def test_an_address_that_makes_no_sense_breaks_nothing(as_member, owner, two, params):
    page = as_member.get(reverse("orders:list", args=[owner.organization.number]), params)
    assert page.status_code == 200


def test_a_neighbours_orders_are_never_found(two):
    assert numbers(MembershipFactory().organization, q="wind") == []


def test_the_list_shows_what_is_looked_for_and_how_to_see_all(as_member, owner, two):
    old, new = two
    page = as_member.get(reverse("orders:list", args=[owner.organization.number]), {"q": "acro"})
    assert str(old.number) in page.text
    assert url("detail", new) not in page.text
    assert "Show all orders" in page.text
    page = as_member.get(reverse("orders:list", args=[owner.organization.number]), {"q": "zzz"})
    assert "No order fits" in page.text


def test_the_table_has_a_line_a_product_and_a_head_in_ones_language(as_member, owner, two):
    old, new = two
    path = reverse("orders:table", args=[owner.organization.number])
    head, *rows = rows_of(as_member.get(path))
    assert head[:2] == ["Order", "Placed on"]
    assert [row[0] for row in rows] == [str(new.number), str(old.number)]
    assert rows[1][1] == "2025-06-30"
    with translation.override("fr"):
        path = reverse("orders:table", args=[owner.organization.number])
    assert rows_of(as_member.get(path))[0][0] == "Commande"


def test_what_begins_like_a_formula_is_text(as_member, owner):
    place(fill(owner, ProductFactory(name_en="=cmd()", name_fr="=cmd()")))
    rows = rows_of(as_member.get(reverse("orders:table", args=[owner.organization.number])))
    assert rows[1][4] == "'=cmd()"


def test_the_list_takes_few_queries(as_member, owner, two, django_assert_max_num_queries):
    path = reverse("orders:list", args=[owner.organization.number])
    as_member.get(path)
    with django_assert_max_num_queries(12):
        as_member.get(path)


# The statement


def test_a_statement_says_what_was_paid_and_that_it_is_no_donation(as_member, sent):
    page = as_member.get(url("statement", sent))
    assert "Statement of administration fees" in page.text
    assert "This is not a donation receipt" in page.text
    assert "$80.00" in page.text


def test_a_statement_tells_refunds_too(as_member, sent, quinn):
    paying_back.settle(refunds.approve(ask(sent).pk, by=quinn).pk)
    page = as_member.get(url("statement", sent))
    assert "Total after refunds" in page.text
    assert "$0.00" in page.text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_statement_is_a_paper_too(as_member, sent, language):
    with translation.override(language):
        page = as_member.get(url("statement_paper", sent))
    assert page["Content-Type"] == "application/pdf"
    assert page.content.startswith(b"%PDF-")
    assert len(page.content) > 10_000


def test_a_question_about_an_order_names_it(as_member, sent):
    page = as_member.get(url("detail", sent))
    assert "topic=order" in page.text
    assert f"Order%20{sent.number}" in page.text


def test_a_stranger_sees_no_statement(client, stranger, sent):
    client.force_login(stranger)
    for name in ("statement", "statement_paper"):
        assert client.get(url(name, sent)).status_code == 404
