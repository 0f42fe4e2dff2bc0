import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.models import Entry
from mail.models import Message
from orgs import changes, deciding
from orgs.days import today
from orgs.fieldclasses import FREE, LABELS, NOTIFY, SUBJECTS, is_stale_budget, renews, subject_of
from orgs.models import Application, ChangeRequest, Document, Organization
from orgs.models.organization import RENEWAL_TIME
from tests.conftest import at_once
from tests.factories import (
    ActivityFactory,
    ApplicationFactory,
    MembershipFactory,
    OrganizationFactory,
    UserFactory,
)
from tests.orgs.conftest import pdf

NEW_NAME = {"legal_name": "Maison Sainte-Anne de Sherbrooke"}


@pytest.fixture
def org(owner) -> Organization:
    """Qualified, with an application that led to it."""
    org = owner.organization
    Organization.objects.filter(pk=org.pk).update(legal_name="Maison Sainte-Anne", neq="1100000125")
    ApplicationFactory(organization=org, status="qualified")
    return Organization.objects.get(pk=org.pk)


def send(org, owner, subject="name", new=NEW_NAME, files=1, **more) -> ChangeRequest:
    papers = [pdf(f"{n}.pdf") for n in range(files)]
    found = changes.send(org, SUBJECTS[subject], by=owner.user, new=new, files=papers, **more)
    return ChangeRequest.objects.get(pk=found.pk)


def read(obj):
    return type(obj).objects.get(pk=obj.pk)


def test_every_fact_is_in_one_class():
    of_subjects = [name for subject in SUBJECTS.values() for name in subject.fields]
    every = [*of_subjects, *FREE, *NOTIFY]
    assert sorted(every) == sorted(set(every)) == sorted(LABELS)
    for name in every:
        Organization._meta.get_field(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [("annual_budget", "budget"), ("budget", "budget"), ("province", "address"), ("bn", "kind"),
     ("staff", "staff"), ("phone", None), ("qualified_months", None), ("'; --", None)],
)  # fmt: skip
def test_a_fact_of_the_file_or_of_the_rules_has_its_subject(name, code):
    found = subject_of(name)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ({"kind": "nonprofit", "bn": ""}, {"kind": "charity", "bn": "1"}, True),
        ({"kind": "charity", "bn": ""}, {"kind": "charity", "bn": "1"}, False),
        ({"kind": "charity", "bn": "1"}, {"kind": "charity", "bn": "2"}, True),
    ],
)
def test_an_identity_that_is_replaced_is_qualified_anew(old, new, answer):
    assert renews(SUBJECTS["kind"], old, new) is answer


def test_a_budget_is_old_18_months_after_the_end_of_its_year():
    day = today().replace(year=2027, month=6, day=30)
    assert not is_stale_budget(2025, on=day)
    assert is_stale_budget(2025, on=day.replace(month=7, day=1))
    assert not is_stale_budget(None, on=day)


def test_free_facts_are_saved_at_once_with_both_values_in_the_trail(org, owner):
    values = {"phone": org.phone, "website": "https://new.example", "language": "fr"}
    assert changes.save_free(org, by=owner.user, values=values) == ["website", "language"]
    assert read(org).website == "https://new.example"
    entry = Entry.objects.about(org).get(action="organization.changed")
    assert entry.data["old"] == {"website": "", "language": "en"}
    assert entry.data["new"] == {"website": "https://new.example", "language": "fr"}
    assert changes.save_free(org, by=owner.user, values=values) == []
    assert Entry.objects.about(org).count() == 1


def test_a_request_leaves_the_file_as_it_is_and_tells_everybody(org, owner):
    change = send(org, owner, words="We moved to a new charter.")
    assert read(org).legal_name == "Maison Sainte-Anne"
    assert (change.status, change.old, change.new) == (
        "sent",
        {"legal_name": "Maison Sainte-Anne"},
        NEW_NAME,
    )
    assert change.due_on > today()
    assert change.evidence.get().document.name == "0.pdf"
    told = {m.to[0] for m in Message.objects.filter(kind="orgs/change_received")}
    assert told == {org.email, owner.user.email}


