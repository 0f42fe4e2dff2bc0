"""Replacing: another key for a dead one; and whether the message about it arrived."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from mail.models import Message
from orders import fulfilment, letters, replacing
from orders.models import LicenseKey, Order
from orgs.staff import ensure_groups
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory, UserFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, mails
from tests.orders.test_fulfilment import pay, stock_keys


def sent_to(membership, product, *, spare):
    """An order whose one key was given, and so many that are free."""
    stock_keys(product, 1 + spare)
    order = place(fill(membership, product))
    pay(order)
    fulfilment.sweep()
    return again(order)


@pytest.fixture
def sent(owner, product):
    return sent_to(owner, product, spare=1)


def key_of(order):
    return LicenseKey.objects.get(line__order=order, revoked_at=None)


def test_a_dead_key_is_replaced_and_stays_in_the_trail(sent, stranger):
    old = key_of(sent)
    new = replacing.replace(old.pk, by=stranger, reason="Refused by the vendor")
    assert again(old).revoked_at
    assert key_of(sent) == new
    entry = Entry.objects.about(old).get(action="key.replaced")
    assert (entry.note, entry.data["other"]) == ("Refused by the vendor", new.pk)
    assert mails("key_replaced") == 2
    assert not any("KEY-" in m.text + m.html for m in Message.objects.all())


def test_what_is_against_it_is_said_and_changes_nothing(sent, stranger):
    key = key_of(sent)
    free = LicenseKey.objects.free().get()
    with pytest.raises(ValidationError, match="reason"):
        replacing.replace(key.pk, by=stranger, reason=" ")
    with pytest.raises(ValidationError, match="nobody"):
        replacing.replace(free.pk, by=stranger, reason="?")
    replacing.replace(key.pk, by=stranger, reason="dead")
    with pytest.raises(ValidationError, match="nobody"):
        replacing.replace(key.pk, by=stranger, reason="dead")
    with pytest.raises(ValidationError, match="Import keys first"):
        replacing.replace(key_of(sent).pk, by=stranger, reason="dead too")
    assert mails("key_replaced") == 2


def test_the_old_key_is_shown_no_more(as_member, owner, sent, stranger):
    old = key_of(sent)
    replacing.replace(old.pk, by=stranger, reason="dead")
    args = [owner.organization.number, sent.number]
    assert as_member.get(reverse("orders:reveal", args=[*args, old.pk])).status_code == 404
    assert "No longer valid" in as_member.get(reverse("orders:detail", args=args)).text


def test_staff_replace_a_key_on_its_page(client, sent):
    ensure_groups()
    colleague = UserFactory(is_staff=True)
    client.force_login(colleague)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = reverse("admin:orders_licensekey_replace", args=[key_of(sent).pk])
    assert client.get(page).status_code == 403
    colleague.groups.add(Group.objects.get(name="fulfilment"))
    assert client.get(page).status_code == 200
    assert page in client.get(reverse("admin:orders_licensekey_changelist")).text
    assert client.post(page, {"reason": "dead"}).status_code == 302
    assert mails("key_replaced") == 2
    page = reverse("admin:orders_licensekey_replace", args=[key_of(sent).pk])
    assert "Import keys first" in client.post(page, {"reason": "dead"}).text


def test_both_sides_see_whether_the_message_arrived(as_member, owner, sent, client):
    page = reverse("orders:detail", args=[owner.organization.number, sent.number])
    assert "is about to be sent" in as_member.get(page).text
    first, second = letters.of(sent)
    Message.objects.filter(pk=first.pk).update(sent_at=timezone.now())
    Message.objects.filter(pk=second.pk).update(dead_at=timezone.now())
    text = as_member.get(page).text
    assert f"We wrote to {first.to[0]} on" in text
    assert f"Our message to {second.to[0]} could not be delivered." in text
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    row = sent.lines.get().fulfilment.pk
    text = client.get(reverse("admin:orders_fulfilment_change", args=[row])).text
    assert "could not be delivered" in text


def test_the_page_shows_the_newest_message_to_each_address(sent):
    fulfilment.resend(sent.pk, by=sent.placed_by, is_staff=True)
    assert Message.objects.filter(kind="orders/licences_ready").count() == 4
    assert len(letters.of(sent)) == 2


@pytest.mark.races
def test_two_colleagues_replace_a_key_once(transactional_db):
    order = sent_to(MembershipFactory(), ProductFactory(), spare=3)
    pk, by = key_of(order).pk, UserFactory()
    at_once(*[lambda: replacing.replace(pk, by=by, reason="dead")] * 3)
    assert LicenseKey.objects.free().count() == 2
    assert mails("key_replaced") == 2


@pytest.mark.races
def test_without_the_locks_it_would_be_replaced_twice(transactional_db, monkeypatch):
    """Shows that the test above can fail: both see a key that serves."""
    order = sent_to(MembershipFactory(), ProductFactory(), spare=3)
    pk, by, meet = key_of(order).pk, UserFactory(), threading.Barrier(2, timeout=10)
    kind = type(LicenseKey.objects.all())
    locked = kind.select_for_update

    def some(rows, **how):
        return locked(rows, **how) if how.get("skip_locked") else rows

    class Slowly(tuple):
        def __contains__(self, status):
            meet.wait()
            return super().__contains__(status)

    monkeypatch.setattr(kind, "select_for_update", some)
    monkeypatch.setattr(Order.objects, "lock", Order.objects.get)
    monkeypatch.setattr(replacing, "SERVED", Slowly(replacing.SERVED))
    at_once(*[lambda: replacing.replace(pk, by=by, reason="dead")] * 2)
    assert LicenseKey.objects.filter(line__order=order, revoked_at=None).count() == 2
