"""Batches: many owed lines sent at once, each once, with what became of it and why not."""

import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from orders import batches, fulfilment, holding, tasks
from orders.models import Batch, BatchLine, Fulfilment, LicenseKey, Order
from orgs.staff import ensure_groups
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory, UserFactory
from tests.orders.paying import again, mails
from tests.orders.test_admin import desk  # noqa: F401  # a fixture
from tests.orders.test_crashes import killed
from tests.orders.test_fulfilment import order_of, pay, stock_keys

WHY = "The partner sent a list"
LIST = reverse("admin:orders_fulfilment_changelist")
START = reverse("admin:orders_batch_start")
Result, Status = BatchLine.Result, Fulfilment.Status


@pytest.fixture
def fay(db):
    return UserFactory(is_staff=True, first_name="Fay")


def owed(product, **fields):
    order = order_of(product, **fields)
    pay(order)
    return Fulfilment.objects.get(line__order=order)


def certified(count):
    product = ProductFactory(program=ProgramFactory(delivery="certificate"))
    return [owed(product) for _ in range(count)]


def start(rows, by, deed="sent", note="By e-mail", reason=WHY, attempt=None):
    pks = [row.pk for row in rows]
    attempt = attempt or uuid.uuid4()
    return batches.start(pks, deed=deed, note=note, reason=reason, by=by, attempt=attempt)


def results(batch):
    return list(batch.lines.values_list("result", flat=True))


def entries(rows):
    return Entry.objects.filter(
        action="fulfilment.in_batch", subject_id__in=[row.pk for row in rows]
    )


def test_lines_are_sent_by_name_and_reason_however_often_the_task_runs(fay):
    rows = certified(3)
    batch = start(rows, fay)
    for _ in range(2):
        tasks.send_batch(batch.pk)
        tasks.sweep_batches()
    assert results(batch) == [Result.DONE] * 3
    assert again(batch).done_at
    assert {again(row).status for row in rows} == {Status.DONE}
    assert {again(row).note for row in rows} == {"By e-mail"}
    assert mails("licences_ready") == 2 * 3  # the buyer and the licence address of each, once
    trail = entries(rows)
    assert {(one.by, one.note, one.data["batch"]) for one in trail} == {(fay, WHY, batch.pk)}
    assert trail.count() == 3
    sent = Entry.objects.filter(action="fulfilment.done", subject_id__in=[r.pk for r in rows])
    assert {one.by for one in sent} == {fay}


def test_keys_are_given_while_there_are_any_and_the_rest_says_why(fay):
    product = ProductFactory()
    first, second = owed(product, quantity=2), owed(product, quantity=2)
    stock_keys(product, 3)
    batch = start([second, first], fay, deed="keys", note="")
    batches.run(batch.pk)
    assert results(batch) == [Result.DONE, Result.REFUSED]
    assert "needs 2" in batch.lines.last().why
    assert LicenseKey.objects.free().count() == 1
    assert again(first).line.order.status == Order.Status.FULFILLED
    assert again(second).status == Status.OWED
    assert entries([second]).count() == 0


def test_what_cannot_be_sent_is_refused_with_its_reason_and_stays_as_it_was(fay):
    by_key = owed(ProductFactory())
    shipped = owed(ProductFactory(program=ProgramFactory(delivery="shipment")))
    stopped, done, good = certified(3)
    holding.hold(stopped.line.order_id, by=fay, reason="Looks odd")
    fulfilment.send_by_hand(done.pk, by=fay, note="Before")
    batch = start([by_key, shipped, stopped, done, good], fay)
    batches.run(batch.pk)
    why = dict(batch.lines.values_list("fulfilment", "why"))
    assert "key pool" in why[by_key.pk]
    assert "courier" in why[shipped.pk]
    assert "is stopped: Looks odd." in why[stopped.pk]
    assert "sent or cancelled already" in why[done.pk]
    assert why[good.pk] == ""
    assert again(done).note == "Before"
    assert {again(r).status for r in (by_key, shipped, stopped)} == {Status.OWED}
    assert again(good).status == Status.DONE


