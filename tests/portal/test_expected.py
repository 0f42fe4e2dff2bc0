"""The commands answer as the papers worked out by hand say, row by row."""

import csv
import io
import json
from datetime import date, datetime

import pytest
from django.conf import settings
from django.core.management import call_command

from catalog.eligibility import version_in_force
from catalog.eligibility_sql import open_to
from catalog.management.commands import eligibility
from catalog.models import Program
from catalog.verdicts import values_of
from orders.management.commands import quota
from orgs.models import Organization
from portal.invariants import breaches

DATA = settings.BASE_DIR / "tests/data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def demo(db, settings):
    """The demo's data."""
    settings.DEBUG = True
    call_command("demo", stdout=io.StringIO(), verbosity=0)


def test_eligibility_agrees_with_every_row(demo):
    wrong = []
    for row in rows("expected-eligibility.csv"):
        on = date.fromisoformat(row["as_of"])
        (said,) = eligibility.answer(int(row["organization"]), row["program"], on)
        told = (
            said["version"] or "",
            "yes" if said["eligible"] else "no",
            " ".join(map(str, said["failing"])),
        )
        if told != (row["version"], row["eligible"], row["failing"]):
            wrong.append((row, said))
    assert wrong == []


def test_the_rules_as_a_query_agree_with_every_row(demo):
    wrong = []
    for row in rows("expected-eligibility.csv"):
        on = date.fromisoformat(row["as_of"])
        program = Program.objects.get(slug=row["program"])
        version = version_in_force(program.versions.all(), on)
        found = open_to(program, values_of(version) if version else None, on=on)
        is_open = Organization.objects.filter(found, number=row["organization"]).exists()
        if is_open != (row["eligible"] == "yes"):
            wrong.append(row)
    assert wrong == []


def test_quota_agrees_with_every_row(demo):
    wrong = []
    for row in rows("expected-quota.csv"):
        as_of = datetime.fromisoformat(row["as_of"])
        said = quota.answer(int(row["organization"]), row["program"], as_of)
        (ours,) = (
            s for s in said if (str(s["limit"]), s["subject"]) == (row["limit"], row["subject"])
        )
        used = float(ours["used"]) + float(ours["held"])
        told = (used, str(ours["left"]), ours["next_reset"] or "")
        if told != (float(row["used"]), row["left"], row["next_reset"]):
            wrong.append((row, ours))
    assert wrong == []


def test_the_demo_breaks_no_invariant(demo):
    assert list(breaches()) == []


def test_staff_find_something_to_do_with_orders(demo):
    from orders import queues
    from orders.models import Cheque, Delivery, Parcel

    counts = queues.counts()
    assert {view for view, count in counts.items() if not count} == {queues.View.PROBLEM}
    assert Cheque.objects.filter(status=Cheque.Status.RECEIVED).exists()
    assert Delivery.objects.to_check().exists() and Parcel.objects.exists()


def test_staff_find_something_to_do_with_the_catalogue(demo):
    from catalog.models import Need, Override, QueuePlace, StockAlert

    assert [place.quantity for place in QueuePlace.objects.waiting().order_by("pk")] == [4, 2, 6]
    assert Need.objects.values("program").distinct().count() > 3
    assert StockAlert.objects.count() == 4
    assert Override.objects.get().status == Override.Status.ASKED


def test_the_commands_write_json(demo, capsys):
    call_command("eligibility", "100001", "--program", "cisco", "--json")
    verdict = json.loads(capsys.readouterr().out)
    call_command("quota", "100001", "--as-of", "2026-11-16T12:00:00-05:00", "--json")
    standing = json.loads(capsys.readouterr().out)
    assert set(verdict[0]) == {"program", "version", "eligible", "failing"}
    assert set(standing[0]) == {
        "program",
        "limit",
        "subject",
        "used",
        "held",
        "left",
        "next_reset",
    }


def test_the_demo_can_be_loaded_again(demo):
    from catalog.models import Product
    from orders.models import ChequePermission, LicenseKey, Order, QuotaEntry
    from orgs.models import Organization

    counted = (Organization, Order, QuotaEntry, Product, LicenseKey, ChequePermission)
    before = [model.objects.count() for model in counted]
    call_command("demo", stdout=io.StringIO(), verbosity=0)
    assert [model.objects.count() for model in counted] == before
