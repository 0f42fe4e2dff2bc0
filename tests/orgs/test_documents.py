import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from orgs import documents
from orgs.models import Document
from tests.orgs.conftest import PDF, pdf


def zipped():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return data.getvalue()


CORPUS = {
    "empty": (b"", "empty"),
    "html.pdf": (b"<html><script>alert(1)</script></html>", "wrong_type"),
    "svg.png": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "wrong_type"),
    "program.pdf": (b"MZ\x90\x00" + b"\x00" * 200, "wrong_type"),
    "elf.jpg": (b"\x7fELF\x02\x01\x01" + b"\x00" * 200, "wrong_type"),
    "letter.docx": (zipped(), "wrong_type"),
    "picture.gif": (b"GIF89a" + b"\x00" * 50, "wrong_type"),
    "text.pdf": (b"Lettres patentes", "wrong_type"),
    "large.pdf": (PDF + b"0" * 2048, "too_large"),
}
GOOD = {
    "pdf": PDF,
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_bad_file_is_refused_and_says_why(draft, applicant, settings, private_files, name):
    settings.DOCUMENT_MAX_BYTES = 1024
    content, code = CORPUS[name]
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    with pytest.raises(ValidationError) as refusal:
        documents.store(draft.organization, kind="other", file=file, by=applicant)
    assert refusal.value.code == code
    assert not Document.objects.exists()
    assert list(private_files.iterdir()) == []


@pytest.mark.parametrize("kind", GOOD)
def test_papers_are_known_by_what_is_in_them(draft, applicant, kind):
    file = SimpleUploadedFile("paper.txt", GOOD[kind], content_type="text/plain")
    stored = documents.store(draft.organization, kind="other", file=file, by=applicant)
    assert stored.content_type.endswith(kind)
    assert stored.file.open().read() == GOOD[kind]


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
    for number in range(documents.MOST):
        file = pdf(content=PDF + bytes([number]))
        documents.store(draft.organization, kind="other", file=file, by=applicant)
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