@pytest.mark.parametrize("state", ["certificate", "done", "held"])
def test_keys_are_not_given_to_what_needs_none(fay, state):
    delivery = "certificate" if state == "certificate" else "key"
    product = ProductFactory(program=ProgramFactory(delivery=delivery))
    row = owed(product)
    stock_keys(product, 2)
    if state == "done":
        assert fulfilment.deliver(row.pk)
    if state == "held":
        holding.hold(row.line.order_id, by=fay, reason=WHY)
    free = LicenseKey.objects.free().count()
    with pytest.raises(ValidationError):
        fulfilment.give_now(row.pk, by=fay)
    assert LicenseKey.objects.free().count() == free


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": " "}, "Write the reason"),
        ({"note": " "}, "Write what was sent"),
        ({"rows": []}, "Choose from 1 to"),
    ],
)
def test_nothing_begins_without_lines_a_reason_and_a_note(fay, said, words):
    rows = said.pop("rows", certified(1))
    with pytest.raises(ValidationError, match=words):
        start(rows, fay, **said)
    assert not Batch.objects.exists()


def test_no_batch_and_no_refusal_is_without_a_reason(fay):
    batch = start(certified(1), fay)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.update(reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        batch.lines.update(result=Result.REFUSED)


def test_the_same_attempt_is_the_same_batch(fay):
    rows, attempt = certified(2), uuid.uuid4()
    assert start(rows, fay, attempt=attempt) == start(rows, fay, attempt=attempt)
    assert BatchLine.objects.count() == 2


def test_it_goes_on_in_batches_and_a_sweep_finishes_what_no_worker_is_at(fay, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    batch = start(certified(5), fay)
    assert batches.run(batch.pk)
    assert results(batch).count(Result.DONE) == 2
    call_command("sweep")
    assert results(batch) == [Result.DONE] * 5
    assert not batches.run(batch.pk)


def test_a_line_that_fails_by_a_fault_of_ours_holds_up_nobody(fay, monkeypatch):
    bad, good = certified(2)
    send = fulfilment.send_by_hand

    def broken(pk, **how):
        if pk == bad.pk:
            raise RuntimeError("A fault of ours")
        send(pk, **how)

    monkeypatch.setattr(fulfilment, "send_by_hand", broken)
    batch = start([bad, good], fay)
    for _ in range(batches.TRIES):
        with pytest.raises(RuntimeError):
            batches.run(batch.pk)
        assert not batches.run(batch.pk)  # until its lease is over
        Batch.objects.update(due_at=batch.due_at)
    assert again(good).status == Status.DONE
    batches.run(batch.pk)
    assert results(batch) == [Result.REFUSED, Result.DONE]
    assert "fault of the portal" in batch.lines.first().why
    assert again(bad).status == Status.OWED
    assert again(batch).done_at


@pytest.mark.races
@pytest.mark.parametrize(
    ("in_", "at", "after"),
    [
        (fulfilment, "send_by_hand", False),
        (fulfilment, "finish", True),
        (batches, "record", False),
        (batches, "record", True),
        (batches, "_send", True),
    ],
)
def test_killed_half_way_it_goes_on_where_it_was(transactional_db, monkeypatch, in_, at, after):
    rows = certified(4)
    batch = start(rows, UserFactory(is_staff=True))
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    assert batches.run(batch.pk)
    killed(lambda: batches.run(batch.pk), in_=in_, at=at, after=after)
    done = results(batch).count(Result.DONE)
    assert done == (3 if at == "_send" else 2)
    assert Fulfilment.objects.filter(status=Status.DONE).count() == done
    assert not batches.run(batch.pk)  # the dead worker has it still
    Batch.objects.update(due_at=batch.asked_at)
    batches.sweep()
    assert results(batch) == [Result.DONE] * 4
    assert mails("licences_ready") == 2 * 4
    assert entries(rows).count() == 4


def sent_by_many(count):
    """Four workers at once are at the same batch; how often a line was sent."""
    rows = certified(count)
    batch = start(rows, UserFactory(is_staff=True))
    lines = list(batch.lines.values_list("pk", flat=True))

    def work():
        for line in lines:
            batches._send(line)

    answers = at_once(*[work] * 4)
    return batch, rows, answers


@pytest.mark.races
def test_four_workers_at_once_send_each_line_once(transactional_db):
    batch, rows, answers = sent_by_many(4)
    assert answers == [None] * 4
    assert results(batch) == [Result.DONE] * 4
    assert entries(rows).count() == 4


@pytest.mark.races
def test_control_without_the_lock_a_sent_line_is_called_refused(transactional_db, monkeypatch):
    """The second worker writes over what the first one wrote."""
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.select_for_update", lambda self, **how: self
    )
    for _ in range(5):
        batch, _rows, _answers = sent_by_many(4)
        if Result.REFUSED in results(batch):
            break
    assert Result.REFUSED in results(batch)


# The pages


def test_staff_choose_lines_and_see_what_became_of_them(desk, django_assert_max_num_queries):  # noqa: F811
    rows = certified(3)
    chosen = {"action": "mark_sent", "_selected_action": [row.pk for row in rows]}
    page = desk.post(LIST, chosen)
    assert "3 lines are chosen." in page.text
    form = page.context["form"]
    data = {name: form[name].value() for name in ("deed", "attempt", "rows")}
    assert data["deed"] == "sent"
    refused = desk.post(START, data | {"reason": WHY, "note": ""})
    assert "Write what was sent" in refused.text
    assert not Batch.objects.exists()

    for _ in range(2):  # a second press is the same batch
        page = desk.post(START, data | {"reason": WHY, "note": "By e-mail"}, follow=True)
    batch = Batch.objects.get()
    assert "0 of 3" in page.text
    assert 'http-equiv="refresh"' in page.text
    batches.sweep()
    with django_assert_max_num_queries(12):
        page = desk.get(reverse("admin:orders_batch_change", args=[batch.pk])).text
    assert "3 of 3" in page
    assert 'http-equiv="refresh"' not in page
    with django_assert_max_num_queries(12):
        history = desk.get(reverse("admin:orders_fulfilment_change", args=[rows[0].pk])).text
    assert "Part of a bulk delivery" in history
    assert WHY in history
    with django_assert_max_num_queries(12):
        assert str(batch) in desk.get(reverse("admin:orders_batch_changelist")).text


def test_all_of_a_view_without_a_script(desk, django_assert_max_num_queries):  # noqa: F811
    mine, others = certified(2), certified(1)
    program = mine[0].line.program_id
    fulfilment.send_by_hand(mine[1].pk, by=None, note="Sent")
    view = {"line__program__id__exact": program}
    page = desk.get(LIST, view).text
    url = reverse("admin:orders_fulfilment_at_once")
    assert f"{url}?line__program__id__exact={program}" in page
    with django_assert_max_num_queries(12):
        page = desk.get(url, view)
    assert page.context["form"]["rows"].value() == str(mine[0].pk)
    assert again(others[0]).status == Status.OWED
    nothing = desk.get(url, view | {"status__exact": "done"}, follow=True)
    assert "that are not sent yet: these are 0" in nothing.text


def test_what_was_not_sent_is_sent_again(desk, fay):  # noqa: F811
    product = ProductFactory()
    row = owed(product)
    batch = start([row], fay, deed="keys")
    batches.sweep()
    again_url = f"{reverse('admin:orders_fulfilment_at_once')}?batch={batch.pk}"
    assert again_url in desk.get(reverse("admin:orders_batch_change", args=[batch.pk])).text
    form = desk.get(again_url).context["form"]
    assert (form["deed"].value(), form["rows"].value()) == ("keys", str(row.pk))


@pytest.mark.parametrize("who", ["visitor", "member", "qualification"])
def test_only_those_who_deliver_open_them(client, fay, who):
    ensure_groups()
    rows = certified(1)
    batch = start(rows, fay)
    client.logout()
    if who == "member":
        client.force_login(MembershipFactory().user)
    if who == "qualification":
        colleague = UserFactory(is_staff=True)
        colleague.groups.add(Group.objects.get(name=who))
        client.force_login(colleague)
    expected = 403 if who == "qualification" else 302
    data = {"deed": "sent", "reason": WHY, "note": "x", "rows": str(rows[0].pk)}
    data["attempt"] = str(uuid.uuid4())
    assert client.post(START, data).status_code == expected
    for url in (
        reverse("admin:orders_fulfilment_at_once"),
        reverse("admin:orders_batch_change", args=[batch.pk]),
        reverse("admin:orders_batch_changelist"),
    ):
        assert client.get(url).status_code == expected, url
    assert Batch.objects.count() == 1
