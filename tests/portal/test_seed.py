from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.models import Entry
from catalog.models import Product
from orders.models import Order, QuotaEntry
from orgs.models import Application, Document, Organization
from orgs.models.organization import Standing
from portal.invariants import breaches

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings, tmp_path):
    settings.DEBUG, settings.MEDIA_ROOT = True, tmp_path


def seed(**numbers):
    out = StringIO()
    call_command("seed", **({"orgs": 300, "products": 40, "orders": 150} | numbers), stdout=out)
    return out.getvalue()


def test_what_must_always_be_true_is_true_of_invented_rows():
    said = seed()
    assert said.startswith("300 organizations, 40 products, 150 orders in ")
    assert list(breaches()) == []
    assert (Organization.objects.count(), Order.objects.count()) == (300, 150)


def test_every_status_and_every_kind_is_there():
    seed(orgs=1500)
    statuses = set(Application.objects.values_list("status", flat=True))
    assert statuses == set(Application.Status.values)
    assert set(Application.objects.values_list("kind", flat=True)) == {"first", "renewal", "appeal"}
    assert Organization.objects.values("province").distinct().count() == 13
    seen = {one.standing(one.created_at.date()) for one in Organization.objects.all()[:50]}
    assert Standing.APPLICANT in seen


def test_the_same_numbers_are_the_same_rows():
    lots = []
    for _ in range(2):
        with transaction.atomic():
            seed()
            lots.append(
                [
                    list(Organization.objects.values_list("legal_name", "bn", "qualified_until")),
                    list(Application.objects.values_list("status", "submitted_at", "due_on")),
                    list(Order.objects.values_list("status", "total", "attempt", "placed_at")),
                    list(Product.objects.values_list("sku", "fee", "stock")),
                    list(QuotaEntry.objects.values_list("kind", "units", "at")),
                ]
            )
            transaction.set_rollback(True)
    assert lots[0] == lots[1]


def test_each_organization_has_its_history_its_papers_and_its_trail():
    seed(orgs=60, orders=0)
    assert Organization.pgh_event_model.objects.filter(pgh_label="insert").count() == 60
    for application in Application.objects.sent():
        assert Entry.objects.about(application).filter(action="application.submitted").exists()
    with Document.objects.first().file.open() as paper:
        assert paper.read(5) == b"%PDF-"


def test_whoever_comes_after_gets_other_numbers():
    seed()
    taken = set(Organization.objects.values_list("number", flat=True))
    assert Organization.objects.create().number not in taken


def test_a_second_lot_is_refused():
    seed(orders=0)
    with pytest.raises(CommandError, match="seeded already"):
        seed()


def test_orders_of_nobody_are_refused():
    with pytest.raises(CommandError, match="need organizations"):
        seed(orgs=0)


def test_in_production_it_is_refused(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="not for production"):
        seed()
    assert not Organization.objects.exists()
