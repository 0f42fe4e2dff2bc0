"""Partner files: what is handed over once, and what comes back line by line."""

import csv
import threading

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from audit.models import Entry
from orders import holding, partner_file
from orders.models import Fulfilment, Order, Parcel
from orgs.staff import ensure_groups
from tests.conftest import at_once
from tests.factories import OrganizationFactory, ProductFactory, ProgramFactory, UserFactory
from tests.orders.paying import again, mails
from tests.orders.test_fulfilment import order_of, pay


@pytest.fixture
def program(db):
    return ProgramFactory(delivery="shipment")


@pytest.fixture
def rows(program):
    """Two lines that the partner is to send; one organization has a dangerous name."""
    for name in ("Maison", "=1+1"):
        org = OrganizationFactory(legal_name=name)
        pay(order_of(ProductFactory(program=program), quantity=2, organization=org))
    return list(Fulfilment.objects.order_by("pk"))


def lines_of(text):
    return list(csv.DictReader(text.splitlines()))


def back(*lines):
    return "\n".join(["line,carrier,tracking_number,quantity,note", *lines])


def test_a_line_is_handed_over_once(program, rows, stranger):
    first = lines_of(partner_file.export(program.partner, by=stranger))
    assert [line["organization"] for line in first] == ["Maison", "'=1+1"]
    assert [line["quantity"] for line in first] == ["2", "2"]
    assert again(rows[0]).handed_at
    assert Entry.objects.about(rows[0]).filter(action="fulfilment.handed_over").exists()
    assert lines_of(partner_file.export(program.partner, by=stranger)) == []


def test_only_what_people_send_and_what_is_paid_is_in_the_file(program, stranger):
    order_of(ProductFactory(program=program))
    pay(order_of(ProductFactory()))
    assert not partner_file.to_hand_over(program.partner)


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(rows, stranger):
    text = back(f"{rows[0].pk},UPS,1Z1,,", f"{rows[1].pk},UPS,1Z2,9,", "999999,ups,1,,", "x,,,,")
    for _ in range(2):
        report = partner_file.read(text, by=stranger, dry=True)
        assert report.done == 1
        assert [number for number, _fault in report.faults] == [3, 4, 5]
    assert not Parcel.objects.exists()
    assert mails("shipped") == 0


def test_what_is_wrong_with_a_line_does_not_stop_the_others(rows, stranger):
    text = back(f"{rows[0].pk},pigeon,1,,", f"{rows[1].pk},Canada Post,RN1,,")
    report = partner_file.read(text, by=stranger, dry=False)
    assert report.done == 1
    assert report.faults == [(2, "no such carrier: pigeon")]
    assert again(rows[1]).status == Fulfilment.Status.DONE
    assert again(rows[0]).status == Fulfilment.Status.OWED


def test_the_same_file_again_changes_nothing(rows, stranger):
    text = back(f"{rows[0].pk},ups,1Z1,1,", f"{rows[0].pk},ups,1Z2,1,")
    for _ in range(2):
        partner_file.read(text, by=stranger, dry=False)
    assert Parcel.objects.count() == 2
    assert mails("shipped") == 4


def test_a_certificate_comes_back_with_its_note(stranger):
    pay(order_of(ProductFactory(program=ProgramFactory(delivery="certificate"))))
    row = Fulfilment.objects.get()
    partner_file.read(back(f"{row.pk},,,,No. 12"), by=stranger, dry=False)
    assert again(row).note == "No. 12"
    report = partner_file.read(back(f"{row.pk},,,,No. 13"), by=stranger, dry=False)
    assert report.faults == [(2, "sent or cancelled already")]


def test_staff_download_look_and_enter(client, program, rows):
    ensure_groups()
    colleague = UserFactory(is_staff=True)
    page = reverse("admin:orders_fulfilment_files")
    client.force_login(colleague)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert client.get(page).status_code == 403
    colleague.groups.add(Group.objects.get(name="fulfilment"))
    assert "2 lines" in client.get(page).text
    assert page in client.get(reverse("admin:orders_fulfilment_changelist")).text
    file = client.post(reverse("admin:orders_fulfilment_export", args=[program.partner_id]))
    assert file["Content-Type"].startswith("text/csv")
    text = back(f"{rows[0].pk},ups,1Z1,,", "0,ups,1,,")
    looked = client.post(page, {"text": text, "look": "yes"})
    assert "1 line can be entered." in looked.text
    assert "no line of ours" in looked.text
    assert not Parcel.objects.exists()
    entered = client.post(page, {"text": text, "enter": "yes"}, follow=True)
    assert "1 line is entered." in entered.text
    assert Parcel.objects.count() == 1


