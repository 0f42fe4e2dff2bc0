import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from orgs import documents, page_images, qualification
from orgs.forms.registration import STEPS
from orgs.models import Application, Document, Organization
from tests.factories import ActivityFactory, MembershipFactory, OrganizationFactory
from tests.orgs.conftest import PDF, pdf

ANSWERS = {
    "identity": {
        "legal_name": "Maison Sainte-Anne",
        "kind": "nonprofit",
        "neq": "1100 000 125",
    },
    "mission": {"mission": "We feed people.", "language": "fr"},
    "budget": {"annual_budget": "$120,000.00", "budget_source": "statements", "staff": "3"},
    "address": {
        "street": "12, rue King",
        "city": "Sherbrooke",
        "province": "QC",
        "postal_code": "j1h  9z9",
        "phone": "819 555-0112",
        "email": "info@sainte-anne.example",
        "website": "sainte-anne.example",
    },
}


def address(name, application, *more):
    return reverse(f"orgs:{name}", args=[application.organization.number, *more])


def test_a_visitor_reads_what_it_takes_and_is_led_to_sign_in(client, db):
    page = client.get(reverse("orgs:register"))
    assert "15 minutes" in page.text
    assert "next=/en/register/" in page.text
    assert "/account/login/" in client.post(reverse("orgs:register"))["Location"]
    assert not Organization.objects.exists()


def test_an_organization_is_registered_from_start_to_end(client, applicant):
    client.force_login(applicant)
    page = client.post(reverse("orgs:register"), follow=True)
    assert "Name and numbers" in page.text
    draft = Application.objects.get()
    for version, (step, answers) in enumerate(ANSWERS.items(), start=1):
        answer = client.post(address("step", draft, step), answers | {"version": version})
        assert answer.status_code == 302, answer.context["form"].errors
    activity = ActivityFactory()
    client.post(
        address("step", draft, "activities"), {"activities": [activity.pk], "version": version + 1}
    )
    upload = {"kind": "letters_patent", "file": pdf()}
    client.post(address("step", draft, "documents"), upload)

    page = client.post(address("check", draft), follow=True)

    assert "We have your application" in page.text
    draft.refresh_from_db()
    assert draft.status == "submitted"
    organization = Organization.objects.get()
    assert organization.neq == "1100000125"
    assert str(organization.annual_budget) == "120000.00"
    assert organization.postal_code == "J1H 9Z9"
    assert organization.website == "https://sainte-anne.example"
    assert {m.language for m in Message.objects.filter(kind="orgs/received")} == {"fr", "en"}
    assert client.get(address("detail", draft)).status_code == 200


def test_a_step_is_saved_although_something_is_missing(client, draft, applicant):
    client.force_login(applicant)
    client.post(address("step", draft, "identity"), {"legal_name": "Maison", "version": 1})
    assert Organization.objects.get().legal_name == "Maison"
    assert "In progress" in client.get(address("tasks", draft)).text


def test_a_wrong_answer_is_kept_on_the_page_and_not_saved(client, draft, applicant):
    client.force_login(applicant)
    typed = {"legal_name": "Maison", "neq": "99 1", "version": 1}
    page = client.post(address("step", draft, "identity"), typed)
    assert page.status_code == 422
    assert 'value="99 1"' in page.text
    assert page.text.count("Maison") == 1, "the header says what is saved"
    assert "An NEQ has ten digits" in page.text
    assert Organization.objects.get().legal_name == ""


@pytest.mark.parametrize(
    ("field", "number", "kind"),
    [
        ("bn", "000000018RR0001", "charity"),
        ("bn", "000000018RR0002", "charity"),  # the nine digits are the same organization's
        ("neq", "1100000125", "nonprofit"),
        ("corporation_number", "9900001-1", "nonprofit"),
    ],
)
def test_a_number_somebody_has_leads_to_three_ways_on_without_saying_who(
    client, draft, applicant, field, number, kind
):
    known = "000000018RR0001" if field == "bn" else number
    other = OrganizationFactory(**{field: known}, legal_name="Secret Society")
    client.force_login(applicant)
    typed = {"kind": kind, field: number.lower(), "version": 1}
    page = client.post(address("step", draft, "identity"), typed, follow=True)
    assert page.redirect_chain == [(address("possible", draft), 302)]
    assert "may be registered already" in page.text
    assert number in page.text, "what was typed is kept"
    assert other.legal_name not in page.text and other.city not in page.text


def test_two_tabs_do_not_overwrite_each_other(client, draft, applicant):
    client.force_login(applicant)
    client.post(
        address("step", draft, "mission"), {"mission": "First.", "language": "en", "version": 1}
    )
    page = client.post(
        address("step", draft, "mission"), {"mission": "Second.", "language": "en", "version": 1}
    )
    assert page.status_code == 422
    assert "saved in another window" in page.text
    assert "Second." in page.text
    assert "First." in page.text, "what the other tab saved stands beside what was typed here"
    assert Organization.objects.get().mission == "First."

    again = {"mission": "Second.", "language": "en", "version": 2}
    assert client.post(address("step", draft, "mission"), again).status_code == 302
    assert Organization.objects.get().mission == "Second."


