"""orgs/renewal.py: the facts confirmed, the budget of today, sent in before or after the end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from mail.models import Message
from orgs import qualification, reminders, renewal, statements
from orgs.days import today
from orgs.models import Application, ChangeRequest, Document, NewBudget, Organization
from orgs.registration import ChangedMeanwhile
from orgs.tasks import remind
from tests.conftest import at_once
from tests.orgs.conftest import pdf
from tests.orgs.test_qualification import at

BUDGET = {"annual_budget": Decimal("610000.00"), "budget_source": "return", "budget_year": 2025}
TYPED = {"annual_budget": "610,000.00", "budget_source": "return", "budget_year": "2025"}


@pytest.fixture
def due(owner):
    """The owner of an organization whose qualification ends in 30 days."""
    organization = owner.organization
    organization.qualified_until = today() + timedelta(days=30)
    organization.save()
    return owner


def save(due, *, version=0, **more):
    values = {"by": due.user, "version": version, "budget": BUDGET} | more
    return renewal.save(due.organization, **values)


def sent(due):
    return renewal.send(save(due), by=due.user)


def page_of(due):
    return reverse("orgs:renew", args=[due.organization.number])


@pytest.mark.parametrize(
    ("left", "is_open"), [(61, False), (60, True), (0, True), (-1, True), (-400, True)]
)
def test_it_opens_60_days_ahead_and_stays_open_after_the_end(owner, left, is_open):
    owner.organization.qualified_until = today() + timedelta(days=left)
    assert renewal.is_open(owner.organization, None, on=today()) == is_open


@pytest.mark.parametrize("day", ["suspended_on", "closed_on"])
def test_it_is_not_for_what_is_suspended_or_closed(due, day):
    Organization.objects.filter(pk=due.organization_id).update(**{day: today()})
    with pytest.raises(ValidationError, match="cannot be renewed now"):
        save(due)


def test_the_new_budget_is_in_force_once_it_is_accepted(due, reviewer):
    application = sent(due)
    due.organization.refresh_from_db()
    assert due.organization.annual_budget == Decimal("500000.00")
    qualification.qualify(application.pk, by=reviewer, version=application.version)
    was_until = due.organization.qualified_until
    due.organization.refresh_from_db()
    assert due.organization.annual_budget == Decimal("610000.00")
    assert due.organization.budget_source == "return"
    assert due.organization.qualified_until.year == was_until.year + 2
    entry = Entry.objects.about(due.organization).get(action="organization.changed")
    assert entry.data["fields"] == ["annual_budget", "budget_source"]


def test_a_refused_renewal_changes_no_fact(due, reviewer):
    application = sent(due)
    qualification.decline(application.pk, by=reviewer, version=application.version, reason="No.")
    due.organization.refresh_from_db()
    assert due.organization.annual_budget == Decimal("500000.00")


def test_what_was_confirmed_and_declared_is_in_the_trail(due):
    application = renewal.send(save(due, words="We moved."), by=due.user)
    entry = Entry.objects.about(application).get(action="application.confirmed")
    assert "We moved." in entry.note
    assert "610,000.00" in entry.note
    assert entry.data["version"] == statements.RENEWAL_VERSION


def test_two_windows_do_not_overwrite_each_other(due):
    draft = save(due)
    save(due, version=draft.version, words="First.")
    with pytest.raises(ChangedMeanwhile):
        save(due, version=draft.version, words="Second.")
    with pytest.raises(ChangedMeanwhile):
        save(due, version=0)
    assert Application.objects.get().words == "First."


def test_it_is_begun_saved_and_sent_in_the_browser(client, due, reviewer):
    client.force_login(due.user)
    dashboard = reverse("dashboard", args=[due.organization.number])
    assert page_of(due) in client.get(dashboard).text
    page = client.post(page_of(due), TYPED | {"version": 0, "papers": pdf()}, follow=True)
    assert "lettres.pdf" in page.text
    assert 'value="610,000.00"' in page.text
    again = TYPED | {"version": 2, "words": "We moved.", "send": "1"}
    refused = client.post(page_of(due), again)
    assert refused.status_code == 422
    assert "Confirm that the facts are right" in refused.text
    assert "We moved." in refused.text

    page = client.post(page_of(due), again | {"confirmed": "on"}, follow=True)

    assert "Your renewal is sent" in page.text
    application = Application.objects.get()
    assert (application.kind, application.status) == ("renewal", "submitted")
    assert application.files.get() == Document.objects.get()
    assert NewBudget.objects.get().annual_budget == Decimal("610000.00")
    assert client.get(page_of(due)).status_code == 302


def test_sending_needs_a_budget_and_saving_does_not(client, due):
    client.force_login(due.user)
    empty = {"version": 0, "annual_budget": ""}
    refused = client.post(page_of(due), empty | {"send": "1"})
    for text in ("Give the yearly budget", "where this figure comes from", "for which year"):
        assert text in refused.text
    assert not Application.objects.exists()
    assert client.post(page_of(due), empty).status_code == 302


def test_another_window_is_told_of_and_what_was_typed_stays(client, due):
    client.force_login(due.user)
    save(due, words="In the first.")
    page = client.post(page_of(due), TYPED | {"version": 0, "words": "In the second."})
    assert page.status_code == 422
    assert "another window" in page.text
    assert "In the second." in page.text
    assert Application.objects.get().words == "In the first."


def test_changes_that_are_asked_for_stand_beside_the_facts(
    client, due, django_assert_max_num_queries
):
    ChangeRequest.objects.create(
        organization=due.organization,
        subject="name",
        old={"legal_name": due.organization.legal_name},
        new={"legal_name": "Maison Nouvelle"},
        sent_by=due.user,
        due_on=today(),
    )
    client.force_login(due.user)
    with django_assert_max_num_queries(12):
        assert "Maison Nouvelle" in client.get(page_of(due)).text


def test_too_early_the_page_says_from_when(client, owner):
    client.force_login(owner.user)
    page = client.get(reverse("orgs:renew", args=[owner.organization.number]))
    assert "November 16, 2035" in page.text


def test_staff_see_that_it_is_a_renewal(client, due, reviewer, settings):
    settings.DEBUG = True
    application = sent(due)
    client.force_login(reviewer)
    url = reverse("admin:orgs_application_review", args=[application.pk])
    assert "610" in client.get(url).text


def test_reminders_of_the_end_go_out_at_60_30_7_days_and_after_once_each(owner):
    Organization.objects.update(qualified_until=date(2026, 12, 31))
    counts = []
    for day in ((2026, 10, 31), (2026, 11, 1), (2026, 11, 2), (2026, 12, 1), (2026, 12, 1)):
        with at(*day, 7):
            remind()
        counts.append(Message.objects.filter(kind="orgs/ends").count())
    with at(2026, 12, 24, 7):
        remind()
    counts.append(Message.objects.filter(kind="orgs/ends").count())
    with at(2027, 1, 1, 7):
        remind()
        remind()
    assert counts == [0, 2, 2, 4, 4, 6]
    assert Message.objects.filter(kind="orgs/ended").count() == 2


def test_nobody_is_reminded_whose_renewal_is_with_us(due):
    sent(due)
    assert reminders.remind_of_ends() == 0


def test_the_day_we_promised_and_missed_is_owned_up_to_once(due):
    with at(2026, 11, 2, 10):
        application = Application.objects.create(
            organization=due.organization, status="submitted", due_on=date(2026, 11, 16)
        )
    for day in (16, 17, 18):
        with at(2026, 11, day, 7):
            reminders.own_up()
    letters = Message.objects.filter(kind="orgs/late")
    assert letters.count() == 2
    assert all(str(application) in m.subject and "November 16, 2026" in m.text for m in letters)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_double_click_begins_and_sends_one(due):
    results = at_once(*[lambda: sent(due)] * 3)
    assert Application.objects.filter(kind="renewal").count() == 1
    assert sorted(type(r).__name__ for r in results) == [
        "Application",
        "ChangedMeanwhile",
        "ChangedMeanwhile",
    ]
