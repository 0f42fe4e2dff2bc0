"""Licences on the order's page: masked, shown after a fresh sign-in, every look written down."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from mail.models import Message
from orders import fulfilment
from orders.models import LicenseKey
from tests.factories import PASSWORD, MembershipFactory, OrderFactory, OrderLineFactory
from tests.orders.paying import mails
from tests.orders.test_fulfilment import order_of, pay, stock_keys


@pytest.fixture
def sent(owner, product):
    """An order of the owner's organization whose key was given."""
    stock_keys(product, 1, prefix="SECRET")
    order = order_of(product, organization=owner.organization, placed_by=owner.user)
    pay(order)
    fulfilment.sweep()
    order.refresh_from_db()
    return order


@pytest.fixture
def key(sent):
    return LicenseKey.objects.get()


def page_of(order):
    return reverse("orders:detail", args=[order.organization.number, order.number])


def reveal_url(order, key):
    return reverse("orders:reveal", args=[order.organization.number, order.number, key.pk])


def confirm(client, asked):
    """Type the password that the answer asks for; the answer after it."""
    assert asked.status_code == 302
    assert "reauthenticate" in asked.url
    return client.post(asked.url, {"password": PASSWORD})


def looks(key):
    return Entry.objects.about(key).filter(action="key.revealed")


def test_the_orders_page_shows_the_end_of_a_key_only(
    as_member, sent, key, django_assert_max_num_queries
):
    url = page_of(sent)
    with django_assert_max_num_queries(12):
        page = as_member.get(url)
    assert f"…{key.last4}" in page.text
    assert "SECRET" not in page.text
    assert reveal_url(sent, key) in page.text


def test_a_key_is_shown_after_the_password_and_the_look_is_written_down(
    as_member, owner, sent, key
):
    asked = as_member.post(reveal_url(sent, key))
    assert not looks(key)
    shown = confirm(as_member, asked)
    assert shown.status_code == 200
    assert "SECRET" in shown.text
    assert "data-copy" in shown.text
    assert looks(key).get().by == owner.user
    assert owner.user.email in shown.text or str(owner.user) in shown.text


def test_a_second_key_soon_after_needs_no_password(as_member, sent, key):
    confirm(as_member, as_member.post(reveal_url(sent, key)))
    again = as_member.post(reveal_url(sent, key))
    assert "SECRET" in again.text
    assert looks(key).count() == 2
    assert "no-store" in again["Cache-Control"]


def test_a_wrong_password_shows_nothing(as_member, sent, key):
    asked = as_member.post(reveal_url(sent, key))
    page = as_member.post(asked.url, {"password": "wrong"})
    assert "SECRET" not in page.text
    assert not looks(key)


def test_the_page_before_shows_who_looked_and_asks_for_nothing(as_member, owner, sent, key):
    assert "Nobody yet" in as_member.get(reveal_url(sent, key)).text
    confirm(as_member, as_member.post(reveal_url(sent, key)))
    page = as_member.get(reveal_url(sent, key))
    assert str(owner.user) in page.text
    assert "SECRET" not in page.text


def test_who_may_not_see_keys_gets_neither_button_nor_key(client, owner, sent, key):
    viewer = MembershipFactory(organization=owner.organization, role_code="viewer")
    client.force_login(viewer.user)
    page = client.get(page_of(sent))
    assert reveal_url(sent, key) not in page.text
    for ask in (client.get, client.post):
        assert ask(reveal_url(sent, key)).status_code == 403
    assert not looks(key)


def test_a_stranger_does_not_learn_that_the_key_exists(client, stranger, sent, key):
    client.force_login(stranger)
    assert client.post(reveal_url(sent, key)).status_code == 404


def test_a_key_of_another_order_is_not_found(as_member, owner, sent, key):
    other = OrderFactory(organization=owner.organization)
    OrderLineFactory(order=other)
    asked = as_member.post(reveal_url(other, key))
    assert confirm(as_member, asked).status_code == 404
    assert not looks(key)


def test_a_member_reads_from_which_day_the_message_is_sent_again(as_member, sent):
    again = reverse("orders:resend", args=[sent.organization.number, sent.number])
    page = as_member.get(page_of(sent)).text
    assert "you can have it sent again from" in page
    assert again not in page
    assert "again from" in as_member.post(again, follow=True).text
    assert mails("licences_ready") == 2

    Message.objects.filter(kind="orders/licences_ready").update(dead_at=timezone.now())
    assert again in as_member.get(page_of(sent)).text
    assert "We sent the message again" in as_member.post(again, follow=True).text
    assert mails("licences_ready") == 4


def test_the_message_leads_to_the_orders_page(as_member, sent):
    message = Message.objects.filter(kind="orders/licences_ready").first()
    path = re.search(r"https?://[^/\s]+(/\S+)", message.text)[1]
    assert f"Order {sent.number}" in as_member.get(path).text
