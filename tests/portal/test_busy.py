"""The database is busy or away: the page says so, in both languages, and when to try again."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from orders.models import Order
from tests.factories import MembershipFactory, ProductFactory
from tests.orders.conftest import fill


@pytest.mark.django_db(transaction=True)
def test_a_table_that_somebody_has_locked_is_a_page_and_not_a_queue():
    owner = MembershipFactory()
    fill(owner, ProductFactory())
    client, locked, looked = Client(raise_request_exception=False), Event(), Event()
    client.force_login(owner.user)

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Order._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            locked.set()
            looked.wait(30)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    try:
        locked.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        page = client.get(reverse("orders:list", args=[owner.organization.number]))
    finally:
        looked.set()
        thread.join()
        connection.close()  # with its time limit
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Nous revenons" in page.text
    assert "We will be back soon" in page.text
    assert client.get(reverse("orders:list", args=[owner.organization.number])).status_code == 200
