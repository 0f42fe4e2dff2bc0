"""catalog/overrides.py: a program opened to one organization by two people, until a day."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from catalog import effects, overrides
from catalog.models import Override
from catalog.verdicts import verdict, verdicts
from mail.models import Message
from orders.models import Order
from orgs.days import today
from orgs.models.organization import OrganizationQuerySet
from portal.invariants import breaches
from tests.conftest import at_once
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    OverrideFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
)
from tests.orders.conftest import fill, place

ONTARIO = [{"fact": "province", "in": ["ON"]}]
MONTH = timedelta(days=30)


@pytest.fixture
def strict(db):
    """A program for Ontario alone."""
    return ProgramFactory(criteria=ONTARIO)


@pytest.fixture
def asked(strict):
    return ask(OrganizationFactory(), strict)


def ask(organization, program, **days):
    days = {"from_on": today(), "until_on": today() + MONTH} | days
    by = UserFactory(is_staff=True)
    return overrides.ask(organization, program, reason="They moved.", by=by, **days)


def codes(refusal):
    return {error.code for error in refusal.value.error_list}


def test_it_opens_nothing_before_another_person_grants_it(asked):
    assert not verdict(asked.program, asked.organization, on=today()).is_eligible
    with pytest.raises(ValidationError) as refusal:
        overrides.grant(asked.pk, by=asked.asked_by)
    assert codes(refusal) == {"same_person"}

    overrides.grant(asked.pk, by=UserFactory(is_staff=True))

    found = verdict(asked.program, asked.organization, on=today())
    assert (found.is_eligible, found.leave.kind) == (True, "exception")
    assert found.failing == [0], "what the rules say stays visible"
    assert Message.objects.get(kind="catalog/override_granted").to == [asked.organization.email]


def test_the_database_wants_two_people(asked):
    same = {"status": "granted", "decided_by": asked.asked_by, "decided_at": "2026-01-01T00:00Z"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.filter(pk=asked.pk).update(**same)
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.filter(pk=asked.pk).update(status="granted")


def test_two_for_the_same_days_are_refused_and_others_are_not(asked):
    with pytest.raises(ValidationError, match="some of these days"):
        ask(asked.organization, asked.program, from_on=asked.until_on, until_on=asked.until_on)
    later = asked.until_on + timedelta(days=1)
    ask(asked.organization, asked.program, from_on=later, until_on=later)
    ask(OrganizationFactory(), asked.program)
    ask(asked.organization, ProgramFactory())


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_asked_for_twice_at_once_there_is_one():
    organization, program = OrganizationFactory(), ProgramFactory(criteria=ONTARIO)
    answers = at_once(*[lambda: ask(organization, program)] * 2)
    assert {type(answer) for answer in answers} == {Override, ValidationError}
    assert Override.objects.count() == 1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_alone_would_refuse_the_second(monkeypatch):
    """Shows that the test above can fail: both look before either writes."""
    organization, program = OrganizationFactory(), ProgramFactory(criteria=ONTARIO)
    meet, clean = Barrier(2, timeout=10), Override.full_clean

    def both_have_looked(self):
        clean(self)
        meet.wait()

    monkeypatch.setattr(OrganizationQuerySet, "lock", lambda rows, *, pk: rows.get(pk=pk))
    monkeypatch.setattr(Override, "full_clean", both_have_looked)
    answers = at_once(*[lambda: ask(organization, program)] * 2)
    assert {type(answer) for answer in answers} == {Override, IntegrityError}
    assert Override.objects.count() == 1


def test_it_ends_within_a_year_and_not_in_the_past(strict):
    for days in (
        {"until_on": today() + timedelta(days=400)},
        {"from_on": today() - MONTH, "until_on": today() - timedelta(days=1)},
        {"until_on": today() - timedelta(days=1)},
    ):
        with pytest.raises(ValidationError):
            ask(OrganizationFactory(), strict, **days)
    assert not Override.objects.exists()


def test_it_holds_on_its_days_for_its_program_and_organization_alone(strict):
    one = OverrideFactory(program=strict)
    org, day = one.organization, timedelta(days=1)
    ProgramFactory(criteria=ONTARIO)
    for on, answer in (
        (one.from_on - day, False),
        (one.from_on, True),
        (one.until_on, True),
        (one.until_on + day, False),
    ):
        assert verdict(strict, org, on=on).is_eligible is answer
        found = {program.pk: v.is_eligible for program, v in verdicts(org, on=on)}
        assert sum(found.values()) == answer == found[strict.pk]
        rows = effects.compared(strict, [], on=on)
        assert set(rows.filter(before=True)) == ({org} if answer else set())
    assert not verdict(strict, OrganizationFactory(), on=today()).is_eligible


def test_it_does_not_open_a_program_before_its_first_rules(db):
    late = ProgramFactory(criteria__since=today() + timedelta(days=9))
    one = OverrideFactory(program=late)
    assert not verdict(late, one.organization, on=today()).is_eligible
    assert not effects.compared(late, [], on=today()).filter(before=True).exists()


def test_an_order_is_placed_by_it_and_keeps_that_it_was(strict):
    member = MembershipFactory()
    product = ProductFactory(program=strict)
    with pytest.raises(ValidationError):
        place(fill(member, product))
    one = OverrideFactory(program=strict, organization=member.organization)

    order = place(fill(member, product))

    kept = order.lines.get().eligibility
    assert kept["eligible"] and kept["leave"]["until"] == str(one.until_on)
    assert "eligible-when-ordered" not in {b.invariant.code for b in breaches()}


def test_ended_early_the_rules_decide_again(strict):
    member = MembershipFactory()
    one = OverrideFactory(program=strict, organization=member.organization)
    overrides.end(one.pk, by=UserFactory(is_staff=True), reason="They moved back.")
    with pytest.raises(ValidationError):
        place(fill(member, ProductFactory(program=strict)))
    assert not Order.objects.exists()
    assert Message.objects.filter(kind="catalog/override_ended").count() == 2


def test_the_pages_say_that_it_is_an_exception(client, strict):
    member = MembershipFactory()
    product = ProductFactory(program=strict)
    OverrideFactory(program=strict, organization=member.organization)
    client.force_login(member.user)
    number = member.organization.number
    for page in (
        reverse("catalog:eligibility", args=[number]),
        reverse("catalog:org_product", args=[number, product.slug]),
        reverse("catalog:org_partner", args=[number, strict.partner.slug]),
    ):
        text = client.get(page).text
        assert "by an exception that our staff granted" in text, page
        assert "Not eligible" not in text


def test_staff_ask_grant_and_end_on_the_admin_pages(strict):
    client = Client(headers={"accept-language": "en"})
    first, second = (UserFactory(is_staff=True, is_superuser=True) for _ in range(2))
    organization = OrganizationFactory()
    typed = {
        "organization": organization.number,
        "program": strict.pk,
        "from_on": today(),
        "until_on": today() + MONTH,
        "reason": "They moved.",
    }
    client.force_login(first)
    add = reverse("admin:catalog_override_add")
    assert "No open organization" in client.post(add, typed | {"organization": 1}).text
    assert client.post(add, typed).status_code == 302
    assert "some of these days" in client.post(add, typed).text
    one = Override.objects.get()
    page = reverse("admin:catalog_override_change", args=[one.pk])
    assert "a colleague grants it" in client.post(page, {"grant": "1"}, follow=True).text
    client.force_login(second)
    client.post(page, {"grant": "1"})
    assert "Say why" in client.post(page, {"end": "1"}, follow=True).text
    one.refresh_from_db()
    assert (one.status, one.decided_by) == (Override.Status.GRANTED, second)
    client.post(page, {"end": "1", "reason": "No longer needed."})
    one.refresh_from_db()
    assert one.status == Override.Status.ENDED
