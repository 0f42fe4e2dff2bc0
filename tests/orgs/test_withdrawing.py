"""orgs/withdrawing.py: an applicant takes an application back, and nothing is lost."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from mail.models import Message
from orgs import appeals, qualification, renewal, thread, withdrawing
from orgs.contents import examine_all
from orgs.days import today
from orgs.history import deeds
from orgs.models import Application, Document, Organization
from tests.conftest import at_once
from tests.orgs.conftest import pdf
from tests.orgs.test_renewal import BUDGET


def asked(sent, reviewer):
    return qualification.ask(sent.pk, by=reviewer, question="Page 2?", version=sent.version)


def claimed(sent, reviewer):
    qualification.claim(sent.pk, by=reviewer)


@pytest.mark.parametrize("before", [lambda *_: None, claimed, asked])
def test_whatever_staff_have_is_a_draft_again(sent, applicant, reviewer, before):
    before(sent, reviewer)
    thread.remark(sent.pk, by=applicant, words="We moved.", files=examine_all([pdf()]))
    papers = set(Document.objects.values_list("pk", flat=True))
    for _ in range(2):
        found = withdrawing.withdraw(sent.pk, by=applicant)
    assert found.is_draft
    assert (found.submitted_at, found.due_on, found.claimed_by) == (None, None, None)
    assert set(Document.objects.values_list("pk", flat=True)) == papers
    assert Entry.objects.filter(action="application.draft").count() == 1
    assert deeds(found)[0].words == "Taken back by the applicant"

    again = qualification.submit(found.pk, by=applicant)
    assert again.due_on is not None
    assert {"We moved."} <= {post.text for post in thread.posts(again)}
    letters = Message.objects.filter(kind="orgs/received", to__contains=[applicant.email])
    assert letters.count() == 2, "sent twice, said twice"


def test_a_renewal_goes_back_to_its_page(client, owner):
    owner.organization.qualified_until = today() + timedelta(days=30)
    owner.organization.save()
    draft = renewal.save(owner.organization, by=owner.user, version=0, words="", budget=BUDGET)
    renewal.send(draft, by=owner.user)
    client.force_login(owner.user)
    page = client.post(reverse("orgs:withdraw", args=[owner.organization.number]))
    assert page.url == reverse("orgs:renew", args=[owner.organization.number])
    assert client.get(page.url).context["draft"] == draft


def test_what_is_decided_stays_and_an_appeal_too(sent, applicant, reviewer):
    qualification.decline(sent.pk, by=reviewer, version=sent.version, reason="A business.")
    with pytest.raises(ValidationError, match="decided this application"):
        withdrawing.withdraw(sent.pk, by=applicant)
    appeal = appeals.send(sent.organization, by=applicant, words="It is not.")
    with pytest.raises(ValidationError, match="cannot be taken back"):
        withdrawing.withdraw(appeal.pk, by=applicant)
    appeal.refresh_from_db()
    assert appeal.status == "submitted"


def test_who_decides_meanwhile_reads_that_it_was_taken_back(sent, applicant, reviewer):
    withdrawing.withdraw(sent.pk, by=applicant)
    with pytest.raises(ValidationError, match="taken it back"):
        qualification.qualify(sent.pk, by=reviewer, version=sent.version)


def test_the_page_asks_first_and_leads_to_the_tasks(client, sent, applicant, reviewer):
    inquiry = asked(sent, reviewer)
    client.force_login(applicant)
    number = sent.organization.number
    ask = reverse("orgs:withdraw", args=[number])
    assert ask in client.get(reverse("orgs:application", args=[number])).content.decode()
    assert "begin again" in client.get(ask).content.decode()
    sent.refresh_from_db()
    assert sent.status == "info_needed", "reading changes nothing"
    page = client.post(ask, follow=True)
    assert page.redirect_chain[-1][0] == reverse("orgs:tasks", args=[number])
    answer = reverse("orgs:answer", args=[number, inquiry.pk])
    assert answer in page.content.decode(), "the question waits there"
    qualification.submit(sent.pk, by=applicant)
    qualification.decline(
        sent.pk, by=reviewer, version=Application.objects.get().version, reason="No."
    )
    page = client.post(ask, follow=True)
    assert "decided this application" in page.content.decode()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_decision_or_the_applicant_is_first(sent, applicant, reviewer):
    decided, back = both(sent, applicant, reviewer)
    assert isinstance(decided, ValidationError) != isinstance(back, ValidationError)
    sent.refresh_from_db()
    assert sent.is_draft == isinstance(decided, ValidationError)
    assert (Organization.objects.get().qualified_since is None) == sent.is_draft


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_nobody_is_told(sent, applicant, reviewer, monkeypatch):
    together = Barrier(2)

    def lock(self, *, pk):
        found = self.get(pk=pk)
        with suppress(BrokenBarrierError):  # the second look of one of them
            together.wait(timeout=2)
        return found

    monkeypatch.setattr("orgs.models.application.ApplicationQuerySet.lock", lock)
    results = both(sent, applicant, reviewer)
    assert not [r for r in results if isinstance(r, ValidationError)]


def both(sent, applicant, reviewer):
    return at_once(
        lambda: qualification.qualify(sent.pk, version=sent.version, by=reviewer),
        lambda: withdrawing.withdraw(sent.pk, by=applicant),
    )
