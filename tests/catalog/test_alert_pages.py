"""Alert pages: without an account by a confirmed address; stopped and undone by a link alone."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from catalog import alerts, stock, telling
from catalog.models import StockAlert
from mail import outbox
from mail.models import Message
from tests.factories import ProductFactory, UserFactory

EMAIL = "ann@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def gone(db):
    """A product of which nothing is left."""
    product = ProductFactory(name_en="Dock", name_fr="Station d’accueil")
    stock.open_with(product, 0)
    product.refresh_from_db()
    return product


def back(product):
    stock.restock(product, 5, by=UserFactory(is_staff=True), reason="Shipment")


def path_in(letter, name):
    return re.search(rf"https?://[^/]+(/en/alerts/{name}/\S+)", letter.text).group(1)


def ask(client, product, email=EMAIL):
    return client.post(reverse("catalog:alert", args=[product.slug]), {"email": email})


def test_a_visitor_gives_an_address_and_confirms_it(client, gone):
    page = client.get(reverse("catalog:product", args=[gone.slug]))
    assert 'name="email"' in page.text

    page = ask(client, gone, "Ann@Example.org")
    assert "Open the link in our message" in page.text
    letter = Message.objects.get()
    assert (letter.to, letter.subject) == ([EMAIL], "Confirm your product alert")

    back(gone)
    assert telling.send_due() == 0, "nobody is told who has not confirmed"
    url = path_in(letter, "confirm")
    assert "Do you want us to write" in client.get(url).text
    assert telling.send_due() == 0, "scanners follow links"
    assert "Your alert is on" in client.post(url).text
    assert "Your alert is on" in client.get(url).text, "already on"
    assert telling.send_due() == 1
    assert Message.objects.latest("pk").to == [EMAIL]


def test_the_answer_is_the_same_whether_somebody_asked_before(client, gone):
    alert = ask(client, gone)
    StockAlert.objects.update(confirmed_at=StockAlert.objects.get().asked_at)
    again = ask(client, gone)
    csrf = re.compile(r'(nonce|csrfmiddlewaretoken|value|content)="[^"]+"')
    assert csrf.sub("", alert.text) == csrf.sub("", again.text)
    assert alert.status_code == again.status_code == 200
    assert StockAlert.objects.count() == 1


def test_an_address_gets_three_letters_a_day(client, gone):
    for _n in range(5):
        assert ask(client, gone).status_code == 200
    ask(client, ProductFactory(), EMAIL)
    assert Message.objects.count() == alerts.LETTERS_A_DAY


def test_from_one_place_only_so_much_is_asked(client, gone, settings):
    settings.ALERT_REQUESTS = "1/h/ip"
    assert ask(client, gone).status_code == 200
    assert ask(client, gone, "other@example.org").status_code == 429
    assert Message.objects.count() == 1


def test_what_is_no_address_is_kept_and_said(client, gone):
    page = ask(client, gone, "ann@")
    assert page.status_code == 422
    assert 'value="ann@"' in page.text
    assert not StockAlert.objects.exists()


def test_a_mail_program_stops_all_with_one_click_and_without_a_cookie(csrf_client, gone):
    user = UserFactory(language="en")
    alerts.subscribe(gone, user=user)
    alerts.subscribe(None, user=user)
    back(gone)
    telling.send_due()
    letter = Message.objects.get(kind="catalog/back_in_stock")
    headers = outbox.build(letter).message()

    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.fullmatch(r"<https?://[^/]+(/\S+)>", headers["List-Unsubscribe"]).group(1)
    assert url == path_in(letter, "stop")
    assert csrf_client.post(url, ONE_CLICK).status_code == 200
    assert not StockAlert.objects.waiting().exists()


@pytest.fixture
def csrf_client(client):
    client.handler.enforce_csrf_checks = True
    return client


def test_letters_that_are_owed_have_no_unsubscribing(gone):
    alerts.ask(gone, email=EMAIL, language="en")
    assert "List-Unsubscribe" not in outbox.build(Message.objects.get()).message()


def test_the_link_asks_and_a_button_stops_and_undoes(client, gone):
    user, other = UserFactory(), UserFactory()
    one = alerts.subscribe(gone, user=user)
    alerts.subscribe(None, user=user)
    alerts.subscribe(gone, user=other)
    url = reverse("catalog:stop_alerts", args=[alerts.stop_link_token(one)])
    waiting = StockAlert.objects.waiting().filter(user=user)

    assert "Stop this alert, or all" in client.get(url).text
    assert waiting.count() == 2, "scanners follow links"
    assert "This alert is stopped" in client.post(url, {"act": "this"}).text
    assert waiting.count() == 1
    assert "no more product alerts" in client.post(url, {"act": "all"}).text
    assert waiting.count() == 0
    assert "on again" in client.post(url, {"act": "undo"}).text
    assert waiting.count() == 2
    assert StockAlert.objects.waiting().filter(user=other).count() == 1


def test_undoing_leaves_what_was_asked_for_again(gone):
    user = UserFactory()
    alert = alerts.subscribe(gone, user=user)
    alerts.stop(alert, all_of_them=True)
    again = alerts.subscribe(gone, user=user)
    assert alerts.undo(alert) == 0
    assert StockAlert.objects.waiting().get() == again


def test_a_link_to_confirm_works_for_seven_days(client, gone):
    alerts.ask(gone, email=EMAIL, language="en")
    url = path_in(Message.objects.get(), "confirm")
    assert client.get(url).status_code == 200
    later = timezone.now() + alerts.CONFIRM_WITHIN + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        assert client.get(url).status_code == 404


def test_a_person_sees_and_stops_their_alerts(client, gone):
    user = UserFactory()
    client.force_login(user)
    partner = gone.program.partner
    page = client.post(reverse("catalog:alerts"), {"partner": partner.slug}, follow=True)
    assert f"We will write to {user.email} when there is something new." in page.text
    assert f"New products of {partner}" in page.text
    assert "Stop" in page.text
    client.post(reverse("catalog:alerts"), {"partner": ""})
    assert StockAlert.objects.waiting().filter(user=user).count() == 2


def test_a_visitor_asks_for_what_is_new(client, db):
    page = client.post(reverse("catalog:alerts"), {"partner": "", "email": EMAIL})
    assert "Open the link in our message" in page.text
    assert "Everything new in the catalogue" in Message.objects.get().text
