import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from mail.models import Message
from orgs import changes
from orgs.admin.changes import REASONS
from orgs.fieldclasses import SUBJECTS
from orgs.models import ChangeRequest, Organization
from tests.factories import ApplicationFactory, ProgramFactory, UserFactory
from tests.orgs.conftest import pdf

BUDGET = {"annual_budget": "1620000.00", "budget_source": "return", "budget_year": 2026}
CHECKS = list(SUBJECTS["budget"].checks)


@pytest.fixture
def change(owner) -> ChangeRequest:
    """Of an organization that reads French."""
    org = owner.organization
    Organization.objects.filter(pk=org.pk).update(language="fr", neq="1100000125")
    ApplicationFactory(organization=org, status="qualified")
    org.refresh_from_db()
    return changes.send(org, SUBJECTS["budget"], by=owner.user, new=BUDGET, files=[pdf()])


@pytest.fixture
def desk(client, reviewer, settings):
    """The reviewer, signed in."""
    settings.DEBUG = True  # else a second factor is asked for first
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def review(change):
    return reverse("admin:orgs_changerequest_review", args=[change.pk])


def act(client, change, what, **typed):
    """Do it as the reviewer who sees the request as it is now."""
    change.refresh_from_db()
    url = reverse("admin:orgs_changerequest_act", args=[change.pk])
    return client.post(url, {"act": what, "version": change.version} | typed)


def test_the_queue_shows_what_is_open(desk, change, django_assert_max_num_queries):
    queue = reverse("admin:orgs_changerequest_changelist")
    with django_assert_max_num_queries(12):
        page = desk.get(queue).text
    assert f"M-{change.pk}<" in page
    assert "business" not in page
    act(desk, change, "decline", text="No.")
    assert f"M-{change.pk}<" not in desk.get(queue).text
    assert f"M-{change.pk}<" in desk.get(queue, {"status__exact": "declined"}).text


def test_the_page_has_the_difference_the_effect_and_the_papers(
    desk, change, django_assert_max_num_queries
):
    rule = {"fact": "budget", "max": "1000000.00"}
    ProgramFactory(criteria=[rule], name_en="Small Budgets")
    with django_assert_max_num_queries(12):
        page = desk.get(review(change)).text
    for words in ("$500,000.00", "$1,620,000.00", "lettres.pdf", "Small Budgets", "Sent to us"):
        assert words in page


def test_a_change_is_claimed_checked_and_approved(desk, change, reviewer):
    act(desk, change, "claim")
    change.refresh_from_db()
    assert change.claimed_by == reviewer
    refused = act(desk, change, "approve", checks=CHECKS[:1])
    assert refused.status_code == 409
    assert "Before you approve, check" in refused.text
    act(desk, change, "approve", checks=CHECKS)
    assert str(change.organization.__class__.objects.get().annual_budget) == "1620000.00"
    letter = Message.objects.get(kind="orgs/change_approved", language="fr")
    assert "1 620 000,00" in letter.text.replace("\u202f", " ").replace("\xa0", " ")


def test_the_letters_are_read_before_in_the_organizations_language(desk, change):
    page = act(desk, change, "preview", template="unproven", renew="on")
    with translation.override("fr"):
        assert str(REASONS["unproven"]) in page.text
    assert [name for name, _text in page.context["letters"]] == ["Approved", "Not accepted"]
    change.refresh_from_db()
    assert (change.status, change.reason) == ("sent", "")


def test_a_question_and_its_answer_are_on_the_page(desk, change, owner):
    assert act(desk, change, "ask").status_code == 409
    act(desk, change, "ask", template="since")
    changes.answer(change, by=owner.user, text="Since May.")
    page = desk.get(review(change)).text
    assert "Since May." in page
    assert "The member answered" in page


def test_a_stale_request_is_shown_and_cannot_be_approved(desk, change):
    Organization.objects.update(annual_budget="700000.00")
    page = desk.get(review(change)).text
    for words in ("What changed meanwhile", "$700,000.00", "cannot be approved as it is"):
        assert words in page
    assert 'value="approve"' not in page
    assert act(desk, change, "approve", checks=CHECKS).status_code == 409


def test_what_was_typed_stays_when_a_colleague_was_faster(desk, change, owner):
    was = change.version
    changes.answer(change, by=owner.user, text="More.")
    page = act(desk, change, "decline", version=was, text="My long reason.")
    assert (page.status_code, "My long reason." in page.text) == (409, True)


def test_reading_a_paper_is_written_down(desk, change, reviewer):
    document = change.documents.get()
    url = reverse("admin:orgs_changerequest_document", args=[change.pk, document.pk])
    assert desk.get(url)["Content-Disposition"].startswith("attachment")
    assert Entry.objects.about(document).first().by == reviewer


def test_fulfilment_staff_and_members_do_not_reach_it(client, change, owner, settings, reviewer):
    settings.DEBUG = True
    fay = UserFactory(is_staff=True)
    fay.groups.add(Group.objects.get(name="fulfilment"))
    for person in (fay, owner.user):
        client.force_login(person)
        assert client.get(review(change)).status_code in {302, 403}
        act(client, change, "decline", text="No.")
    change.refresh_from_db()
    assert change.status == "sent"


def test_a_former_name_is_found(desk, change):
    Organization.objects.update(former_names=["Comptoir Saint-Élie"])
    page = desk.get(reverse("admin:orgs_organization_changelist"), {"q": "comptoir"})
    assert change.organization.legal_name in page.text
