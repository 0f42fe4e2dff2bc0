from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from orgs import qualification, queue, staff
from orgs.days import today
from orgs.models import Application, Organization, SavedView
from tests.factories import ApplicationFactory, MembershipFactory, UserFactory

LIST = "/admin/orgs/application/"


@pytest.fixture
def desk(client, reviewer):
    """The reviewer, signed in."""
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def each_view(reviewer):
    """One application that is in each view, and a draft that is in none."""
    day, waiting = today(), {"status": "in_review", "due_on": today() + timedelta(days=5)}
    first = ApplicationFactory(status="declined", due_on=day)
    made = {
        "waiting": ApplicationFactory(**waiting),
        "mine": ApplicationFactory(**waiting, claimed_by=reviewer),
        "late": ApplicationFactory(**waiting | {"due_on": day - timedelta(days=1)}),
        "applicant": ApplicationFactory(status="info_needed", waiting_since=day, due_on=day),
        "renewals": ApplicationFactory(**waiting, kind="renewal"),
        "appeals": ApplicationFactory(**waiting, kind="appeal", previous=first),
        "decided": first,
    }
    ApplicationFactory()
    return made


@pytest.mark.parametrize("view", queue.View.values)
def test_a_view_has_its_own_and_as_many_as_it_says(desk, each_view, reviewer, view):
    rows = list(queue.rows(view, by=reviewer, on=today()))
    assert each_view[view] in rows
    assert queue.counts(by=reviewer, on=today())[view] == len(rows)
    page = desk.get(LIST, {"view": view})
    assert list(page.context["cl"].result_list) == rows


def test_without_a_filter_the_list_is_what_waits_for_us(desk, each_view):
    shown = list(desk.get(LIST).context["cl"].result_list)
    assert each_view["applicant"] not in shown
    assert each_view["decided"] not in shown
    assert shown[0] == each_view["late"]  # soonest due first


def test_a_draft_is_in_no_view(each_view, reviewer):
    counts = queue.counts(by=reviewer, on=today())
    assert counts["waiting"] == 5
    assert counts["decided"] == 1


def test_the_list_takes_few_queries(desk, each_view, django_assert_max_num_queries):
    desk.get(LIST)
    with django_assert_max_num_queries(12):
        desk.get(LIST, {"view": "waiting", "reviewer": "nobody", "province": "QC"})


@pytest.mark.parametrize(
    "text",
    [
        "D-{pk}",
        "d{pk}",
        "{number}",
        "Éléphant",
        "elephant sherbrooke",
        "{bn}",
        "110000012",
        "{email}",
    ],
)
def test_an_application_is_found_by_whatever_staff_know_of_it(desk, sent, applicant, text):
    Organization.objects.update(
        legal_name="Maison de l’Éléphant – Sherbrooke", bn="110000012RR0001"
    )
    organization = Organization.objects.get()
    other = ApplicationFactory(status="submitted").organization
    known = {"pk": sent.pk, "bn": organization.bn, "number": organization.number}
    page = desk.get(LIST, {"q": text.format(**known, email=applicant.email.upper())})
    shown = list(page.context["cl"].result_list)
    assert shown == [sent]
    assert other.applications.get() not in shown


def test_a_search_finds_what_is_decided_too(desk, each_view):
    decided = each_view["decided"]
    assert decided in desk.get(LIST, {"q": f"D-{decided.pk}"}).context["cl"].result_list


def test_the_second_page_begins_where_the_first_ended(desk, each_view, monkeypatch):
    monkeypatch.setattr("orgs.admin.applications.ApplicationAdmin.list_per_page", 2)
    pages = [
        list(desk.get(LIST, {"view": "waiting", "p": n}).context["cl"].result_list)
        for n in (1, 2, 3)
    ]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({row.pk for page in pages for row in page}) == 5


def test_an_application_is_claimed_and_released_from_its_row(desk, sent, reviewer):
    page = desk.get(LIST).text
    assert reverse("admin:orgs_application_claim", args=[sent.pk]) in page

    answer = desk.post(f"/admin/orgs/application/{sent.pk}/claim/?next={LIST}%3Fview%3Dlate")

    assert answer["Location"] == f"{LIST}?view=late"
    sent.refresh_from_db()
    assert (sent.claimed_by, sent.status) == (reviewer, "in_review")
    desk.post(f"/admin/orgs/application/{sent.pk}/release/")
    sent.refresh_from_db()
    assert (sent.claimed_by, sent.status) == (None, "in_review")
    assert Entry.objects.about(sent).first().action == "application.released"


def test_nobody_releases_what_a_colleague_reviews(sent, reviewer):
    qualification.claim(sent.pk, by=UserFactory())
    with pytest.raises(ValidationError, match="do not review"):
        qualification.release(sent.pk, by=reviewer)


def test_the_way_back_leads_nowhere_else(desk, sent):
    answer = desk.post(f"/admin/orgs/application/{sent.pk}/claim/?next=https://elsewhere.example/")
    assert answer["Location"] == LIST


def test_a_view_is_kept_found_and_forgotten(desk, sent, reviewer):
    for query in ("view=late", "view=late&province=QC"):
        desk.post(f"{LIST}views/", {"name": "Québec", "query": query})
    view = SavedView.objects.get(owner=reviewer)
    assert view.query == "view=late&province=QC"
    page = desk.get(f"{LIST}?{view.query}")
    assert '">Québec</a>' in page.text.replace(' aria-current="page"', "")

    desk.post(f"{LIST}views/{view.pk}/forget/")

    assert not SavedView.objects.exists()


def test_a_view_without_a_name_is_not_kept(desk, sent):
    page = desk.post(f"{LIST}views/", {"name": " ", "query": "view=late"}, follow=True)
    assert "Give the view a name" in page.text
    assert not SavedView.objects.exists()


def test_a_colleagues_view_is_not_there(desk, sent):
    view = SavedView.objects.create(owner=UserFactory(), name="Mine", query="view=late")
    assert "Mine" not in desk.get(LIST).text
    assert desk.post(f"{LIST}views/{view.pk}/forget/").status_code == 404


def test_what_comes_next_is_the_soonest_that_no_colleague_has(each_view, reviewer):
    late = each_view["late"]
    assert queue.next_of("waiting", by=reviewer, on=today()) == late.pk
    Application.objects.filter(pk=late.pk).update(claimed_by=UserFactory())
    after = queue.next_of("waiting", by=reviewer, on=today(), after=each_view["waiting"])
    assert after not in {late.pk, each_view["waiting"].pk}


@pytest.mark.parametrize("address", ["1/claim/", "1/release/", "views/", "views/1/forget/"])
def test_other_staff_change_nothing_in_the_queue(client, sent, address):
    staff.ensure_groups()
    fay = UserFactory(is_staff=True)
    fay.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(fay)
    assert client.post(f"{LIST}{address}").status_code == 403


def test_members_have_no_queue(client, sent):
    client.force_login(MembershipFactory().user)
    assert client.get(LIST).status_code in {302, 403, 404}
