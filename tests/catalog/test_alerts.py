"""Alerts: who asked is told once, when the product can be had again."""

import pytest
from django.core import mail as django_mail
from django.core import signing
from django.urls import reverse

from catalog import alerts, emails, stock, tasks
from catalog.models import StockAlert
from mail.models import Message
from tests.conftest import at_once
from tests.factories import ProductFactory, UserFactory


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
    assert alerts.send_due() == 0
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
    alerts.send_due()

    alerts.subscribe(gone, user=user)

    assert alerts.send_due() == 1
    assert Message.objects.count() == 2


def test_a_discontinued_product_is_not_announced(gone):
    alerts.subscribe(gone, user=UserFactory())
    back(gone)
    type(gone).objects.filter(pk=gone.pk).update(status="discontinued")
    assert alerts.send_due() == 0


def test_a_run_that_dies_is_taken_up_again(gone, monkeypatch):
    for _n in range(5):
        alerts.subscribe(gone, user=UserFactory())
    back(gone)
    monkeypatch.setattr(alerts, "BATCH", 2)
    tell, told = emails.back_in_stock, []

    def die_at_the_third(alert):
        told.append(alert)
        if len(told) == 3:
            raise RuntimeError("killed")
        tell(alert)

    monkeypatch.setattr(emails, "back_in_stock", die_at_the_third)
    with pytest.raises(RuntimeError):
        alerts.send_due()
    assert (Message.objects.count(), StockAlert.objects.waiting().count()) == (2, 3)

    assert alerts.send_due() == 3
    assert Message.objects.count() == 5


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once():
    product = ProductFactory()
    stock.open_with(product, 1)
    for _n in range(6):
        alerts.subscribe(product, user=UserFactory())

    results = at_once(*[alerts.send_due] * 3)

    assert sum(results) == 6
    assert Message.objects.count() == 6


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


def test_a_visitor_signs_in_first_and_comes_back(client, gone):
    here = reverse("catalog:product", args=[gone.slug])
    page = client.get(here)
    assert f"?next={here}" in page.text

    answer = client.post(reverse("catalog:alert", args=[gone.slug]))

    assert answer.url.startswith(reverse("account_login"))
    assert not StockAlert.objects.exists()


def test_the_link_of_the_mail_asks_and_a_button_stops(client, gone):
    user, other = UserFactory(), UserFactory()
    for who in (user, other):
        alerts.subscribe(gone, user=who)
    alerts.subscribe(ProductFactory(stock=None), user=user)
    url = reverse("catalog:stop_alerts", args=[alerts.stop_link_token(user.stock_alerts.first())])

    page = client.get(url)  # a scanner follows links
    assert "Stop all product alerts" in page.text
    assert user.stock_alerts.count() == 2

    page = client.post(url)
    assert "You will get no more product alerts." in page.text
    assert not user.stock_alerts.exists()
    assert other.stock_alerts.count() == 1


@pytest.mark.parametrize("salt", [alerts.SALT + "x", "another"])
def test_a_forged_link_is_not_found(client, gone, salt):
    user = UserFactory()
    alerts.subscribe(gone, user=user)
    url = reverse("catalog:stop_alerts", args=[signing.dumps(user.pk, salt=salt)])
    assert client.get(url).status_code == client.post(url).status_code == 404
    assert user.stock_alerts.exists()