def test_the_same_again_is_refused_while_one_is_open(org, owner):
    send(org, owner)
    with pytest.raises(ValidationError, match="under way already"):
        send(org, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(
            organization=org, subject="name", old={}, new=NEW_NAME, sent_by=owner.user,
            due_on=today(),
        )  # fmt: skip
    send(org, owner, "staff", {"staff": 9}, files=0)


def test_a_request_that_changes_nothing_is_none(org, owner):
    with pytest.raises(ValidationError, match="says already"):
        send(org, owner, new={"legal_name": "Maison Sainte-Anne"})
    assert not Document.objects.exists()


def test_the_paper_is_asked_for_and_every_bad_file_is_named(org, owner):
    with pytest.raises(ValidationError, match="Add the paper"):
        send(org, owner, files=0)
    with pytest.raises(ValidationError) as refusal:
        bad = [pdf("a.exe", b"MZ nothing"), pdf("b.pdf", b"")]
        changes.send(org, SUBJECTS["name"], by=owner.user, new=NEW_NAME, files=bad)
    assert [m.split(" – ")[0] for m in refusal.value.messages] == ["a.exe", "b.pdf"]
    assert not ChangeRequest.objects.exists()


def test_a_number_of_somebody_else_is_refused_without_telling_whose(org, owner):
    other = OrganizationFactory(neq="1100000422", legal_name="The Others")
    new = {"kind": "nonprofit", "bn": "", "neq": other.neq, "corporation_number": ""}
    with pytest.raises(ValidationError, match="registered already") as refusal:
        send(org, owner, "kind", new)
    assert "Others" not in str(refusal.value)


def test_what_the_new_kind_lacks_is_said_all_at_once(org, owner):
    new = {"kind": "nonprofit", "bn": "", "neq": "", "corporation_number": ""}
    with pytest.raises(ValidationError, match="NEQ"):
        send(org, owner, "kind", new)


def test_a_first_draft_is_edited_and_not_changed_by_request(owner):
    org = OrganizationFactory(unqualified=True)
    ApplicationFactory(organization=org, status="draft")
    assert not changes.is_open_to(org)
    with pytest.raises(ValidationError):
        send(org, owner)
    ApplicationFactory(organization=OrganizationFactory(), status="qualified")
    closed = OrganizationFactory(closed_on=today())
    assert not changes.is_open_to(closed)


def test_an_approved_name_is_written_and_the_former_one_is_kept(org, owner, reviewer):
    change = send(org, owner)
    deciding.approve(change.pk, by=reviewer, version=1)
    org = read(org)
    assert (org.legal_name, org.former_names) == (NEW_NAME["legal_name"], ["Maison Sainte-Anne"])
    change = read(change)
    assert (change.status, change.decided_by) == ("approved", reviewer)
    entry = Entry.objects.about(org).get(action="organization.changed")
    assert (entry.by, entry.data["request"]) == (reviewer, change.pk)
    assert Message.objects.filter(kind="orgs/change_approved").count() == 2


def test_approved_activities_and_amounts_are_written(org, owner, reviewer):
    ActivityFactory(code="literacy")
    first = send(org, owner, "activities", {"activities": ["literacy"]}, files=0)
    budget = {"annual_budget": "1620000.50", "budget_source": "return", "budget_year": 2026}
    second = send(org, owner, "budget", budget)
    for change in (first, second):
        deciding.approve(change.pk, by=reviewer, version=1)
    assert [a.code for a in read(org).activities.all()] == ["literacy"]
    assert changes.current(read(org), SUBJECTS["budget"]) == budget


def test_a_stale_request_is_refused(org, owner, reviewer):
    change = send(org, owner)
    Organization.objects.filter(pk=org.pk).update(legal_name="Something Else")
    with pytest.raises(ValidationError, match="has changed since"):
        deciding.approve(change.pk, by=reviewer, version=1)
    assert read(org).legal_name == "Something Else"
    assert read(change).status == "sent"


def test_a_number_taken_meanwhile_is_refused_and_staff_learn_by_whom(org, owner, reviewer):
    new = {"kind": "charity", "bn": "000000018RR0001", "neq": org.neq, "corporation_number": ""}
    change = send(org, owner, "kind", new)
    other = OrganizationFactory(bn="000000018RR0001")
    with pytest.raises(ValidationError, match=str(other.number)):
        deciding.approve(change.pk, by=reviewer, version=1)
    assert read(org).bn == ""


def test_a_new_kind_can_be_made_to_renew_within_60_days(org, owner, reviewer):
    new = {"kind": "nonprofit", "bn": "", "neq": org.neq, "corporation_number": ""}
    change = send(org, owner, "kind", new)
    deciding.approve(change.pk, by=reviewer, version=1, renew=True)
    assert read(org).qualified_until == today() + RENEWAL_TIME
    assert "renew" in Message.objects.filter(kind="orgs/change_approved").first().text


def test_the_clock_stands_still_between_question_and_answer(org, owner, reviewer):
    change = send(org, owner)
    deciding.ask(change.pk, by=reviewer, question="Since when?", version=1)
    assert read(change).waiting_since == today()
    with pytest.raises(ValidationError, match="not answered yet"):
        deciding.approve(change.pk, by=reviewer, version=2)
    changes.answer(change, by=owner.user, text="Since May.", files=[pdf()])
    change = read(change)
    assert (change.status, change.waiting_since, change.version) == ("answered", None, 3)
    assert [m.is_staffs for m in change.messages.all()] == [True, False]
    assert change.evidence.count() == 2


def test_what_was_seen_is_what_is_decided(org, owner, reviewer):
    change = send(org, owner)
    changes.answer(change, by=owner.user, text="One more thing.")
    with pytest.raises(ValidationError, match="has changed since you opened it"):
        deciding.approve(change.pk, by=reviewer, version=1)


def test_a_refusal_keeps_the_file_and_gives_its_reason(org, owner, reviewer):
    change = send(org, owner)
    deciding.decline(change.pk, by=reviewer, version=1, reason="The paper is unsigned.")
    assert read(org).legal_name == "Maison Sainte-Anne"
    assert "The paper is unsigned." in Message.objects.filter(kind="orgs/change_declined")[0].text
    with pytest.raises(ValidationError, match="was decided on"):
        changes.withdraw(change, by=owner.user)


def test_a_withdrawn_request_is_over_and_another_can_be_sent(org, owner, reviewer):
    change = send(org, owner)
    for _ in range(2):
        changes.withdraw(change, by=owner.user)
    assert Entry.objects.about(change).filter(action="changerequest.withdrawn").count() == 1
    with pytest.raises(ValidationError, match="withdrawn"):
        deciding.approve(change.pk, by=reviewer, version=2)
    send(org, owner)


def test_nobody_decides_about_their_own_organization(org, owner, reviewer):
    change = send(org, owner)
    MembershipFactory(user=reviewer, organization=org)
    with pytest.raises(ValidationError, match="a colleague has to decide"):
        deciding.approve(change.pk, by=reviewer, version=1)


def test_evidence_stays_when_a_draft_loses_its_papers(org, owner):
    from orgs import documents

    change = send(org, owner)
    ApplicationFactory(organization=org, kind=Application.Kind.RENEWAL, status="draft")
    with pytest.raises(ValidationError, match="it stays"):
        documents.remove(change.evidence.get().document, by=owner.user)


def outcomes(change, *deeds):
    found = at_once(*deeds)
    return [r for r in found if isinstance(r, ValidationError)], read(change)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_staff_decide_once(org, owner, reviewer):
    colleague, change = UserFactory(is_staff=True), send(org, owner)
    refused, change = outcomes(
        change,
        lambda: deciding.approve(change.pk, by=reviewer, version=1),
        lambda: deciding.decline(change.pk, by=colleague, version=1, reason="No."),
    )
    assert len(refused) == 1
    is_written = read(org).legal_name == NEW_NAME["legal_name"]
    assert is_written == (change.status == "approved")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_an_approval_do_not_both_happen(org, owner, reviewer):
    change = send(org, owner)
    refused, change = outcomes(
        change,
        lambda: deciding.approve(change.pk, by=reviewer, version=1),
        lambda: changes.withdraw(change, by=owner.user),
    )
    assert len(refused) == 1
    is_written = read(org).legal_name == NEW_NAME["legal_name"]
    assert is_written == (change.status == "approved")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_locks_both_would_happen(org, owner, reviewer, monkeypatch):
    """Shows that the test above can fail: both read the request before either has written."""
    change, meet = send(org, owner), threading.Barrier(2, timeout=10)

    def unlocked(pk):
        found = ChangeRequest.objects.select_related("organization").get(pk=pk)
        meet.wait()
        return found

    monkeypatch.setattr(changes, "lock", unlocked)
    refused, change = outcomes(
        change,
        lambda: deciding.approve(change.pk, by=reviewer, version=1),
        lambda: changes.withdraw(change, by=owner.user),
    )
    assert refused == []
    moved = Entry.objects.about(change).exclude(action="changerequest.sent")
    assert {e.action for e in moved} >= {"changerequest.approved", "changerequest.withdrawn"}
