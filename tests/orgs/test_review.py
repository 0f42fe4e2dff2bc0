"""The review page: what it shows, who is told what, and what comes after a decision."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from orgs import qualification
from orgs.admin.decisions import CHECKLIST
from orgs.models import Application, Inquiry, NewBudget, Organization, ReadyText
from tests.factories import ApplicationFactory, MembershipFactory, UserFactory


def review(application):
    return reverse("admin:orgs_application_review", args=[application.pk])


def past(application):
    return reverse("admin:orgs_application_past", args=[application.pk])


def act(client, application, what, **typed):
    application.refresh_from_db()
    url = reverse("admin:orgs_application_act", args=[application.pk])
    return client.post(url, {"act": what, "version": application.version} | typed)


@pytest.fixture
def desk(client, reviewer):
    """The reviewer, signed in."""
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def colleague(reviewer):
    person = UserFactory(is_staff=True, first_name="Ada", last_name="Fortin")
    person.groups.add(Group.objects.get(name="qualification"))
    return person


@pytest.mark.parametrize("kind", ["first", "renewal"])
@pytest.mark.parametrize("bn", ["", "000005000RR0001"])
def test_an_application_takes_few_queries(desk, sent, kind, bn, django_assert_max_num_queries):
    Application.objects.filter(pk=sent.pk).update(kind=kind)
    if bn:
        Organization.objects.filter(pk=sent.organization_id).update(kind="charity", bn=bn)
    desk.get(review(sent))
    with django_assert_max_num_queries(12):
        desk.get(review(sent))


def test_a_long_thread_takes_few_queries(
    desk, sent, reviewer, applicant, django_assert_max_num_queries
):
    for _n in range(3):
        inquiry = qualification.ask(
            sent.pk, question="?", by=reviewer, version=Application.objects.get(pk=sent.pk).version
        )
        qualification.answer(inquiry, text="!", by=applicant)
        qualification.note(sent.pk, by=reviewer, text="Note")
    desk.get(review(sent))
    with django_assert_max_num_queries(12):
        page = desk.get(review(sent))
    assert "Questions and answers" in page.text
    assert "Notes for colleagues" in page.text


def test_each_fact_says_where_it_is_from(desk, sent):
    page = desk.get(review(sent))
    assert page.text.count("Declared") >= 5


def test_the_documents_are_on_the_page_as_pictures(desk, sent):
    document = sent.organization.documents.get()
    document.pages.create(number=1, image="pages/x", width=600, height=800)
    page = desk.get(review(sent)).text
    picture = reverse("admin:orgs_document_page", args=[document.pk, 1])
    assert f'src="{picture}"' in page
    assert reverse("admin:orgs_document_download", args=[document.pk]) in page


def test_what_a_register_proves_is_ticked_with_its_source(desk, sent, monkeypatch):
    monkeypatch.setattr(
        "orgs.evidence.judge",
        lambda organization, found, *entries: found.proves.update(name="charity register, today"),
    )
    page = desk.get(review(sent))
    points = {key: (is_done, source) for key, _text, is_done, source in page.context["checklist"]}
    assert points["name"] == (True, "charity register, today")
    assert points["address"] == (False, "")
    assert "– charity register, today" in page.text
    act(desk, sent, "save", checklist=["address"])
    points = {key: done for key, _t, done, _s in desk.get(review(sent)).context["checklist"]}
    assert (points["name"], points["address"]) == (False, True)


def test_it_is_given_to_a_colleague(desk, sent, colleague):
    assert f'value="{colleague.pk}"' in desk.get(past(sent)).text
    act(desk, sent, "assign", to=colleague.pk)
    sent.refresh_from_db()
    assert (sent.claimed_by, sent.status) == (colleague, "in_review")


@pytest.mark.parametrize("to", ["", "0", "stranger"])
def test_it_is_given_to_nobody_who_does_not_work_on_applications(desk, sent, to):
    to = UserFactory().pk if to == "stranger" else to
    page = act(desk, sent, "assign", to=to)
    assert page.status_code == 409
    assert "Choose the colleague" in page.text


def test_it_is_claimed_and_released_on_the_page(desk, sent, reviewer):
    act(desk, sent, "claim")
    act(desk, sent, "release")
    sent.refresh_from_db()
    assert sent.claimed_by is None


def test_who_was_slower_is_told_who_decided_when_and_why(desk, sent, colleague):
    was = sent.version
    qualification.decline(sent.pk, by=colleague, version=was, reason="Ce sont des papiers privés.")

    page = act(desk, sent, "qualify", checklist=list(CHECKLIST), text="What I wrote")

    assert page.status_code == 409
    for words in (
        "Nothing was done",
        "Ada Fortin decided this application on",
        "privés",
        "What I wrote",
    ):
        assert words in page.text
    assert Organization.objects.get().qualified_since is None
    assert 'id="decide"' not in page.text


def test_after_a_decision_the_next_of_the_queue_is_one_press_away(desk, sent):
    other = ApplicationFactory(status="submitted", due_on=date(2020, 1, 1))
    assert "Next in the queue" not in desk.get(review(sent)).text
    act(desk, sent, "qualify", checklist=list(CHECKLIST))
    assert f'href="{review(other)}"' in desk.get(review(sent)).text


def test_a_renewal_shows_what_changed_since_the_qualification(desk, sent, reviewer, applicant):
    qualification.qualify(sent.pk, by=reviewer, version=sent.version)
    organization = sent.organization
    yesterday = timezone.now() - timedelta(days=1)
    Organization.pgh_event_model.objects.update(pgh_created_at=yesterday)
    Application.objects.update(decided_at=yesterday)
    Organization.objects.update(city="Magog", annual_budget=999)
    renewal = ApplicationFactory(organization=organization, kind="renewal", status="submitted")
    NewBudget.objects.create(application=renewal, annual_budget=5000)
    page = desk.get(review(renewal))
    changed = {change.label: (change.old, change.new) for change in page.context["changes"]}
    assert changed["city"] == ("Sherbrooke", "Magog")
    assert changed["annual budget (CAD)"] == ("999.00", "5000.00")  # what it declares now
    assert "street address" not in changed
    assert "Different since the last qualification" in page.text


def test_an_appeal_shows_the_decision_and_what_is_said_against_it(desk, sent, colleague):
    qualification.decline(sent.pk, by=colleague, version=sent.version, reason="No papers.")
    sent.refresh_from_db()
    appeal = ApplicationFactory(
        organization=sent.organization,
        kind="appeal",
        previous=sent,
        status="submitted",
        words="But!",
    )
    page = desk.get(review(appeal)).text
    for words in ("The decision that is appealed", "No papers.", "Ada Fortin", "But!"):
        assert words in page


def test_the_history_has_deeds_changes_other_applications_and_people(
    desk, sent, applicant, django_assert_max_num_queries
):
    Organization.objects.update(city="Magog")
    earlier = ApplicationFactory(
        organization=sent.organization, status="declined", reason="Then no."
    )
    desk.get(past(sent))
    with django_assert_max_num_queries(12):
        page = desk.get(past(sent)).text
    for words in ("Sent to us", "Magog", f"D-{earlier.pk}", "Then no.", applicant.email):
        assert words in page
    part = desk.get(past(sent), {"part": 1}).text
    assert "<html" not in part
    assert "Sent to us" in part


def test_a_retired_text_is_neither_offered_nor_taken(desk, sent):
    text = ReadyText.objects.filter(kind="reason").first()
    ReadyText.objects.filter(pk=text.pk).update(retired_at="2026-01-01T00:00Z")
    assert text.text_fr not in desk.get(review(sent)).text
    act(desk, sent, "decline", template=text.pk)
    sent.refresh_from_db()
    assert sent.status == "submitted"


def test_a_question_is_not_taken_for_a_reason(desk, sent):
    question = ReadyText.objects.filter(kind="question").first()
    assert act(desk, sent, "decline", template=question.pk).status_code == 409
    act(desk, sent, "ask", template=question.pk)
    assert Inquiry.objects.get().question == question.text_fr


def test_members_do_not_see_the_history(client, sent):
    client.force_login(MembershipFactory().user)
    assert client.get(past(sent)).status_code in {302, 403, 404}
