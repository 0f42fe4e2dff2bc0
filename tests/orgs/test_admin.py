import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from mail.models import Message
from orgs import qualification
from orgs.models import Document, Organization
from orgs.review import CHECKLIST, REASONS
from tests.factories import OrganizationFactory, UserFactory


def review(application):
    return reverse("admin:orgs_application_review", args=[application.pk])


def act(client, application, what, **typed):
    """Do it as the reviewer who sees the application as it is now."""
    application.refresh_from_db()
    url = reverse("admin:orgs_application_act", args=[application.pk])
    return client.post(url, {"act": what, "version": application.version} | typed)


@pytest.fixture
def desk(client, reviewer, settings):
    """The reviewer, signed in."""
    settings.DEBUG = True  # else a second factor is asked for first
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_queue_shows_what_waits_for_us(desk, sent, reviewer):
    queue = reverse("admin:orgs_application_changelist")
    assert f"D-{sent.pk}" in desk.get(queue).text
    qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    assert f"D-{sent.pk}" not in desk.get(queue).text
    assert f"D-{sent.pk}" in desk.get(queue, {"status__exact": "qualified"}).text


def test_the_review_has_facts_and_papers(desk, sent, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        page = desk.get(review(sent))
    for text in ("Maison Sainte-Anne", "1100000125", "lettres.pdf"):
        assert text in page.text


@pytest.mark.parametrize(
    "same",
    [{"phone": "+18195550112"}, {"street": "12, RUE KING"}, {"legal_name": "MAISON SAINTE-ANNE"}],
)
def test_the_review_names_who_looks_alike(desk, sent, same):
    OrganizationFactory(**({"phone": "+14185550100", "street": "1, rue A"} | same))
    OrganizationFactory(legal_name="Elsewhere", street="2, rue B", phone="+14185550199")
    page = desk.get(review(sent))
    assert "Looks like" in page.text
    assert "Elsewhere" not in page.text


def test_an_application_is_claimed_checked_and_qualified(desk, sent, reviewer):
    act(desk, sent, "claim")
    sent.refresh_from_db()
    assert sent.claimed_by == reviewer
    act(desk, sent, "save", checklist=["name"])
    refused = act(desk, sent, "qualify", checklist=["name"])
    assert refused.status_code == 409
    assert "Before you qualify, check" in refused.text
    assert Organization.objects.get().qualified_since is None

    act(desk, sent, "qualify", checklist=list(CHECKLIST))

    sent.refresh_from_db()
    assert sent.status == "qualified"
    assert Organization.objects.get().qualified_until is not None
    assert Message.objects.filter(kind="orgs/qualified").count() == 2


def test_the_letter_is_read_before_in_the_applicants_language_and_not_sent(desk, sent):
    page = act(desk, sent, "preview", template="business")
    assert '<div lang="fr">' in page.text
    with translation.override("fr"):
        assert str(REASONS["business"]) in page.text
    assert 'value="business" selected' in page.text
    sent.refresh_from_db()
    assert (sent.status, sent.reason) == ("submitted", "")
    assert not Message.objects.filter(kind="orgs/declined").exists()


def test_no_reason_no_refusal(desk, sent):
    page = act(desk, sent, "decline")
    assert page.status_code == 409
    sent.refresh_from_db()
    assert sent.status == "submitted"


def test_a_reason_is_in_the_applicants_language(desk, sent):
    act(desk, sent, "decline", template="business")
    sent.refresh_from_db()
    with translation.override("fr"):
        assert (sent.status, sent.reason) == ("declined", str(REASONS["business"]))


def test_what_was_typed_stays_when_a_colleague_was_faster(desk, sent, applicant, reviewer):
    was = sent.version
    inquiry = qualification.ask(sent.pk, question="?", version=was, by=reviewer)
    qualification.answer(inquiry, text="!", by=applicant)
    page = act(desk, sent, "decline", version=was, text="My long reason.")
    assert page.status_code == 409
    assert "My long reason." in page.text
    assert "has changed since" in page.text
    sent.refresh_from_db()
    assert sent.status == "in_review"


def test_reading_a_paper_is_written_down(desk, sent, reviewer):
    document = Document.objects.get()
    url = reverse("admin:orgs_application_document", args=[sent.pk, document.pk])
    assert desk.get(url)["Content-Disposition"].startswith("attachment")
    entry = Entry.objects.about(document).first()
    assert (entry.action, entry.by) == ("document.read", reviewer)


def test_fulfilment_staff_neither_read_nor_act(client, sent, reviewer, settings):
    settings.DEBUG = True
    fay = UserFactory(is_staff=True)
    fay.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(fay)
    assert client.get(review(sent)).status_code == 403
    assert act(client, sent, "qualify", checklist=list(CHECKLIST)).status_code == 403
    url = reverse("admin:orgs_application_document", args=[sent.pk, Document.objects.get().pk])
    assert client.get(url).status_code == 403
    sent.refresh_from_db()
    assert sent.status == "submitted"


def test_members_do_not_reach_the_desk(client, sent, applicant):
    client.force_login(applicant)
    assert client.get(review(sent)).status_code in {302, 403, 404}


@pytest.mark.parametrize(
    "model", ["application", "organization", "membership", "role", "activity", "document"]
)
def test_every_list_opens_and_nothing_can_be_deleted(client, sent, settings, model):
    settings.DEBUG = True
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    page = client.get(reverse(f"admin:orgs_{model}_changelist"))
    assert page.status_code == 200
    assert "delete_selected" not in page.text


def test_a_changed_fact_is_written_down(client, sent, settings):
    settings.DEBUG = True
    root = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(root)
    url = reverse("admin:orgs_organization_change", args=[sent.organization_id])
    page = client.get(url)
    assert page.status_code == 200
    form = page.context["adminform"].form
    typed = {k: v for k, v in form.initial.items() if v is not None and k != "activities"}
    typed |= {"city": "Magog", "former_names": "", "activities": [1]}
    typed["activities"] = list(sent.organization.activities.values_list("pk", flat=True))
    answer = client.post(url, typed)
    assert answer.status_code == 302, answer.context["errors"]
    assert Organization.objects.get().city == "Magog"
    assert Entry.objects.about(sent.organization).first().action == "organization.changed"