def test_the_other_tabs_values_are_said_in_words(client, draft, applicant):
    client.force_login(applicant)
    food, books = ActivityFactory(code="food"), ActivityFactory(code="books")
    first = {"activities": [food.pk], "version": 1}
    client.post(address("step", draft, "activities"), first)
    second = {"activities": [books.pk], "version": 1}
    page = client.post(address("step", draft, "activities"), second)
    assert page.context["rival"] == [
        {"label": "What does your organization do?", "saved": food.name_en}
    ]
    budget = ANSWERS["budget"] | {"version": 2}
    client.post(address("step", draft, "budget"), budget)
    other = {"annual_budget": "120,000.00", "budget_source": "return", "staff": "3", "version": 2}
    page = client.post(address("step", draft, "budget"), other)
    assert [row["saved"] for row in page.context["rival"]] == ["Financial statements"]


def test_a_number_that_looks_mistyped_is_saved_and_said_at_once(client, draft, applicant):
    client.force_login(applicant)
    typed = {"kind": "nonprofit", "neq": "1100000126", "version": 1}
    page = client.post(address("step", draft, "identity"), typed, follow=True)
    assert "check digit is wrong" in page.text
    assert Organization.objects.get().neq == "1100000126"


def test_sending_twice_leads_to_the_same_page(client, complete, applicant):
    client.force_login(applicant)
    first, second = [client.post(address("check", complete)) for _ in range(2)]
    assert first["Location"] == second["Location"] == address("sent", complete)
    assert Message.objects.filter(kind="orgs/received").count() == 2


def test_nothing_is_promised_once_it_is_decided(client, sent, applicant, reviewer):
    qualification.decline(sent.pk, reason="No.", version=sent.version, by=reviewer)
    client.force_login(applicant)
    assert client.get(address("sent", sent)).status_code == 302


def test_sending_names_everything_missing_at_once(client, draft, applicant):
    client.force_login(applicant)
    page = client.post(address("check", draft))
    for text in ("Give the legal name", "Describe the mission", "Choose at least one activity"):
        assert text in page.text
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not Message.objects.exists()


def test_what_was_sent_is_not_changed_any_more(client, sent, applicant):
    client.force_login(applicant)
    for name, more, status in (("tasks", [], 302), ("check", [], 302), ("step", ["mission"], 404)):
        assert client.get(address(name, sent, *more)).status_code == status
    client.post(address("step", sent, "mission"), {"mission": "Changed.", "version": sent.version})
    client.post(
        address("step", sent, "documents"), {"kind": "other", "file": pdf(content=PDF + b"2")}
    )
    client.post(address("remove_document", sent, Document.objects.get().pk))
    assert Organization.objects.get().mission == "We feed people."
    assert Document.objects.count() == 1


def test_a_document_is_downloaded_and_never_shown(client, complete, applicant, settings):
    client.force_login(applicant)
    url = address("document", complete, Document.objects.get().pk)
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == Document.objects.get().file.open().read()
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]

    settings.ACCEL_REDIRECT = True
    answer = client.get(url)
    assert answer["X-Accel-Redirect"].startswith("/private/documents/")
    assert answer.content == b""


def test_a_document_is_removed_and_had_again(client, complete, applicant):
    client.force_login(applicant)
    pk = Document.objects.get().pk
    page = client.post(address("remove_document", complete, pk), follow=True)
    assert "Removed a moment ago" in page.text
    assert "Add the letters patent." in page.text  # it does not count any more
    assert client.get(address("document", complete, pk)).status_code == 404

    page = client.post(address("bring_back", complete, pk), follow=True)
    assert "lettres.pdf is back." in page.text
    assert "Add the letters patent." not in page.text


def test_half_an_hour_later_it_is_gone_with_its_files(
    client, complete, applicant, private_files, django_capture_on_commit_callbacks
):
    document = Document.objects.get()
    page_images.draw(page_images.claim(document.pk))
    documents.remove(document, by=applicant)
    assert documents.purge() == 0
    Document.objects.update(removed_at=timezone.now() - documents.UNDO)
    client.force_login(applicant)
    page = client.post(address("bring_back", complete, document.pk), follow=True)
    assert "This document is gone. Send it again." in page.text

    with django_capture_on_commit_callbacks(execute=True):
        assert documents.purge() == 1

    assert not Document.objects.exists()
    assert [path for path in private_files.rglob("*") if path.is_file()] == []


def test_a_document_is_called_otherwise(client, complete, applicant):
    client.force_login(applicant)
    url = address("rename_document", complete, Document.objects.get().pk)
    client.post(url, {"new-name": "../Statuts.pdf", "new-kind": "bylaws"})
    document = Document.objects.get()
    assert (document.name, document.kind) == ("Statuts.pdf", "bylaws")
    page = client.post(url, {"new-name": " ", "new-kind": "bylaws"}, follow=True)
    assert "Give the document a name." in page.text
    assert Document.objects.get().name == "Statuts.pdf"


