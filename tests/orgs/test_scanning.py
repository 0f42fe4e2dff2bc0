"""Nothing is opened before the scanner has looked at it, and no scanner is no yes."""

import socket
from datetime import timedelta

import pytest
from django.core import mail as sent_mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from orgs import clamd, documents, qualification, scanning
from orgs.models import Application, Document
from tests.conftest import at_once
from tests.orgs.clamd_server import EICAR, ClamdServer
from tests.orgs.conftest import pdf
from tests.orgs.papers import pdf_bytes


@pytest.fixture
def scanner(settings):
    server = ClamdServer()
    settings.CLAMD_URL = server.url
    yield server
    server.close()


def infected(name="virus.pdf"):
    """A PDF that opens, with the test virus in an attachment-free stream of its page."""
    return pdf(name, pdf_bytes(extra=EICAR))


def send(draft, applicant, file=None, kind="letters_patent"):
    return documents.store(draft.organization, kind=kind, file=file or pdf(), by=applicant)


def scan(document) -> Document:
    claimed = scanning.claim(document.pk)
    assert claimed is not None
    scanning.scan(claimed)
    document.refresh_from_db()
    return document


def test_without_a_scanner_a_document_says_so_and_is_served(draft, applicant, settings):
    document = send(draft, applicant)
    assert document.status == "unscanned"
    assert documents.download(document).status_code == 200


def test_nothing_is_opened_before_it_is_clean(draft, applicant, scanner, client):
    document = send(draft, applicant)
    assert document.status == "pending"
    with pytest.raises(Http404):
        documents.download(document)
    client.force_login(applicant)
    url = reverse("orgs:document", args=[draft.organization.number, document.pk])
    page = client.get(url, follow=True)
    assert "We are checking lettres.pdf for viruses" in page.text
    assert "Being checked for viruses" in page.text

    assert scan(document).status == "clean"

    assert client.get(url).status_code == 200
    # What the scanner saw is what we keep.
    assert scanner.seen == [document.file.open().read()]


def test_a_virus_ends_the_file_and_its_sender_is_told(draft, applicant, scanner, client):
    document = send(draft, applicant, infected())
    name = document.file.name

    with transaction.atomic():
        scan(document)
    scan_again = scanning.refuse(document.pk, found="again")

    assert (document.status, document.refusal, document.scanner) == (
        "refused",
        "virus",
        "Eicar-Test-Signature",
    )
    assert scan_again.scanner == "Eicar-Test-Signature"
    message = Message.objects.get(kind="orgs/document_refused")
    assert message.to == [applicant.email]
    assert "virus.pdf" in message.subject
    client.force_login(applicant)
    page = client.get(reverse("orgs:step", args=[draft.organization.number, "documents"]))
    assert "Our virus scanner found something in this file." in page.text
    url = reverse("orgs:document", args=[draft.organization.number, document.pk])
    assert client.get(url).status_code == 404
    assert name


@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_virus_is_gone(draft, applicant, scanner, private_files):
    document = send(draft, applicant, infected())
    scan(document)
    assert [path for path in private_files.rglob("*") if path.is_file()] == []


def test_a_scanner_that_is_away_lets_nothing_through(draft, applicant, scanner):
    scanner.close()
    document = send(draft, applicant)

    assert scan(document).status == "pending"

    assert "Connection refused" in document.scanner
    assert not document.is_served
    assert scanning.claim(document.pk) is None  # its next try is later
    assert document.scan_due_at > timezone.now()
    Document.objects.update(scan_due_at=timezone.now(), scan_attempts=40)
    assert scan(document).status == "pending"  # and there always is a next one
    assert document.scan_due_at < timezone.now() + timedelta(minutes=6)


def test_a_slow_scanner_lets_nothing_through(draft, applicant, scanner, monkeypatch):
    monkeypatch.setattr(clamd, "ANSWER", 0.2)
    scanner.delay = 1
    document = send(draft, applicant)
    assert scan(document).status == "pending"
    assert "timed out" in document.scanner


def test_a_scanner_that_refuses_to_look_lets_nothing_through(draft, applicant, scanner):
    scanner.longest = 100
    document = send(draft, applicant)
    assert scan(document).status == "pending"
    assert document.scanner


def test_a_scanner_that_talks_nonsense_lets_nothing_through(draft, applicant, settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        document = send(draft, applicant)
        claimed = scanning.claim(document.pk)

        def answer():
            line, _address = server.accept()
            line.sendall(b"HTTP/1.1 200 OK\0")
            line.close()

        at_once(answer, lambda: scanning.scan(claimed))
    document.refresh_from_db()
    assert document.status == "pending"


def test_a_killed_worker_leaves_a_document_that_comes_due_again(draft, applicant, scanner):
    document = send(draft, applicant)
    assert scanning.claim(document.pk)
    assert scanning.claim(document.pk) is None  # another worker has it
    Document.objects.update(scan_due_at=timezone.now() - scanning.LEASE)
    assert scan(document).status == "clean"


def test_what_came_before_the_scanner_is_scanned_too(draft, applicant, settings):
    settings.CLAMD_URL = ""
    document = send(draft, applicant)
    server = ClamdServer()
    settings.CLAMD_URL = server.url
    assert scan(document).status == "clean"
    server.close()


def test_nobody_is_qualified_on_papers_that_are_not_checked(complete, applicant, reviewer, scanner):
    Document.objects.update(status="pending")
    sent = qualification.submit(complete.pk, by=applicant)
    with pytest.raises(ValidationError) as refusal:
        qualification.qualify(sent.pk, by=reviewer, version=sent.version)
    assert refusal.value.code == "unchecked"
    assert "lettres.pdf" in refusal.value.messages[0]

    scan(Document.objects.get())
    qualification.qualify(sent.pk, by=reviewer, version=sent.version)


def test_a_refused_document_can_be_replaced_while_staff_review(
    complete, applicant, reviewer, scanner, client
):
    sent = qualification.submit(complete.pk, by=applicant)
    scanning.refuse(Document.objects.get().pk, found="Some.Virus")
    sent.refresh_from_db()
    assert sent.version == 2  # the reviewer's screen is out of date
    with pytest.raises(ValidationError):
        qualification.qualify(sent.pk, by=reviewer, version=sent.version)
    client.force_login(applicant)
    url = reverse("orgs:documents", args=[sent.organization.number])
    page = client.get(url)
    assert "Letters patent or articles" in page.text
    assert 'value="statements"' not in page.text  # nothing else can be added now

    client.post(url, {"kind": "letters_patent", "file": pdf("copie.pdf", pdf_bytes(text="Copie"))})

    new = Document.objects.get(name="copie.pdf")
    scan(new)
    sent.refresh_from_db()
    qualification.qualify(sent.pk, by=reviewer, version=sent.version)
    assert Application.objects.get().status == "qualified"


def test_a_refused_document_has_a_reason_and_no_file(draft, applicant):
    document = send(draft, applicant)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(status="refused")
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(refusal="virus")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_answers_of_the_scanner_are_one_decision(draft, applicant, scanner):
    document = send(draft, applicant, infected())
    at_once(*[lambda: scanning.refuse(document.pk, found="Eicar")] * 4)
    assert Message.objects.filter(kind="orgs/document_refused").count() == 1
    assert sent_mail.outbox == []
