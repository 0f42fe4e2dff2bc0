from datetime import date, datetime
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError

from audit.models import Entry
from mail.models import Message
from orgs import qualification, reminders
from orgs.contents import examine_all
from orgs.models import Application, Document, Inquiry, Organization
from orgs.tasks import remind
from tests.conftest import at_once
from tests.factories import MembershipFactory, UserFactory
from tests.orgs.conftest import PDF, pdf

TORONTO = ZoneInfo("America/Toronto")


def at(*moment):
    """Stand at a moment of Toronto."""
    return time_machine.travel(datetime(*moment, tzinfo=TORONTO), tick=False)


def test_ten_business_days_by_the_holidays_of_the_province(complete, applicant):
    with at(2026, 12, 18, 15):  # a Friday; Christmas and New Year are in between
        sent = qualification.submit(complete.pk, by=applicant)
    assert sent.due_on == date(2027, 1, 5)


def test_sending_twice_is_sending_once(sent, applicant):
    again = qualification.submit(sent.pk, by=applicant)
    assert again.submitted_at == sent.submitted_at
    assert Entry.objects.filter(action="application.submitted").count() == 1
    assert Message.objects.filter(kind="orgs/received").count() == 2


def test_an_incomplete_draft_names_everything_at_once(draft, applicant):
    with pytest.raises(ValidationError) as refusal:
        qualification.submit(draft.pk, by=applicant)
    assert len(refusal.value.messages) > 5
    draft.refresh_from_db()
    assert (draft.status, draft.submitted_at) == ("draft", None)


def test_the_clock_stands_still_while_the_applicant_is_awaited(complete, applicant, reviewer):
    with at(2026, 11, 2, 10):
        sent = qualification.submit(complete.pk, by=applicant)
        was_due = sent.due_on
    with at(2026, 11, 3, 10):
        inquiry = qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    with at(2026, 11, 10, 10):
        answered = qualification.answer(inquiry, text="Here.", by=applicant)
    assert was_due == date(2026, 11, 16)
    assert answered.due_on == date(2026, 11, 23)
    assert (answered.status, answered.waiting_since) == ("in_review", None)


def test_holidays_count_after_a_pause_of_years(complete, applicant, reviewer):
    with at(2026, 11, 2, 10):
        sent = qualification.submit(complete.pk, by=applicant)
        inquiry = qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    with at(2028, 12, 15, 10):  # ten business days were left; Christmas, New Year in between
        answered = qualification.answer(inquiry, text="Here.", by=applicant)
    assert answered.due_on == date(2029, 1, 2)


def test_a_decided_application_takes_no_answer(sent, applicant, reviewer, private_files):
    inquiry = qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    version = Application.objects.get().version
    qualification.decline(sent.pk, reason="No.", version=version, by=reviewer)
    files = sorted(private_files.rglob("*"))
    with pytest.raises(ValidationError, match="have decided"):
        qualification.answer(
            inquiry,
            text="Here.",
            by=applicant,
            files=examine_all([pdf(content=PDF + b"2")]),
            kind="other",
        )
    assert Inquiry.objects.get().answered_at is None
    assert sorted(private_files.rglob("*")) == files


def test_a_refused_second_answer_leaves_no_file_behind(sent, applicant, reviewer, private_files):
    inquiry = qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    qualification.ask(
        sent.pk, question="Page 3?", version=Application.objects.get().version, by=reviewer
    )
    qualification.answer(inquiry, text="Here.", by=applicant)
    files = sorted(private_files.rglob("*"))
    with pytest.raises(ValidationError, match="answered already"):
        qualification.answer(
            inquiry,
            text="Again.",
            by=applicant,
            files=examine_all([pdf(content=PDF + b"2")]),
            kind="other",
        )
    assert sorted(private_files.rglob("*")) == files
    assert Document.objects.count() == 1


