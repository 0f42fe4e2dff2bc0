"""Alerts: who asked is told once, when the product can be had again."""

from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.core import mail as django_mail
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from catalog import alerts, emails, stock, tasks, telling
from catalog.models import AlertRun, StockAlert
from mail import outbox
from mail.models import Message
from tests.conftest import at_once
from tests.factories import PartnerFactory, ProductFactory, UserFactory


@pytest.fixture
def gone(db):
    """A product of which nothing is left."""
    product = ProductFactory(name_en="Dock", name_fr="Station d’accueil")
    stock.open_with(product, 0)
    product.refresh_from_db()
    return product


def back(product):
    stock.restock(product, 5, by=UserFactory(is_staff=True), reason="Shipment")


def test_asking_twice_is_asking_once(gone):
    user = UserFactory()
    assert alerts.subscribe(gone, user=user) == alerts.subscribe(gone, user=user)
    assert StockAlert.objects.count() == 1


def test_nobody_is_told_while_there_is_nothing(gone):
    alerts.subscribe(gone, user=UserFactory())
    assert telling.send_due() == 0
    assert not Message.objects.exists()


def test_the_nightly_task_tells_everybody_once(gone):
    people = [UserFactory(language="fr"), UserFactory(language="en")]
    for user in people:
        alerts.subscribe(gone, user=user)
    back(gone)

    tasks.send_alerts()
    tasks.send_alerts()

    letters = Message.objects.order_by("pk")
    assert [(m.to, m.language) for m in letters] == [([u.email], u.language) for u in people]
    assert [m.subject for m in letters] == [
        "Station d’accueil est de nouveau offert",
        "Dock is available again",
    ]
    assert f"/fr/catalog/{gone.slug}/" in letters[0].text
    assert "/fr/alerts/stop/" in letters[0].text
    assert not StockAlert.objects.waiting().exists()
    assert django_mail.outbox == []  # the worker sends; the task only writes


def test_who_was_told_may_ask_again(gone):
    user = UserFactory()
    alerts.subscribe(gone, user=user)
    back(gone)
    telling.send_due()

    alerts.subscribe(gone, user=user)

    assert telling.send_due() == 1
    assert Message.objects.count() == 2


def test_a_discontinued_product_is_not_announced(gone):
    alerts.subscribe(gone, user=UserFactory())
    back(gone)
    type(gone).objects.filter(pk=gone.pk).update(status="discontinued")
    assert telling.send_due() == 0


def test_a_run_that_dies_is_taken_up_again(gone, monkeypatch):
    for _n in range(5):
        alerts.subscribe(gone, user=UserFactory())
    back(gone)
    monkeypatch.setattr(telling, "BATCH", 2)
    post, posted = outbox.post_many, []

    def die_at_the_second(messages):
        posted.append(messages)
        post(messages)
        if len(posted) == 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(outbox, "post_many", die_at_the_second)
    with pytest.raises(RuntimeError):
        telling.send_due()
    assert (Message.objects.count(), StockAlert.objects.waiting().count()) == (2, 3)
    assert (run := AlertRun.objects.get()).finished_at is None
    assert (run.due, run.told) == (5, 2)

    assert telling.send_due() == 3
    assert Message.objects.count() == 5


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once():
    product = ProductFactory()
    stock.open_with(product, 1)
    for _n in range(6):
        alerts.subscribe(product, user=UserFactory())

    results = at_once(*[telling.send_due] * 3)

    assert sum(results) == 6
    assert Message.objects.count() == 6


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_runs_would_tell_twice(monkeypatch):
    """Shows that the test above can fail: both read before either writes."""
    product, meet = ProductFactory(), Barrier(2)
    stock.open_with(product, 1)
    alerts.subscribe(product, user=UserFactory())
    words, post = emails.back_in_stock, outbox.post_many

    def both_have_read(*args, **kwargs):
        meet.wait(timeout=5)
        return words(*args, **kwargs)

    def post_with_keys_of_its_own(messages):
        for message in messages:
            message.key += str(uuid4())
        post(messages)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
    monkeypatch.setattr(emails, "back_in_stock", both_have_read)
    monkeypatch.setattr(outbox, "post_many", post_with_keys_of_its_own)
    at_once(*[telling.send_due] * 2)
    assert Message.objects.count() == 2


