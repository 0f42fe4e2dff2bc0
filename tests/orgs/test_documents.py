from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from orgs import documents
from orgs.contents import examine
from orgs.models import Document
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
