from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import User
from catalog.models import Product
from orgs import importing, loading
from orgs.days import day_of
from orgs.models import Activity, Application, Inquiry, Organization
from orgs.models.organization import next_number

DEMO = Path(__file__).parents[2] / "demo"


@pytest.fixture
def data(db):
    """The demo's organizations, read against its catalogue."""
    call_command("import_catalog", DEMO / "programs.yaml", verbosity=0)
    return importing.read(
        (DEMO / "organizations.yaml").read_bytes(),
        activities=set(Activity.objects.values_list("code", flat=True)),
        skus=set(Product.objects.values_list("sku", flat=True)),
    )


def test_the_demo_is_loaded_once_however_often(data):
    loading.load(data)
    before = [m.objects.count() for m in (Organization, User, Application, Inquiry)]
    loading.load(data)
    assert before == [m.objects.count() for m in (Organization, User, Application, Inquiry)]
    assert before[0] == len(data.organizations)


def test_each_status_has_its_application(data):
    loading.load(data)

    for organization in Organization.objects.exclude(qualified_since=None):
        assert organization.applications.get().status == "qualified"
    waiting = Application.objects.get(status="info_needed")
    assert waiting.waiting_since == date(2026, 11, 3)
    assert waiting.due_on is not None
    question = waiting.inquiries.get()
    assert (question.answered_at, day_of(question.asked_at)) == (None, waiting.waiting_since)
    suspended = Organization.objects.exclude(suspended_on=None).get()
    assert suspended.suspended_on > suspended.qualified_until
    declined = Application.objects.get(status="declined")
    assert declined.reason
    assert declined.decided_by.email == "quinn@staff.example"


def test_people_can_sign_in_and_new_numbers_are_free(data, client, settings):
    settings.DEBUG = True  # elsewhere the demo's password opens nothing
    loading.load(data)

    assert client.login(username="mtremblay", password="demo-demo-demo")
    assert User.objects.get(email="root@staff.example").is_superuser
    quinn = User.objects.get(email="quinn@staff.example")
    assert quinn.has_perm("orgs.change_application")
    assert not quinn.has_perm("orders.change_order")
    assert not quinn.has_perm("orgs.delete_organization")
    assert next_number() > max(o.number for o in data.organizations)
