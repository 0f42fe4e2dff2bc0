"""Recovery: proof, time to object, two of the staff."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from mail.models import Message
from orgs import recovery, staff
from orgs.days import today
from orgs.models import Membership, Recovery, RecoveryNotice
from tests.conftest import at_once
from tests.factories import MembershipFactory, UserFactory
from tests.orgs.conftest import pdf

WORDS = {"title": "Chair", "words": "Everybody left in spring."}


def ask(organization, *, by, number="100001"):
    papers = recovery.examine([pdf("lettre.pdf")], by=by)
    return recovery.ask(organization, asked_for=number, papers=papers, by=by, **WORDS)


def link_of(address):
    letter = Message.objects.get(kind="orgs/recovery_notice", to=[address])
    return letter.text.split("http://", 1)[-1].split("/", 1)[1].split()[0]


def notice_is_over():
    Recovery.objects.update(not_before=today() - timedelta(days=1))


@pytest.fixture
def claimant(db):
    return UserFactory()


@pytest.fixture
def asked(owner, claimant):
    return ask(owner.organization, by=claimant)


@pytest.fixture
def colleagues(db):
    staff.ensure_groups()
    group = Group.objects.get(name="qualification")
    people = UserFactory.create_batch(2, is_staff=True)
    for person in people:
        person.groups.add(group)
    return people


def test_everybody_we_know_of_the_organization_is_told(owner, claimant):
    buyer = MembershipFactory(organization=owner.organization, role_code="buyer")
    former = MembershipFactory(organization=owner.organization)
    former_buyer = MembershipFactory(organization=owner.organization, role_code="buyer")
    former.delete()
    former_buyer.delete()

    asked = ask(owner.organization, by=claimant)

    told = {owner.user.email, buyer.user.email, former.user.email, owner.organization.email}
    assert {n.email for n in RecoveryNotice.objects.all()} == told
    letters = Message.objects.filter(kind="orgs/recovery_notice")
    assert {m.to[0] for m in letters} == told
    assert Message.objects.get(kind="orgs/recovery_asked").to == [claimant.email]
    assert asked.papers.get().name == "lettre.pdf"


def test_it_waits_ten_business_days(owner, claimant, monkeypatch):
    monkeypatch.setattr("orgs.recovery.today", lambda: date(2026, 12, 18))
    assert ask(owner.organization, by=claimant).not_before == date(2027, 1, 5)


def test_two_of_the_staff_approve_after_the_last_day_to_object(asked, claimant, colleagues):
    first, second = colleagues
    with pytest.raises(ValidationError) as refusal:
        recovery.approve(asked.pk, by=first)
    assert refusal.value.error_list[0].code == "too_soon"
    notice_is_over()

    recovery.approve(asked.pk, by=first)
    assert not Membership.objects.filter(user=claimant).exists()
    with pytest.raises(ValidationError) as refusal:
        recovery.approve(asked.pk, by=first)
    assert refusal.value.error_list[0].code == "same"
    recovery.approve(asked.pk, by=second)

    assert Membership.objects.get(user=claimant).is_administrator
    assert Message.objects.get(kind="orgs/recovery_granted").to == [claimant.email]
    assert Message.objects.filter(kind="orgs/recovery_given").count() == 2
    actions = Entry.objects.about(asked).values_list("action", flat=True)
    assert list(actions) == ["recovery.granted", "recovery.approved_once", "recovery.asked"]


def test_the_database_asks_for_two_different_people(asked, colleagues):
    first, _second = colleagues
    for fields in (
        {"status": "granted"},
        {"first_by": first, "second_by": first},
        {"first_by": asked.claimant},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Recovery.objects.filter(pk=asked.pk).update(**fields)


def test_one_objection_stops_it(client, asked, owner, colleagues):
    notice_is_over()
    recovery.approve(asked.pk, by=colleagues[0])
    url = "/" + link_of(owner.user.email)
    page = client.get(url)
    assert "asks to administer its account" in page.text
    assert page["Referrer-Policy"] == "strict-origin"
    asked.refresh_from_db()
    assert asked.is_open

    page = client.post(url, {"words": "I am still here."}, follow=True)

    assert "Your objection stops the request" in page.text
    asked.refresh_from_db()
    assert asked.status == "objected"
    with pytest.raises(ValidationError):
        recovery.approve(asked.pk, by=colleagues[1])
    letter = Message.objects.get(kind="orgs/recovery_objected")
    assert "I am still here" not in letter.text
    assert owner.user.email not in letter.text


def test_who_is_part_of_it_does_not_approve(asked, owner, colleagues):
    notice_is_over()
    MembershipFactory(user=colleagues[0], organization=owner.organization, role_code="buyer")
    with pytest.raises(ValidationError) as refusal:
        recovery.approve(asked.pk, by=colleagues[0])
    assert refusal.value.error_list[0].code == "own"


def test_a_member_without_the_role_becomes_administrator(owner, colleagues):
    viewer = MembershipFactory(organization=owner.organization, role_code="viewer")
    asked = ask(owner.organization, by=viewer.user)
    notice_is_over()
    for person in colleagues:
        recovery.approve(asked.pk, by=person)
    viewer.refresh_from_db()
    assert viewer.role.code == "owner"


def test_a_number_that_nobody_has_is_seen_by_staff_only(client, claimant, colleagues):
    client.force_login(claimant)
    papers = {"papers": [pdf("lettre.pdf")]}
    page = client.post(reverse("orgs:recover"), WORDS | {"number": "999 999"} | papers, follow=True)
    assert "If an organization has this number" in page.text
    asked = Recovery.objects.get()
    assert (asked.organization, asked.asked_for) == (None, "999999")
    notice_is_over()
    with pytest.raises(ValidationError) as refusal:
        recovery.approve(asked.pk, by=colleagues[0])
    assert refusal.value.error_list[0].code == "nobody"


def test_every_bad_paper_is_named_and_nothing_is_kept(client, claimant):
    client.force_login(claimant)
    bad = [pdf("a.pdf", b"hello"), pdf("b.pdf", b"")]
    page = client.post(reverse("orgs:recover"), WORDS | {"number": "100001", "papers": bad})
    assert page.status_code == 422
    assert "a.pdf" in page.text
    assert "b.pdf" in page.text
    assert "Everybody left in spring." in page.text
    assert not Recovery.objects.exists()


def test_a_scanner_that_is_away_lets_nothing_through(settings, claimant):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    with pytest.raises(ValidationError) as refusal:
        recovery.examine([pdf()], by=claimant)
    assert refusal.value.error_list[0].code == "no_scanner"


def test_asking_twice_and_too_often_is_refused(asked, owner, claimant):
    with pytest.raises(ValidationError) as refusal:
        ask(owner.organization, by=claimant)
    assert refusal.value.code == "asked"
    for number in ("2", "3"):
        ask(None, by=claimant, number=number)
    with pytest.raises(ValidationError) as refusal:
        ask(None, by=claimant, number="4")
    assert refusal.value.code == "too_many"


def test_an_administrator_has_nothing_to_recover(owner):
    with pytest.raises(ValidationError):
        ask(owner.organization, by=owner.user)


def test_the_claimant_sees_state_and_date_and_takes_it_back(client, asked, claimant, stranger):
    url = reverse("orgs:recovery", args=[asked.pk])
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    client.force_login(claimant)
    assert f'datetime="{asked.not_before}"' in client.get(url).text
    client.post(url)
    asked.refresh_from_db()
    assert asked.status == "withdrawn"


def test_staff_decide_in_the_admin(client, asked, claimant, colleagues):
    notice_is_over()
    url = reverse("admin:orgs_recovery_change", args=[asked.pk])
    client.force_login(colleagues[0])
    page = client.get(url)
    assert "lettre.pdf" in page.text
    paper = client.get(reverse("admin:orgs_recovery_paper", args=[asked.papers.get().pk]))
    assert b"%PDF" in b"".join(paper.streaming_content)
    assert "attachment" in paper["Content-Disposition"]
    client.post(url, {"refuse": "1", "reason": ""})
    client.post(url, {"approve": "1"})
    client.force_login(colleagues[1])
    page = client.post(url, {"approve": "1"}, follow=True, headers={"accept-language": "en"})
    assert "Granted" in page.text
    assert Membership.objects.get(user=claimant).is_administrator


def test_staff_refuse_with_a_reason(client, asked, colleagues):
    client.force_login(colleagues[0])
    url = reverse("admin:orgs_recovery_change", args=[asked.pk])
    client.post(url, {"refuse": "1", "reason": "The letter is not signed."})
    asked.refresh_from_db()
    assert asked.status == "refused"
    assert "not signed" in Message.objects.get(kind="orgs/recovery_refused").text


def test_other_staff_do_not_see_recoveries(client, asked):
    staff.ensure_groups()
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(person)
    url = reverse("admin:orgs_recovery_change", args=[asked.pk])
    assert client.get(url).status_code in {302, 403}
    assert client.post(url, {"approve": "1"}).status_code == 403


@pytest.mark.races
def test_an_objection_and_the_second_approval_at_once(transactional_db, private_files):
    owner, claimant = MembershipFactory(), UserFactory()
    first, second = UserFactory.create_batch(2, is_staff=True)
    asked = ask(owner.organization, by=claimant)
    notice_is_over()
    recovery.approve(asked.pk, by=first)
    notice = RecoveryNotice.objects.filter(email=owner.user.email).get()

    at_once(
        lambda: recovery.approve(asked.pk, by=second),
        lambda: recovery.object_to(notice, words="No."),
    )

    asked.refresh_from_db()
    is_in = Membership.objects.filter(user=claimant).exists()
    assert asked.status in {"granted", "objected"}
    assert (asked.status == "granted") == is_in
