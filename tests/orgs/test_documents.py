from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from orgs import contents as contents_of
from orgs import documents
from orgs.contents import examine, examine_all
from orgs.models import Application, Document
from tests.factories import UserFactory
from tests.orgs.conftest import PDF, pdf


def test_a_name_is_only_text(draft, applicant):
    stored = documents.store(
        draft.organization, kind="other", file=pdf("..\\..\\<b>étude\r\n.pdf"), by=applicant
    )
    assert stored.name == "<b>étude.pdf"
    assert "étude" not in stored.file.name
    disposition = documents.download(stored)["Content-Disposition"]
    assert "\n" not in disposition
    assert disposition.startswith("attachment")


def test_twenty_and_no_more(draft, applicant):
    contents = examine(pdf())
    for number in range(documents.MOST):
        other = replace(contents, source_sha256=str(number))
        documents.store(draft.organization, kind="other", file=other, by=applicant)
    with pytest.raises(ValidationError) as refusal:
        documents.store(
            draft.organization, kind="other", file=pdf(content=PDF + b"x"), by=applicant
        )
    assert refusal.value.code == "too_many"
    assert Document.objects.count() == documents.MOST


def test_nothing_is_added_or_removed_while_staff_review(sent, applicant):
    document = Document.objects.get()
    with pytest.raises(ValidationError):
        documents.store(sent.organization, kind="other", file=pdf(content=PDF + b"2"), by=applicant)
    with pytest.raises(ValidationError):
        documents.remove(document, by=applicant)
    assert list(Document.objects.all()) == [document]


def test_what_came_with_an_earlier_application_stays(complete, applicant, client):
    """A renewal is a draft too, and what staff read before is not the applicant's to remove."""
    document = Document.objects.get()
    Application.objects.update(created_at=timezone.now() + timedelta(minutes=1))
    document.refresh_from_db()
    for deed in (
        lambda: documents.remove(document, by=applicant),
        lambda: documents.bring_back(document, by=applicant),
        lambda: documents.relabel(document, name="b", kind="other", by=applicant),
    ):
        with pytest.raises(ValidationError) as refusal:
            deed()
        assert refusal.value.code == "earlier"
    client.force_login(applicant)
    page = client.get(reverse("orgs:step", args=[complete.organization.number, "documents"]))
    assert "lettres.pdf" in page.text
    assert reverse(
        "orgs:remove_document", args=[complete.organization.number, document.pk]
    ) not in (page.text)


def test_not_more_than_a_hundred_megabytes_together(draft, applicant, monkeypatch):
    contents = examine(pdf())
    monkeypatch.setattr(documents, "MOST_BYTES", 2 * len(contents.data))
    for number in range(2):
        other = replace(contents, source_sha256=str(number))
        documents.store(draft.organization, kind="other", file=other, by=applicant)
    with pytest.raises(ValidationError) as refusal:
        documents.store(draft.organization, kind="other", file=contents, by=applicant)
    assert refusal.value.code == "too_much"
    assert Document.objects.count() == 2


def test_sixty_files_an_hour_are_enough_for_a_person(applicant, monkeypatch):
    monkeypatch.setattr(contents_of, "MOST_AN_HOUR", 2)
    examine_all([pdf(), pdf()], by=applicant)
    with pytest.raises(ValidationError) as refusal:
        examine_all([pdf(), pdf("b.pdf")], by=applicant)
    assert [error.code for error in refusal.value.error_list] == ["too_often", "too_often"]
    assert refusal.value.messages[1].startswith("b.pdf – You have sent 2 files within an hour.")
    examine(pdf(), by=UserFactory())
