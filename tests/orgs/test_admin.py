from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from audit.models import Entry
from mail.models import Message
from orgs import facts, identity, qualification
from orgs.admin.decisions import CHECKLIST
from orgs.days import today
from orgs.models import Application, Organization, ReadyText
from tests.factories import OrganizationFactory, UserFactory


def review(application):
    return reverse("admin:orgs_application_review", args=[application.pk])


def act(client, application, what, **typed):
    """Do it as the reviewer who sees the application as it is now."""
    application.refresh_from_db()
    url = reverse("admin:orgs_application_act", args=[application.pk])
    return client.post(url, {"act": what, "version": application.version} | typed)


def ready(words):
    """The text of that beginning in English."""
    return ReadyText.objects.get(text_en__startswith=words)


def past(application):
    return reverse("admin:orgs_application_past", args=[application.pk])


@pytest.fixture
def desk(client, reviewer, settings):
    """The reviewer, signed in."""
    settings.DEBUG = True  # else a second factor is asked for first
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_queue_shows_what_waits_for_us(desk, sent, reviewer):
    queue = reverse("admin:orgs_application_changelist")
    line = f"D-{sent.pk}<"  # the help text names D-12 too
    assert line in desk.get(queue).text
    qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    assert line not in desk.get(queue).text
    assert line in desk.get(queue, {"status__exact": "qualified"}).text


def test_the_review_has_facts_and_papers(desk, sent, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = desk.get(review(sent))
    for text in ("Maison Sainte-Anne", "1100000125", "lettres.pdf"):
        assert text in page.text


@pytest.mark.parametrize(
    ("same", "words"),
    [
        ({"phone": "+18195550112", "postal_code": "K1A 0B1"}, "The telephone number"),
        ({"street": "12, RUE KING", "postal_code": "J1H 9Z9"}, "The street address"),
        (
            {"legal_name": "MAISON SAINTE-ANNE", "postal_code": "K1A 0B1"},
            "The name, or a former name",
        ),
    ],
)
def test_the_review_names_who_looks_alike(desk, sent, same, words):
    other = {"phone": "+14185550100", "street": "1, rue A", "postal_code": "J1H 9Z9"}
    alike = OrganizationFactory(**(other | same))
    neighbour = OrganizationFactory(legal_name="Elsewhere", **other)
    for one in (alike, neighbour):
        identity.index(one)
    url = reverse("admin:orgs_application_alike", args=[sent.pk])
    assert f'data-load="{url}?part=1"' in desk.get(review(sent)).text
    for part in (desk.get(url).text, desk.get(url, {"part": 1}).text):
        assert str(alike.number) in part
        assert words in part
        assert str(neighbour.number) not in part


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
    business = ready("The papers are those of a business")
    page = act(desk, sent, "preview", template=business.pk)
    assert '<div lang="fr">' in page.text
    assert page.text.count(business.text_fr) == 2  # in the letter, and where it is chosen
    assert f'value="{business.pk}" selected' in page.text
    sent.refresh_from_db()
    assert (sent.status, sent.reason) == ("submitted", "")
    assert not Message.objects.filter(kind="orgs/declined").exists()


def test_the_letter_of_a_yes_can_be_read_before_too(desk, sent):
    page = act(desk, sent, "preview")
    assert [name for name, _text in page.context["letters"]] == ["Qualified"]
    assert "Maison Sainte-Anne" in page.context["letters"][0][1]
    assert Organization.objects.get().qualified_since is None


@pytest.mark.parametrize("what", ["note", "claim", "save", "decline"])
def test_a_note_is_kept_with_whatever_is_done_and_not_sent(desk, sent, reviewer, what):
    act(desk, sent, what, note="Called them.", text="No papers.")
    entry = Entry.objects.get(action="application.note")
    assert (entry.note, entry.by) == ("Called them.", reviewer)
    assert not Message.objects.filter(text__contains="Called them.").exists()
    assert "Called them." in desk.get(review(sent)).text
    assert "Note for colleagues: Called them." in desk.get(past(sent)).text


def test_an_empty_note_is_not_kept(desk, sent):
    assert act(desk, sent, "note").status_code == 409
    assert not Entry.objects.filter(action="application.note").exists()


def test_the_history_is_in_words(desk, sent, applicant, reviewer):
    inquiry = qualification.ask(sent.pk, question="?", version=sent.version, by=reviewer)
    qualification.answer(inquiry, text="!", by=applicant)
    page = desk.get(past(sent)).text
    for words in ("Sent to us", "Applicant asked", "The applicant answered"):
        assert words in page
    assert "application." not in page.split(">History<")[1]


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "(today)"), (1, "(in 1 day)"), (6, "(in 6 days)"), (-1, "(1 day late)")],
)
def test_the_queue_says_in_words_when_it_is_due(desk, sent, days, words):
    Application.objects.update(due_on=today() + timedelta(days=days))
    assert words in desk.get(reverse("admin:orgs_application_changelist")).text


def test_the_queue_says_who_is_waited_for(desk, sent, reviewer):
    qualification.ask(sent.pk, question="?", version=sent.version, by=reviewer)
    page = desk.get(reverse("admin:orgs_application_changelist"), {"view": "applicant"}).text
    assert "waits for the applicant" in page


@pytest.mark.parametrize("pk", ["abc", "0", "99999999999999999999"])
def test_an_application_that_is_none_is_not_found(desk, sent, pk):
    assert desk.get(f"/admin/orgs/application/{pk}/change/").status_code == 404


def test_no_reason_no_refusal(desk, sent):
    page = act(desk, sent, "decline")
    assert page.status_code == 409
    sent.refresh_from_db()
    assert sent.status == "submitted"


def test_a_reason_is_in_the_applicants_language(desk, sent):
    business = ready("The papers are those of a business")
    act(desk, sent, "decline", template=business.pk)
    sent.refresh_from_db()
    assert (sent.status, sent.reason) == ("declined", business.text_fr)
    assert ReadyText.objects.with_uses().get(pk=business.pk).used == 1


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


def test_fulfilment_staff_neither_read_nor_act(client, sent, reviewer, settings):
    settings.DEBUG = True
    fay = UserFactory(is_staff=True)
    fay.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(fay)
    assert client.get(review(sent)).status_code == 403
    assert act(client, sent, "qualify", checklist=list(CHECKLIST)).status_code == 403
    assert client.get(past(sent)).status_code == 403
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
    assert facts.origins(Organization.objects.get())["address"].source == "staff"
