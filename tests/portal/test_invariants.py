"""Each invariant names the row that somebody broke by hand."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from audit.models import record
from catalog.loading import correcting
from catalog.models import ProgramVersion, ShelfEntry, StockEntry
from mail.models import Message
from orders.models import (
    Cheque,
    Fulfilment,
    LicenseKey,
    MoneyEntry,
    Order,
    Payment,
    QuotaEntry,
    Refund,
    RefundLine,
    WebhookEvent,
)
from orgs.models import (
    AddressChange,
    Application,
    Document,
    Fact,
    IdentityKey,
    Inquiry,
    Organization,
    Remark,
    Tenure,
)
from portal.invariants import INVARIANTS, breaches
from tests.factories import (
    ApplicationFactory,
    BranchLetterFactory,
    ChangeRequestFactory,
    MembershipFactory,
    OrderFactory,
    OrderLineFactory,
    OrganizationFactory,
    ProductFactory,
    ProgramFactory,
    QueuePlaceFactory,
    UserFactory,
)

LONG_AGO = timedelta(hours=1)
SHA = "0" * 64


def codes() -> set[str]:
    return {breach.invariant.code for breach in breaches()}


def sound_order(**fields) -> Order:
    """An order with one line that breaks nothing."""
    membership = MembershipFactory()
    qualified = ApplicationFactory(organization=membership.organization, status="qualified")
    order = OrderFactory(
        organization=qualified.organization,
        placed_by=membership.user,
        hold_until=timezone.now() + LONG_AGO,
        **fields,
    )
    line = OrderLineFactory(order=order, eligibility={"eligible": True})
    entry(line, QuotaEntry.Kind.HOLD)
    return order


def sound_paid_order() -> Order:
    order = sound_order(status=Order.Status.PAID)
    entry(order.lines.get(), QuotaEntry.Kind.SETTLE)
    Fulfilment.objects.create(line=order.lines.get())
    return order


def entry(line, kind) -> None:
    QuotaEntry.objects.create(
        organization=line.order.organization,
        program=line.program,
        product=line.product,
        line=line,
        kind=kind,
        units=line.quantity * line.product.units_per_pack,
        fees=line.total,
        at=timezone.now(),
    )


def payment(order, **fields) -> Payment:
    values = {"seq": 1, "amount": order.total, "language": "en", "started_by": order.placed_by}
    return Payment.objects.create(order=order, **(values | fields))


def captured(order, seq=1, status=Payment.Status.CAPTURED) -> Payment:
    return payment(order, seq=seq, status=status, capture_id=f"CAP-{seq}-{order.pk}")


def key(line, product=None) -> None:
    LicenseKey.objects.create(
        product=product or line.product,
        ciphertext=f"k:{uuid.uuid4()}",
        blind_index=uuid.uuid4().hex * 2,
        line=line,
        given_at=timezone.now(),
    )


def stock_without_ledger():
    ProductFactory(stock=3)


def ledger_without_stock():
    product = ProductFactory(stock=0)
    StockEntry.objects.create(product=product, kind=StockEntry.Kind.RECEIVED, change=2)


def hold_without_ledger():
    QueuePlaceFactory(status="offered", held=2, hold_until=timezone.now() + timedelta(hours=1))


def ledger_without_hold():
    product = ProductFactory(stock=0)
    for kind, change in (("received", 2), ("held", -2)):
        StockEntry.objects.create(product=product, kind=kind, change=change)


def queue_hold_without_end():
    QueuePlaceFactory(status="offered", held=1, hold_until=timezone.now() - timedelta(hours=2))


def too_many_keys():
    line = sound_paid_order().lines.get()
    key(line)
    key(line)


def another_products_key():
    key(sound_paid_order().lines.get(), ProductFactory())


def key_for_nothing():
    key(sound_order().lines.get())


def paid_and_not_owed():
    Fulfilment.objects.filter(line__order=sound_paid_order()).delete()


def sent_with_a_line_owed():
    Order.objects.filter(pk=sound_paid_order().pk).update(status=Order.Status.FULFILLED)


def forgotten_mail():
    Message.objects.create(key="k", to=["a@example.org"], due_at=timezone.now() - LONG_AGO)


def captured_and_unpaid():
    captured(sound_order())


def captured_without_money():
    captured(sound_paid_order())


def refunded_too_much():
    attempt = payment(sound_order())
    MoneyEntry.objects.create(
        payment=attempt, kind="refund", amount=Decimal("1.00"), currency="CAD", external_id="R"
    )


def forgotten_notice():
    WebhookEvent.objects.create(event_id="E", raw=b"", due_at=timezone.now() - LONG_AGO)


def line_outside_the_ledger():
    OrderLineFactory(order=sound_order(), eligibility={"eligible": True})


def given_back_and_still_used():
    order = sound_order()
    order.status, order.given_back_at = Order.Status.CANCELLED, timezone.now()
    order.save()


def given_back_too_early():
    entry(sound_order().lines.get(), QuotaEntry.Kind.GIVE_BACK)


def paid_and_still_held():
    order = sound_order(status=Order.Status.PAID)
    Fulfilment.objects.create(line=order.lines.get())


def wrong_total():
    sound_order(total=Decimal("1.00"))


def rules_written_over():
    version = ProgramFactory().versions.get()
    with transaction.atomic(), correcting():
        ProgramVersion.objects.filter(pk=version.pk).update(criteria=[])


def not_eligible():
    order = sound_order()
    order.lines.update(eligibility={"eligible": False})


def qualified_by_nobody():
    OrganizationFactory(qualified_since=date(2024, 1, 1))


def paper(application, **fields) -> Document:
    """A document that was sent before the decision."""
    values = {"kind": "letters_patent", "size": 1, "sha256": SHA, "file": "documents/a"}
    document = Document.objects.create(
        organization=application.organization, uploaded_by=UserFactory(), **(values | fields)
    )
    Document.objects.filter(pk=document.pk).update(uploaded_at=application.decided_at - LONG_AGO)
    return document


def qualified_on_an_unchecked_paper():
    paper(ApplicationFactory(status="qualified"), status="pending")


def qualified_on_a_refused_paper():
    application = ApplicationFactory(status="qualified")
    refused = {"status": "refused", "refusal": "virus", "file": ""}
    paper(application, scanned_at=application.decided_at - LONG_AGO, **refused)


def forgotten_by_the_scanner():
    application = ApplicationFactory(status="qualified")
    paper(application, status="pending", scan_due_at=timezone.now() - LONG_AGO)


def never_drawn():
    paper(ApplicationFactory(status="qualified"), draw_due_at=timezone.now() - LONG_AGO)


def decided_twice():
    application = ApplicationFactory(status="qualified")
    record(application, "application.declined", by=None)


def decided_otherwise():
    ApplicationFactory(status="declined")
    Application.objects.update(status="qualified")


def answered_after_the_decision():
    application = ApplicationFactory(status="qualified")
    Inquiry.objects.create(application=application, question="?", answered_at=timezone.now())


def added_after_the_decision():
    application = ApplicationFactory(status="declined")
    Remark.objects.create(application=application, words="But …", by=application.started_by)


def moved_without_a_trail():
    ApplicationFactory(status="submitted")
    Application.objects.update(status="in_review")


def suspended_by_nobody():
    OrganizationFactory(suspended_on=date(2026, 3, 1))


def closed_by_nobody():
    OrganizationFactory(closed_on=date(2026, 3, 1))


def fact_without_its_entry():
    Fact.objects.create(
        organization=OrganizationFactory(),
        name="bn",
        source="register",
        register="cra",
        entry="000000018RR0001",
        on=date(2026, 11, 12),
    )


def ordered_by_an_outsider():
    order = sound_order()
    Order.objects.filter(pk=order.pk).update(placed_by=UserFactory())


def ordered_after_leaving():
    order = sound_order()
    Tenure.objects.filter(user=order.placed_by).update(
        from_at=timezone.now() - 2 * LONG_AGO, to_at=timezone.now() - LONG_AGO
    )


def nobody_administers():
    MembershipFactory(role_code="viewer")


def member_without_time():
    Tenure.objects.filter(user=MembershipFactory().user).update(to_at=timezone.now() + LONG_AGO)


def above_itself():
    one = OrganizationFactory()
    other = OrganizationFactory(parent=one)
    Organization.objects.filter(pk=one.pk).update(parent=other)


def signed_for_nobody():
    parent, branch = OrganizationFactory(), OrganizationFactory()
    BranchLetterFactory(branch=branch, parent=parent)
    Organization.objects.filter(pk=branch.pk).update(parent=None)


def hold_without_end():
    order = sound_order()
    Order.objects.filter(pk=order.pk).update(hold_until=timezone.now() - LONG_AGO)


def readable_key():
    LicenseKey.objects.create(
        product=ProductFactory(), ciphertext="ABCD-EFGH", blind_index=SHA, last4="EFGH"
    )


def captured_without_trail():
    captured(sound_paid_order())


def renamed_behind_the_keys():
    Organization.objects.filter(pk=OrganizationFactory(unqualified=True).pk).update(city="Amos")


def key_of_nothing():
    organization = OrganizationFactory(unqualified=True)
    IdentityKey.objects.create(organization=organization, kind="neq", source="1", value="1")


def approved_and_not_written():
    ChangeRequestFactory(status="approved", decided_at=timezone.now(), decided_by=UserFactory())


def written_and_not_traced():
    change = ChangeRequestFactory(
        status="approved", decided_at=timezone.now(), decided_by=UserFactory()
    )
    budget = {"annual_budget": "900000.00", "budget_year": 2026}
    type(change.organization).objects.filter(pk=change.organization_id).update(**budget)


def address_too_soon():
    now, organization = timezone.now(), OrganizationFactory()
    AddressChange.objects.create(
        organization=organization,
        new="new@example.org",
        asked_by=UserFactory(),
        confirmed_at=now,
        applied_at=now + timedelta(hours=47),
    )


def counted_twice():
    ProductFactory()
    ShelfEntry.objects.update(change=2)


def not_counted():
    ProductFactory()
    ShelfEntry.objects.all().delete()


def replaced_by_itself():
    first = ProductFactory(status="discontinued")
    second = ProductFactory(status="discontinued", replaced_by=first)
    type(first).objects.filter(pk=first.pk).update(replaced_by=second)


def a_refund(**fields):
    """Of the whole of a sound order: granted by a colleague, not paid back yet."""
    order = sound_paid_order()
    values = {"payment": captured(order), "seq": 1, "amount": order.total, "origin": "member"}
    values |= {"means": "cheque", "reason": "?", "requested_by": order.placed_by}
    refund = Refund.objects.create(order=order, **(values | fields))
    RefundLine.objects.create(refund=refund, line=order.lines.get())
    return refund


def refund_of_too_much():
    a_refund(amount=Decimal("999.00"))


def refund_of_another_orders_line():
    line = sound_paid_order().lines.get()
    a_refund().lines.update(line=line)


def paid_back_without_money():
    a_refund(
        status=Refund.Status.COMPLETED,
        cheque_number="7",
        completed_at=timezone.now(),
        approved_by=UserFactory(),
    )


def money_without_a_refund():
    row = {"kind": "refund", "amount": 1, "currency": "CAD", "external_id": "R-1"}
    MoneyEntry.objects.create(payment=captured(sound_paid_order()), **row)


def granted_and_kept():
    a_refund(status=Refund.Status.CHEQUE_DUE, approved_by=UserFactory())


def forgotten_refund():
    a_refund(next_check_at=timezone.now() - LONG_AGO)


def cleared_and_unpaid():
    order = sound_order()
    Cheque.objects.create(
        order=order,
        amount=order.total,
        status=Cheque.Status.CLEARED,
        number="7",
        received_at=timezone.now(),
    )


PLANTED = {
    "cheques-make-orders": (cleared_and_unpaid,),
    "refunds-are-their-lines": (refund_of_too_much, refund_of_another_orders_line),
    "refunds-are-entered": (paid_back_without_money, money_without_a_refund),
    "granted-is-given-back": (granted_and_kept,),
    "refunds-move": (forgotten_refund,),
    "approved-changes-are-written": [approved_and_not_written, written_and_not_traced],
    "addresses-wait-48-hours": [address_too_soon],
    "holds-are-in-the-ledger": (hold_without_ledger, ledger_without_hold),
    "queue-holds-end": (queue_hold_without_end,),
    "stock-is-its-ledger": (stock_without_ledger, ledger_without_stock),
    "shelf-is-what-stands-there": (counted_twice, not_counted),
    "replacements-end": (replaced_by_itself,),
    "keys-as-ordered": (too_many_keys, another_products_key),
    "no-key-without-payment": (key_for_nothing,),
    "paid-is-owed": (paid_and_not_owed,),
    "sent-is-sent": (sent_with_a_line_owed,),
    "mail-moves": (forgotten_mail,),
    "money-makes-orders": (captured_and_unpaid,),
    "captured-once-in-full": (captured_without_money,),
    "refunds-within-captures": (refunded_too_much,),
    "notices-move": (forgotten_notice,),
    "quota-held": (line_outside_the_ledger,),
    "quota-given-back": (given_back_and_still_used, given_back_too_early),
    "quota-settled": (paid_and_still_held,),
    "totals-add-up": (wrong_total,),
    "eligible-when-ordered": (not_eligible,),
    "published-rules-stay": (rules_written_over,),
    "decided-by-somebody": (qualified_by_nobody,),
    "keys-are-the-organizations": (renamed_behind_the_keys, key_of_nothing),
    "qualified-on-checked-papers": (
        qualified_on_an_unchecked_paper,
        qualified_on_a_refused_paper,
    ),
    "documents-move": (forgotten_by_the_scanner, never_drawn),
    "decided-once": (decided_twice, decided_otherwise),
    "decided-on-what-was-seen": (answered_after_the_decision, added_after_the_decision),
    "moves-have-a-trail": (moved_without_a_trail,),
    "stands-by-a-deed": (suspended_by_nobody, closed_by_nobody),
    "facts-of-registers-have-entries": (fact_without_its_entry,),
    "ordered-by-a-member": (ordered_by_an_outsider, ordered_after_leaving),
    "somebody-administers": (nobody_administers,),
    "members-have-their-time": (member_without_time,),
    "branches-are-signed-for": (above_itself, signed_for_nobody),
    "holds-end": (hold_without_end,),
    "keys-are-unreadable": (readable_key,),
    "changes-have-a-trail": (captured_without_trail,),
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "plant"), [(code, plant) for code, plants in PLANTED.items() for plant in plants]
)
def test_a_planted_fault_is_named(code, plant):
    plant()
    assert code in codes()


@pytest.mark.django_db
def test_sound_orders_break_nothing():
    sound_order()
    sound_paid_order()
    assert codes() == set()


def test_every_invariant_has_its_planted_fault():
    assert {i.code for i in INVARIANTS} == set(PLANTED)


@pytest.mark.django_db
def test_the_command_fails_and_says_which_rows(capsys):
    call_command("check_invariants")
    stock_without_ledger()
    with pytest.raises(CommandError):
        call_command("check_invariants")
    assert "stock-is-its-ledger: SKU-" in capsys.readouterr().out
