"""orgs/drafts.py: kept, reminded of, put away, taken up again, cleared."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from mail.models import Message
from orgs import drafts, qualification, registration
from orgs.models import Application, Document, Organization
from orgs.tasks import put_away_drafts
from tests.conftest import at_once
from tests.factories import OrganizationFactory, UserFactory


def after(draft, *, days):
    """Stand so many days after a draft was saved last."""
    return time_machine.travel(draft.saved_at + timedelta(days=days, minutes=5), tick=False)


def test_the_author_is_reminded_after_7_60_and_85_days_once_each(complete):
    counts = []
    for days in (6, 7, 8, 8, 59, 60, 84, 85, 86, 89):
        with after(complete, days=days):
            put_away_drafts()
        counts.append(Message.objects.count())
    assert counts == [0, 1, 1, 1, 1, 2, 2, 3, 3, 3]
    kinds = [m.kind for m in Message.objects.order_by("pk")]
    assert kinds == ["orgs/draft_waits", "orgs/draft_waits", "orgs/draft_ends"]
    assert {a for m in Message.objects.all() for a in m.to} == {complete.started_by.email}


def test_who_saves_again_starts_the_days_again(draft):
    with after(draft, days=80):
        Application.objects.update(saved_at=timezone.now())
    with after(draft, days=86):
        assert drafts.sweep() == 0


def test_after_90_days_it_is_put_away_and_its_numbers_are_free(complete):
    with after(complete, days=91):
        put_away_drafts()
    complete.refresh_from_db()
    organization = Organization.objects.get()
    assert complete.status == "put_away"
    assert organization.closed_on is not None
    assert not registration.is_taken("neq", "1100000125", by=OrganizationFactory())
    assert Document.objects.count() == 1, "it can be taken up again"


def test_it_is_taken_up_again_with_its_numbers_and_papers(complete, applicant):
    drafts.discard(complete.pk, by=applicant)
    again = drafts.take_up(complete.pk, by=applicant)
    organization = Organization.objects.get()
    assert again.is_draft
    assert (organization.neq, organization.closed_on) == ("1100000125", None)
    assert Document.objects.count() == 1


def test_a_number_that_somebody_took_meanwhile_is_left_to_them(complete, applicant):
    drafts.discard(complete.pk, by=applicant)
    OrganizationFactory(neq="1100000125")
    drafts.take_up(complete.pk, by=applicant)
    assert Organization.objects.get(pk=complete.organization_id).neq == ""


def test_thirty_days_later_nothing_is_left_of_it(
    complete, applicant, private_files, django_capture_on_commit_callbacks
):
    drafts.discard(complete.pk, by=applicant)
    complete.refresh_from_db()
    with after(complete, days=29):
        assert drafts.clear() == 0
    with after(complete, days=31), django_capture_on_commit_callbacks(execute=True):
        assert drafts.clear() == 1
        assert drafts.clear() == 0
        with pytest.raises(ValidationError, match="is gone"):
            drafts.take_up(complete.pk, by=applicant)
    assert not Document.objects.exists()
    assert not applicant.memberships.exists()
    assert [path for path in private_files.rglob("*") if path.is_file()] == []


def test_what_was_sent_is_not_thrown_away(sent, applicant):
    with pytest.raises(ValidationError, match="has been sent"):
        drafts.discard(sent.pk, by=applicant)
    with after(sent, days=200):
        assert drafts.sweep() == 0


def test_throwing_away_twice_is_once(draft, applicant):
    for _ in range(2):
        drafts.discard(draft.pk, by=applicant)
    assert Entry.objects.filter(action="application.put_away").count() == 1


def test_the_page_offers_the_way_back(client, complete, applicant):
    client.force_login(applicant)
    number = complete.organization.number
    dashboard = reverse("dashboard", args=[number])
    assert "Throw this draft away" in client.get(dashboard).text
    page = client.post(reverse("orgs:discard", args=[number]), follow=True)
    assert "Take it up again" in page.text
    page = client.post(reverse("orgs:take_up", args=[number]), follow=True)
    assert "Your draft is back" in page.text
    complete.refresh_from_db()
    assert complete.is_draft


def test_drafts_are_named_where_one_chooses(client, complete, applicant):
    registration.start(by=applicant)
    client.force_login(applicant)
    assert client.get(reverse("organizations")).text.count("A draft waits") == 2


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_sent_as_it_is_put_away_is_one_or_the_other(complete, applicant):
    at_once(
        lambda: qualification.submit(complete.pk, by=applicant),
        lambda: drafts.discard(complete.pk, by=applicant),
    )
    complete.refresh_from_db()
    is_closed = Organization.objects.get().closed_on is not None
    assert (complete.status, is_closed) in {("submitted", False), ("put_away", True)}


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_nights_at_once_clear_once(complete, applicant):
    drafts.discard(complete.pk, by=applicant)
    Application.objects.update(saved_at=timezone.now() - timedelta(days=31))
    assert sorted(at_once(drafts.clear, drafts.clear)) == [0, 1]
    assert not Document.objects.exists()


def test_a_stranger_throws_nothing_away(client, complete):
    client.force_login(UserFactory())
    url = reverse("orgs:discard", args=[complete.organization.number])
    assert client.post(url).status_code == 404
    complete.refresh_from_db()
    assert complete.is_draft