def pages(application):
    document = Document.objects.get()
    yield address("tasks", application)
    yield address("check", application)
    yield address("detail", application)
    yield address("people", application)
    yield address("document", application, document.pk)
    yield from (address("step", application, step) for step in [*STEPS, "documents"])


def test_a_stranger_does_not_learn_that_the_organization_exists(client, complete, stranger):
    client.force_login(stranger)
    assert {client.get(url).status_code for url in pages(complete)} == {404}


def test_a_viewer_reads_who_and_what_and_no_papers(client, complete):
    viewer = MembershipFactory(organization=complete.organization, role_code="viewer")
    client.force_login(viewer.user)
    refused = {url for url in pages(complete) if client.get(url).status_code == 403}
    may_read = {address("detail", complete), address("people", complete)}
    assert set(pages(complete)) - refused == may_read
    assert "lettres.pdf" not in client.get(address("detail", complete)).text


def test_a_document_of_another_organization_is_not_there(client, complete, owner):
    client.force_login(owner.user)
    pk = Document.objects.get().pk
    for name in ("document", "remove_document"):
        url = reverse(f"orgs:{name}", args=[owner.organization.number, pk])
        assert client.post(url).status_code in {404, 405}
        assert client.get(url).status_code in {404, 405}
    assert Document.objects.exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_twelve_queries_at_most_in_both_languages(
    client, complete, applicant, django_assert_max_num_queries, language
):
    client.force_login(applicant)
    for url in pages(complete):
        with django_assert_max_num_queries(12):
            page = client.get(f"/{language}{url[3:]}")
        assert page.status_code == 200
        if not page.streaming:
            assert f'lang="{language}' in page.text
            assert page.text.count("<h1") == 1


@pytest.fixture
def inquiry(sent, reviewer):
    return qualification.ask(sent.pk, question="Page 2?", version=sent.version, by=reviewer)


def test_an_answer_brings_a_paper(client, sent, inquiry, applicant):
    client.force_login(applicant)
    url = address("answer", sent, inquiry.pk)
    assert "Page 2?" in client.get(url).text
    paper = pdf("page2.pdf", PDF + b"2")
    client.post(url, {"answer": "Here.", "kind": "letters_patent", "papers": paper})
    inquiry.refresh_from_db()
    assert (inquiry.answer, inquiry.answered_by) == ("Here.", applicant)
    assert Document.objects.count() == 2
    sent.refresh_from_db()
    assert sent.status == "in_review"


def test_a_bad_paper_leaves_the_question_open_and_the_answer_typed(
    client, sent, inquiry, applicant
):
    client.force_login(applicant)
    typed = {"answer": "Here it is.", "papers": pdf(content=b"MZ not a paper")}
    page = client.post(address("answer", sent, inquiry.pk), typed)
    assert page.status_code == 422
    assert "Here it is." in page.text
    assert "not a PDF" in page.text
    inquiry.refresh_from_db()
    assert inquiry.answered_at is None
    assert Document.objects.count() == 1


def test_what_was_sent_stays_while_a_question_is_open(client, sent, inquiry, applicant):
    document = Document.objects.get()
    with pytest.raises(ValidationError):
        documents.remove(document, by=applicant)
    client.force_login(applicant)
    client.post(address("remove_document", sent, document.pk))
    assert Document.objects.exists()


def test_a_question_of_another_organization_is_not_there(client, inquiry, owner):
    client.force_login(owner.user)
    url = reverse("orgs:answer", args=[owner.organization.number, inquiry.pk])
    assert client.get(url).status_code == 404
    assert client.post(url, {"answer": "Ours."}).status_code == 404
    inquiry.refresh_from_db()
    assert inquiry.answered_at is None


def test_an_answer_sent_twice_leads_to_the_same_page(client, sent, inquiry, applicant):
    client.force_login(applicant)
    url = address("answer", sent, inquiry.pk)
    first, second = [client.post(url, {"answer": "Here."}) for _ in range(2)]
    assert first["Location"] == second["Location"]


def test_a_second_answer_is_kept_on_the_page_beside_the_first(client, sent, inquiry, applicant):
    qualification.answer(inquiry, text="From my colleague.", by=applicant)
    client.force_login(applicant)
    page = client.post(address("answer", sent, inquiry.pk), {"answer": "From me."})
    assert page.status_code == 422
    for text in ("From my colleague.", "From me.", "answered already"):
        assert text in page.text


def test_after_the_decision_the_question_is_closed(client, sent, inquiry, applicant, reviewer):
    version = Application.objects.get().version
    qualification.decline(sent.pk, reason="No.", version=version, by=reviewer)
    client.force_login(applicant)
    url = address("answer", sent, inquiry.pk)
    assert "no answer is needed" in client.get(url).text
    page = client.post(url, {"answer": "Still here."})
    assert page.status_code == 422
    assert "Still here." in page.text
