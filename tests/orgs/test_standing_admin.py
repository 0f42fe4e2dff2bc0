"""Staff's page of how an organization stands: permission, reasons in both languages, the letter."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from audit.models import Entry
from mail.models import Message
from orgs import standing
from orgs.admin.standing import REASONS
from orgs.days import today
from orgs.models import Organization
from tests.factories import ApplicationFactory, MembershipFactory, OrganizationFactory, UserFactory


@pytest.fixture
def desk(client, reviewer, settings):
    """The reviewer, signed in."""
    settings.DEBUG = True  # else a second factor is asked for first
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def org(db):
    """In French, with an administrator who reads English."""
    return MembershipFactory(organization__language="fr").organization


def page_of(org):
    return reverse("admin:orgs_organization_standing", args=[org.pk])


def post(desk, org, act, **typed):
    return desk.post(page_of(org), {"act": act} | typed)


def test_the_page_offers_what_can_be_done(desk, org, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = desk.get(page_of(org))
    assert 'value="suspend"' in page.text
    assert 'value="reinstate"' not in page.text
    change = desk.get(reverse("admin:orgs_organization_change", args=[org.pk]))
    assert page_of(org) in change.text


def test_a_ready_reason_reaches_each_in_their_language(desk, org, reviewer):
    answer = post(desk, org, "suspend", ready="revoked")
    assert answer.status_code == 302
    org.refresh_from_db()
    assert org.suspended_on == today()
    texts = {m.language: m.text for m in Message.objects.filter(kind="orgs/suspended")}
    assert str(REASONS["revoked"]) in texts["en"]
    assert "registre public" in texts["fr"]
    assert Entry.objects.about(org).get().by == reviewer
    page = desk.get(page_of(org))
    assert "registre public" in page.text, "the history has it in the organization's language"


def test_the_letter_is_read_in_each_language_before_and_nothing_is_done(desk, org):
    typed = {"text_fr": "Papiers périmés.", "text_en": "Papers out of date.", "preview": "1"}
    page = post(desk, org, "close", **typed)
    assert "Papiers périmés." in page.text
    assert "Papers out of date." in page.text
    assert page.context["letters"][0][0] == "en"
    assert Organization.objects.get(pk=org.pk).closed_on is None
    assert not Message.objects.exists()


@pytest.mark.parametrize("typed", [{}, {"text_en": "Only in English."}])
def test_without_a_reason_in_its_language_nothing_is_done(desk, org, typed):
    page = post(desk, org, "suspend", **typed)
    assert page.status_code == 422
    for text in typed.values():
        assert text in page.text
    assert Organization.objects.get(pk=org.pk).suspended_on is None


def test_the_slower_one_is_told_and_what_was_typed_stays(desk, org):
    typed = {"text_fr": "Parce que."}
    page = desk.get(page_of(org))
    standing.suspend(org.pk, by=UserFactory(), reason="Already.")
    page = post(desk, org, "suspend", **typed)
    assert page.status_code in {409, 422}
    assert "Parce que." in page.text
    assert Entry.objects.filter(action="organization.suspended").count() == 1


def test_a_merged_organization_offers_nothing(desk, org):
    Organization.objects.filter(pk=org.pk).update(
        closed_on=today(), merged_into=OrganizationFactory()
    )
    assert desk.get(page_of(org)).context["form"] is None
    assert post(desk, org, "reopen", ready="mistake").status_code == 422


@pytest.mark.parametrize("group", ["fulfilment", None])
def test_only_who_may_change_organizations_may(client, org, reviewer, settings, group):
    settings.DEBUG = True
    person = UserFactory(is_staff=True)
    if group:
        person.groups.add(Group.objects.get(name=group))
    client.force_login(person)
    assert client.get(page_of(org)).status_code == 403
    assert client.post(page_of(org), {"act": "suspend", "ready": "revoked"}).status_code == 403
    client.force_login(org.memberships.get().user)
    assert client.get(page_of(org)).status_code in {302, 404}
    assert Organization.objects.get(pk=org.pk).suspended_on is None


def test_the_list_has_each_status_as_a_filter(desk, org, django_assert_max_num_queries):
    url = reverse("admin:orgs_organization_changelist")
    waiting = ApplicationFactory(status="info_needed", waiting_since=today()).organization
    OrganizationFactory(suspended_on=today())
    for status, only in (("info_needed", waiting), ("qualified", org)):
        with django_assert_max_num_queries(12):
            page = desk.get(url, {"stands": status})
        assert [row.pk for row in page.context["cl"].result_list] == [only.pk]
    assert "We need something from you" in desk.get(url).text


def test_dates_are_not_typed_past_the_acts(desk, org):
    page = desk.get(reverse("admin:orgs_organization_change", args=[org.pk]))
    fields = set(page.context["adminform"].form.fields)
    assert not fields & {"qualified_until", "suspended_on", "closed_on", "merged_into"}