def test_the_checklist_of_a_decided_application_stays(sent, reviewer):
    qualification.check(sent.pk, by=reviewer, done=["name"])
    qualification.check(sent.pk, by=reviewer, done=["name"])
    assert Entry.objects.filter(action="application.checked").count() == 1
    qualification.decline(sent.pk, reason="No.", version=sent.version, by=reviewer)
    with pytest.raises(ValidationError, match="decided this application"):
        qualification.check(sent.pk, by=reviewer, done=[])
    assert Application.objects.get().checklist == {"done": ["name"]}


def test_a_question_is_answered_once(sent, applicant, reviewer):
    inquiry = qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    qualification.answer(inquiry, text="Here.", by=applicant)
    with pytest.raises(ValidationError, match="answered already"):
        qualification.answer(inquiry, text="No, here.", by=applicant)
    assert Inquiry.objects.get().answer == "Here."


def test_the_clock_goes_on_with_the_last_answer(sent, applicant, reviewer):
    first = qualification.ask(sent.pk, question="One?", version=sent.version, by=reviewer)
    version = Application.objects.get().version
    second = qualification.ask(sent.pk, question="Two?", version=version, by=reviewer)
    qualification.answer(first, text="1", by=applicant)
    assert Application.objects.get().status == "info_needed"
    qualification.answer(second, text="2", by=applicant)
    assert Application.objects.get().status == "in_review"


def test_nobody_is_qualified_while_a_question_is_open(sent, reviewer):
    qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    version = Application.objects.get().version
    with pytest.raises(ValidationError, match="has not answered yet"):
        qualification.qualify(sent.pk, version=version, by=reviewer)
    assert Organization.objects.get().qualified_since is None


def test_nobody_decides_on_their_own_organization(sent, reviewer):
    MembershipFactory(user=reviewer, organization=sent.organization)
    with pytest.raises(ValidationError, match="a colleague has to decide"):
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    with pytest.raises(ValidationError, match="a colleague has to decide"):
        qualification.decline(sent.pk, reason="No.", version=sent.version, by=reviewer)
    assert Application.objects.get().status == "submitted"


def test_qualified_for_twenty_four_months(sent, reviewer):
    with at(2028, 2, 29, 23, 30):
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    organization = Organization.objects.get()
    assert organization.qualified_since == date(2028, 2, 29)
    assert organization.qualified_until == date(2030, 2, 28)


def test_a_renewal_in_time_leaves_no_gap_and_takes_no_day(sent, reviewer):
    Organization.objects.update(qualified_since=date(2023, 5, 2), qualified_until=date(2027, 5, 2))
    with at(2027, 4, 20, 9):
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    organization = Organization.objects.get()
    assert organization.qualified_since == date(2023, 5, 2)
    assert organization.qualified_until == date(2029, 5, 2)


def test_after_a_gap_it_begins_again(sent, reviewer):
    Organization.objects.update(qualified_since=date(2023, 5, 2), qualified_until=date(2027, 4, 30))
    with at(2027, 5, 2, 9):  # 1 May is missing
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    organization = Organization.objects.get()
    assert organization.qualified_since == date(2027, 5, 2)
    assert organization.qualified_until == date(2029, 5, 2)


def test_the_day_after_the_last_leaves_no_gap(sent, reviewer):
    Organization.objects.update(qualified_since=date(2023, 5, 2), qualified_until=date(2027, 4, 30))
    with at(2027, 5, 1, 9):
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    organization = Organization.objects.get()
    assert organization.qualified_since == date(2023, 5, 2)
    assert organization.qualified_until == date(2029, 4, 30)


def test_a_suspension_breaks_it(sent, reviewer):
    Organization.objects.update(
        qualified_since=date(2023, 5, 2),
        qualified_until=date(2028, 5, 2),
        suspended_on=date(2027, 1, 4),
    )
    with at(2027, 5, 3, 9):
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    organization = Organization.objects.get()
    assert (organization.qualified_since, organization.suspended_on) == (date(2027, 5, 3), None)


