"""R11 and R12: staff who decide at once, and an applicant who writes meanwhile."""

from threading import Barrier

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from orgs import qualification, thread
from orgs.models import Application, Inquiry, Organization, Remark
from tests.conftest import at_once
from tests.factories import UserFactory

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

FINAL = ("application.qualified", "application.declined")


def deeds_on(application, staff):
    """What each of the staff does with the version that they all see."""
    pk, version = application.pk, application.version
    acts = (
        lambda by: qualification.qualify(pk, version=version, by=by),
        lambda by: qualification.decline(pk, version=version, reason="No.", by=by),
        lambda by: qualification.ask(pk, version=version, question="Page 2?", by=by),
    )
    return [lambda act=acts[n % 3], by=by: act(by) for n, by in enumerate(staff)]


@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_of_all_who_act_at_once_on_one_version_one_does(sent, count):
    staff = [UserFactory(is_staff=True, last_name=f"Roy {n}") for n in range(count)]
    results = at_once(*deeds_on(sent, staff))
    refused = [r for r in results if isinstance(r, ValidationError)]
    assert len(refused) == count - 1, results
    decisions = Entry.objects.filter(action__in=FINAL)
    sent.refresh_from_db()
    assert decisions.count() + Inquiry.objects.count() == 1
    if sent.is_decided:
        assert all(str(sent.decided_by) in r.messages[0] for r in refused), "they read who did"
    else:
        assert sent.status == "info_needed"
    is_qualified = Organization.objects.get().qualified_since is not None
    assert is_qualified == (sent.status == "qualified")


def unlocked(monkeypatch, *, parties):
    """Everybody reads the application before anybody writes it."""
    together = Barrier(parties)

    def lock(self, *, pk):
        found = self.get(pk=pk)
        if self.model is Application:
            together.wait(timeout=10)
        return found

    monkeypatch.setattr("orgs.models.application.ApplicationQuerySet.lock", lock)


def test_control_without_the_lock_several_do(sent, monkeypatch):
    """The twin: it shows that the race is real, and that the lock is what ends it."""
    unlocked(monkeypatch, parties=2)
    staff = [UserFactory(is_staff=True) for _ in range(2)]
    results = at_once(*deeds_on(sent, staff))
    assert not [r for r in results if isinstance(r, ValidationError)]
    assert Entry.objects.filter(action__in=FINAL).count() == 2


def test_what_the_applicant_adds_is_seen_or_comes_too_late(sent, applicant, reviewer):
    added, decided = at_once(
        lambda: thread.remark(sent.pk, by=applicant, words="We moved."),
        lambda: qualification.qualify(sent.pk, version=sent.version, by=reviewer),
    )
    assert isinstance(added, ValidationError) != isinstance(decided, ValidationError)
    sent.refresh_from_db()
    assert (sent.status == "qualified") == isinstance(added, ValidationError)
    assert Remark.objects.exists() == isinstance(decided, ValidationError)


def test_an_answer_is_seen_or_comes_too_late(sent, applicant, reviewer):
    inquiry = qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)
    version = Application.objects.get().version
    answered, decided = at_once(
        lambda: qualification.answer(inquiry, by=applicant, text="Here."),
        lambda: qualification.decline(sent.pk, version=version, reason="No.", by=reviewer),
    )
    assert isinstance(answered, ValidationError) != isinstance(decided, ValidationError)
    inquiry.refresh_from_db()
    assert (inquiry.answered_at is None) == isinstance(answered, ValidationError)


def test_control_without_the_lock_an_addition_is_decided_over_unread(
    sent, applicant, reviewer, monkeypatch
):
    """The twin: staff decide on what they never saw."""
    unlocked(monkeypatch, parties=2)
    added, decided = at_once(
        lambda: thread.remark(sent.pk, by=applicant, words="We moved."),
        lambda: qualification.qualify(sent.pk, version=sent.version, by=reviewer),
    )
    assert isinstance(added, Remark)
    assert isinstance(decided, Application)