@pytest.mark.races
def test_two_exports_at_once_hand_a_line_over_once(transactional_db, program, rows):
    texts = at_once(*[lambda: partner_file.export(program.partner, by=None)] * 4)
    found = [line["line"] for text in texts for line in lines_of(text)]
    assert sorted(found) == sorted(str(row.pk) for row in rows)


@pytest.mark.races
def test_without_the_lock_a_line_would_be_in_two_files(
    transactional_db, program, rows, monkeypatch
):
    """Shows that the test above can fail: nobody has handed over while the others read."""
    meet, inert = threading.Barrier(2, timeout=10), partner_file.inert
    seen = threading.local()

    def slowly(cell):
        if not getattr(seen, "met", False):
            seen.met = True
            meet.wait()
        return inert(cell)

    kind = type(Fulfilment.objects.all())
    monkeypatch.setattr(partner_file, "inert", slowly)
    for rows_of in (kind, type(Order.objects.all())):
        monkeypatch.setattr(rows_of, "select_for_update", lambda self, **how: self)
    texts = at_once(*[lambda: partner_file.export(program.partner, by=None)] * 2)
    found = [line["line"] for text in texts for line in lines_of(text)]
    assert len(found) == 2 * len(rows)


def stopped_while_the_file_is_made(monkeypatch, program, row):
    """Staff stop an order once its line was read: (the lines of the file, what staff got)."""
    staff = UserFactory(is_staff=True)
    read, stopped = threading.Event(), threading.Event()
    inert = partner_file.inert

    def slowly(cell):
        if not read.is_set():
            read.set()
            stopped.wait(timeout=1)  # with the lock, staff wait for the file
        return inert(cell)

    def stop():
        read.wait(timeout=10)
        try:
            return holding.hold(row.line.order_id, by=staff, reason="Looks invented")
        finally:
            stopped.set()

    monkeypatch.setattr(partner_file, "inert", slowly)
    text, answer = at_once(lambda: partner_file.export(program.partner, by=None), stop)
    return [line["line"] for line in lines_of(text)], answer


@pytest.mark.races
def test_what_is_stopped_while_the_file_is_made_was_handed_over_before(
    transactional_db, program, rows, monkeypatch
):
    found, answer = stopped_while_the_file_is_made(monkeypatch, program, rows[0])
    assert str(rows[0].pk) in found
    assert isinstance(answer, Order)
    assert again(rows[0]).handed_at < answer.held_at


@pytest.mark.races
def test_without_the_lock_of_orders_a_stopped_one_is_handed_over(
    transactional_db, program, rows, monkeypatch
):
    kind = type(Order.objects.all())
    lock = kind.select_for_update
    # Staff's own lock stays: it names what it locks.
    monkeypatch.setattr(
        kind, "select_for_update", lambda self, **how: lock(self, **how) if how else self
    )
    found, answer = stopped_while_the_file_is_made(monkeypatch, program, rows[0])
    assert str(rows[0].pk) in found
    assert again(rows[0]).handed_at > answer.held_at


@pytest.mark.races
def test_what_is_stopped_before_the_lock_is_not_in_the_file(
    transactional_db, program, rows, monkeypatch
):
    """Staff commit between the file's first look and its lock."""
    staff = UserFactory(is_staff=True)
    kind = type(Order.objects.all())
    lock = kind.select_for_update
    looked = []

    def late(self, **how):
        if not how and not looked:
            looked.append(True)
            at_once(lambda: holding.hold(rows[0].line.order_id, by=staff, reason="Looks odd"))
        return lock(self, **how)

    monkeypatch.setattr(kind, "select_for_update", late)
    found = [line["line"] for line in lines_of(partner_file.export(program.partner, by=None))]
    assert found == [str(rows[1].pk)]
    assert again(rows[0]).handed_at is None
