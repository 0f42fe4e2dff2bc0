from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgs import clock, statistics
from orgs.days import TORONTO
from orgs.holidays import holidays_of
from orgs.models import Application, Inquiry
from tests.factories import ApplicationFactory

ON = date(2026, 7, 10)  # a Friday
PROVINCES = ("ON", "QC", "BC")


def at(day):
    return datetime(day.year, day.month, day.day, 10, tzinfo=TORONTO)


def decided(sent_on, decided_on, *, province="ON", pauses=(), kind="first", status="qualified"):
    """An application with questions asked and answered on these days (None: never)."""
    application = ApplicationFactory(
        organization__province=province,
        status=status,
        kind=kind,
        submitted_at=at(sent_on),
        decided_at=at(decided_on) if decided_on else None,
    )
    for asked, answered in pauses:
        inquiry = Inquiry.objects.create(application=application, question="?")
        moments = {"asked_at": at(asked), "answered_at": at(answered) if answered else None}
        Inquiry.objects.filter(pk=inquiry.pk).update(**moments)
    return application


def median():
    return statistics.report(weeks=26, on=ON).total.median


def test_days_are_business_days_of_the_province(db):
    # St-Jean-Baptiste (24 June) is a holiday in Quebec, and Canada Day (1 July) in both.
    decided(date(2026, 6, 22), date(2026, 7, 3), province="QC")
    assert median() == 7
    Application.objects.update(submitted_at=at(date(2026, 6, 22)))
    Application.objects.get().organization.__class__.objects.update(province="ON")
    assert median() == 8


def test_days_on_which_the_applicant_was_awaited_do_not_count(db):
    decided(date(2026, 6, 8), date(2026, 6, 19), pauses=[(date(2026, 6, 9), date(2026, 6, 16))])
    assert median() == 4


def test_two_questions_at_once_are_one_wait(db):
    pauses = [(date(2026, 6, 9), date(2026, 6, 12)), (date(2026, 6, 10), date(2026, 6, 16))]
    decided(date(2026, 6, 8), date(2026, 6, 19), pauses=pauses)
    assert median() == 4


def test_a_question_that_was_never_answered_ends_with_the_decision(db):
    decided(date(2026, 6, 8), date(2026, 6, 19), pauses=[(date(2026, 6, 9), None)])
    assert median() == 1


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    province=st.sampled_from(PROVINCES),
    sent=st.dates(date(2026, 2, 1), date(2026, 5, 1)),
    steps=st.lists(st.integers(0, 9), min_size=3, max_size=3),
)
def test_the_database_counts_as_the_clock_does(db, province, sent, steps):
    asked, answered, end = (sent + timedelta(days=sum(steps[: n + 1])) for n in range(3))
    Inquiry.objects.all().delete()
    Application.objects.all().delete()
    decided(sent, end, province=province, pauses=[(asked, answered)])
    holidays = holidays_of(province, [2026])
    between = clock.business_days_between
    expected = between(sent, asked, holidays) + between(answered, end, holidays)
    assert median() == expected


def test_weeks_kinds_and_ages(db):
    for n in range(10):
        decided(date(2026, 6, 1), date(2026, 6, 2 + n))
    decided(date(2026, 6, 29), date(2026, 7, 6), kind="renewal", status="declined")
    decided(ON - timedelta(days=1), None, status="submitted")
    decided(date(2026, 6, 1), None, status="in_review")
    decided(date(2026, 6, 1), None, status="draft").delete()
    found = statistics.report(weeks=6, on=ON)
    assert list(found.weeks) == [date(2026, 6, 1) + timedelta(weeks=n) for n in range(6)]
    assert (found.weeks[date(2026, 6, 1)].received, found.weeks[date(2026, 6, 1)].decided) == (
        11,
        6,
    )
    assert (found.kinds["first"].decided, found.kinds["renewal"].decided) == (10, 1)
    assert (found.total.received, found.total.decided) == (13, 11)
    assert found.kinds["first"].ninth == pytest.approx(7.1)
    assert found.ages == [1, 0, 0, 1]


@pytest.fixture
def desk(client, reviewer):
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


PAGE = "/admin/orgs/application/statistics/"


def test_the_page_has_plots_and_says_the_same_in_a_table(desk, django_assert_max_num_queries):
    decided(date.today() - timedelta(days=4), date.today())
    with django_assert_max_num_queries(12):
        page = desk.get(PAGE, {"weeks": 13})
    assert page.text.count('role="img"') == 2
    assert page.text.count("<polyline") >= 2
    assert "style=" not in page.text.split('<div class="figures">')[1]
    assert len(page.context["report"].weeks) == 13


def test_the_table_can_be_taken_along(desk):
    decided(date.today() - timedelta(days=4), date.today())
    answer = desk.get(PAGE, {"format": "csv", "weeks": 13})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.text.lstrip("\ufeff").splitlines()
    assert lines[0] == "Part,Of,Came in,Decided,Median,90th percentile"
    assert len(lines) == 1 + 13 + 4 + 4


def test_members_see_no_statistics(client, applicant):
    client.force_login(applicant)
    assert client.get(PAGE).status_code in {302, 403, 404}