def test_everybody_reads_the_decision_in_their_language(sent, reviewer):
    qualification.decline(sent.pk, reason="Pas un OBNL.", version=sent.version, by=reviewer)
    letters = {m.language: m for m in Message.objects.filter(kind="orgs/declined")}
    assert letters["fr"].to == ["info@sainte-anne.example"]
    assert letters["en"].to == [sent.submitted_by.email]
    assert all("Pas un OBNL." in m.text for m in letters.values())
    assert Organization.objects.get().qualified_since is None


def test_the_slower_one_is_told_who_decided_and_what(sent, reviewer):
    qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    with pytest.raises(ValidationError, match=r"Quinn Arsenault decided .* Qualified"):
        qualification.decline(sent.pk, reason="No.", version=sent.version, by=UserFactory())
    assert Application.objects.get().status == "qualified"


def test_who_has_not_read_the_answer_does_not_decide(sent, applicant, reviewer):
    inquiry = qualification.ask(sent.pk, question="?", version=sent.version, by=reviewer)
    qualification.answer(inquiry, text="!", by=applicant)
    with pytest.raises(ValidationError, match="has changed since"):
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    assert Application.objects.get().status == "in_review"


def test_a_claim_is_taken_over_and_both_are_written(sent, reviewer):
    qualification.claim(sent.pk, by=reviewer)
    other = UserFactory()
    qualification.claim(sent.pk, by=other)
    assert Application.objects.get().claimed_by == other
    assert [e.by for e in Entry.objects.about(sent)[:2]] == [other, reviewer]


def test_reminders_go_out_once_each(sent, reviewer):
    with at(2026, 11, 2, 10):
        qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    counts = []
    for day in (6, 7, 7, 16, 17, 18):
        with at(2026, 11, day, 7):
            remind()
        counts.append(Message.objects.filter(kind="orgs/reminder").count())
    with at(2026, 12, 2, 7):
        remind()
    counts.append(Message.objects.filter(kind="orgs/reminder").count())
    assert counts == [0, 2, 2, 2, 4, 4, 6]


def test_nobody_is_reminded_who_answered(sent, applicant, reviewer):
    with at(2026, 11, 2, 10):
        inquiry = qualification.ask(sent.pk, question="?", version=sent.version, by=reviewer)
        qualification.answer(inquiry, text="!", by=applicant)
    with at(2026, 11, 20, 7):
        assert reminders.send_due() == 0


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_are_one_decision(sent, reviewer):
    other = UserFactory(is_staff=True)
    results = at_once(
        lambda: qualification.qualify(sent.pk, version=sent.version, by=reviewer),
        lambda: qualification.decline(sent.pk, reason="No.", version=sent.version, by=other),
    )
    assert sorted(type(r).__name__ for r in results) == ["Application", "ValidationError"]
    decisions = Entry.objects.filter(action__in=["application.qualified", "application.declined"])
    assert decisions.count() == 1
    sent.refresh_from_db()
    is_qualified = Organization.objects.get().qualified_since is not None
    assert is_qualified == (sent.status == "qualified")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_decide(sent, reviewer, monkeypatch):
    """The twin: it shows that the race is real, and that the lock is what ends it."""
    together = Barrier(2)

    def unlocked(self, *, pk):
        found = self.get(pk=pk)
        if self.model is Application:
            together.wait()
        return found

    monkeypatch.setattr("orgs.models.application.ApplicationQuerySet.lock", unlocked)
    at_once(
        lambda: qualification.qualify(sent.pk, version=sent.version, by=reviewer),
        lambda: qualification.decline(sent.pk, reason="No.", version=sent.version, by=reviewer),
    )
    decisions = Entry.objects.filter(action__in=["application.qualified", "application.declined"])
    assert decisions.count() == 2


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_once(complete, applicant):
    at_once(*[lambda: qualification.submit(complete.pk, by=applicant)] * 3)
    assert Entry.objects.filter(action="application.submitted").count() == 1
    assert Message.objects.filter(kind="orgs/received").count() == 2