def test_what_is_new_is_told_once_to_who_asked(db):
    product = ProductFactory(name_en="Old")
    other = ProductFactory(program__partner=PartnerFactory(name="Other"))
    telling.write_arrivals()
    of_all, of_partner = UserFactory(language="fr"), UserFactory(language="en")
    alerts.subscribe(None, user=of_all)
    alerts.subscribe(product.program.partner, user=of_partner)
    assert telling.send_due() == 0

    ProductFactory(name_en="Novelty", name_fr="Nouveauté", program=other.program)
    assert telling.send_due() == 1
    letter = Message.objects.get()
    assert (letter.to, letter.subject) == ([of_all.email], "Nouveautés du catalogue")
    assert "Nouveauté, Other" in letter.text and "Old" not in letter.text

    ProductFactory(name_en="Second novelty", program=product.program)
    tomorrow = timezone.now() + timedelta(days=1)
    ProductFactory(name_en="Later", program=product.program, published_from=tomorrow)
    assert telling.send_due() == 2
    assert telling.send_due() == 0
    letter = Message.objects.get(to=[of_partner.email])
    assert letter.subject == f"New products of {product.program.partner}"
    assert "Second novelty" in letter.text and "Later" not in letter.text


def test_of_many_new_products_some_are_named(db, monkeypatch):
    monkeypatch.setattr(telling, "SHOWN", 2)
    alerts.subscribe(None, user=UserFactory(language="en"))
    for _n in range(5):
        ProductFactory()
    telling.send_due()
    assert "And 3 more." in Message.objects.get().text


def test_telling_takes_few_queries_however_many_are_told(gone, django_assert_max_num_queries):
    for _n in range(30):
        alerts.subscribe(gone, user=UserFactory())
    back(gone)
    with django_assert_max_num_queries(25):
        assert telling.send_due() == 30


def test_what_ended_long_ago_is_forgotten(gone):
    alerts.ask(gone, email="a@example.org", language="en")
    alerts.stop(alerts.subscribe(gone, user=UserFactory()), all_of_them=True)
    StockAlert.objects.update(asked_at=timezone.now() - timedelta(days=15))
    assert alerts.forget_old() == 1
    StockAlert.objects.update(stopped_at=timezone.now() - timedelta(days=91))
    assert alerts.forget_old() == 1


def test_the_product_page_takes_the_request(client, gone):
    user = UserFactory()
    client.force_login(user)
    page = client.get(reverse("catalog:product", args=[gone.slug]))
    assert "Tell me when it is back" in page.text

    page = client.post(reverse("catalog:alert", args=[gone.slug]), follow=True)

    assert f"We will write to {user.email} as soon as Dock is in stock again." in page.text
    assert "Tell me when it is back" not in page.text
    assert StockAlert.objects.get().user == user


def test_a_member_comes_back_to_the_organizations_page(as_member, owner, gone):
    here = reverse("catalog:org_product", args=[owner.organization.number, gone.slug])
    answer = as_member.post(reverse("catalog:alert", args=[gone.slug]), {"next": here})
    assert answer.url == here


def test_next_leads_nowhere_else(as_member, gone):
    answer = as_member.post(
        reverse("catalog:alert", args=[gone.slug]), {"next": "https://evil.example/"}
    )
    assert answer.url == reverse("catalog:product", args=[gone.slug])


@pytest.mark.parametrize("salt", [alerts.STOP + "x", alerts.CONFIRM])
def test_a_forged_link_is_not_found(client, gone, salt):
    alert = alerts.subscribe(gone, user=UserFactory())
    url = reverse("catalog:stop_alerts", args=[signing.dumps(alert.pk, salt=salt)])
    assert client.get(url).status_code == client.post(url).status_code == 404
    assert StockAlert.objects.waiting().exists()
