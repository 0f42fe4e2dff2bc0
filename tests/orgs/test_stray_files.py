"""I26: each row has its file, each file its row; a full disk leaves no half of either."""

import os
import resource
import time
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from orgs import documents, page_images, qualification, registration, stray_files
from orgs.models import Application, Document, Page
from orgs.models.organization import OrganizationQuerySet
from orgs.tasks import sweep_files
from tests.conftest import at_once
from tests.orgs.conftest import pdf
from tests.orgs.papers import pdf_bytes, picture

LONG_AGO = time.time() - stray_files.GRACE / timedelta(seconds=1) - 60


@pytest.fixture
def document(draft, applicant) -> Document:
    stored = documents.store(draft.organization, file=pdf(), kind="bylaws", by=applicant)
    page_images.draw(page_images.claim(stored.pk))
    return stored


def files(root):
    return sorted(path for path in root.rglob("*") if path.is_file())


def amiss(capsys) -> str:
    with pytest.raises(CommandError):
        call_command("check_files")
    return capsys.readouterr().out


def test_nothing_is_amiss(document, capsys):
    call_command("check_files")
    assert "Every row has its file" in capsys.readouterr().out


def test_a_row_without_its_file_is_named(document, capsys, private_files):
    (private_files / document.file.name).unlink()
    assert f"document {document.pk}: its file {document.file.name} is not there" in amiss(capsys)


def test_a_page_without_its_picture_is_named(document, capsys, private_files):
    page = Page.objects.get()
    (private_files / page.image.name).unlink()
    assert f"page {page.pk}: its picture {page.image.name} is not there" in amiss(capsys)


def test_a_file_that_changed_is_named(document, capsys, private_files):
    (private_files / document.file.name).write_bytes(b"%PDF-1.7 something else")
    assert f"document {document.pk}: its file {document.file.name} has changed" in amiss(capsys)


@pytest.mark.parametrize("name", ["documents/ab12/stray", "pages/ab12/stray", "pages/ab12/x.part"])
def test_a_stray_file_is_named_and_swept_the_next_night(document, capsys, private_files, name):
    stray = private_files / name
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"%PDF")
    sweep_files()
    assert stray.exists()  # its row may be about to be committed
    for path in files(private_files):
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert f"{stray}: no row points to it" in amiss(capsys)

    sweep_files()
    sweep_files()

    assert not stray.exists()
    call_command("check_files")


def test_an_upload_that_is_refused_in_its_transaction_leaves_no_file(
    draft, applicant, private_files, monkeypatch
):
    def fails(application):
        raise RuntimeError("the last statement")

    monkeypatch.setattr(documents, "touch", fails)
    with pytest.raises(RuntimeError):
        documents.store(draft.organization, file=pdf(), kind="bylaws", by=applicant)
    assert not Document.objects.exists()
    assert files(private_files) == []


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_its_caller_rolls_back_is_swept(draft, applicant, private_files):
    with pytest.raises(RuntimeError), transaction.atomic():
        documents.store(draft.organization, file=pdf(), kind="bylaws", by=applicant)
        raise RuntimeError("something else of the caller's")
    (left,) = files(private_files)
    os.utime(left, (LONG_AGO, LONG_AGO))
    sweep_files()
    assert files(private_files) == []


@contextmanager
def no_room_beyond(size: int):
    """The operating system refuses to write more into a file, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 100_000])
def test_a_full_disk_is_a_page_that_says_so_and_no_half_file(draft, applicant, private_files, room):
    client = Client(raise_request_exception=False)
    client.force_login(applicant)
    url = reverse("orgs:documents", args=[draft.organization.number])
    paper = pdf_bytes(extra=os.urandom(3_000_000))  # more than is held in memory on its way in
    with no_room_beyond(room):
        answer = client.post(url, {"kind": "bylaws", "file": pdf("statuts.pdf", paper)})
    assert answer.status_code == 507
    assert "We cannot keep your file" in answer.text
    assert "Nous ne pouvons pas enregistrer votre fichier" in answer.text
    assert not Document.objects.exists()
    assert files(private_files) == []

    client.post(url, {"kind": "bylaws", "file": pdf("statuts.pdf", paper)})
    assert Document.objects.get().name == "statuts.pdf"


def test_a_request_that_is_too_large_is_not_read(client, draft, applicant):
    client.force_login(applicant)
    url = reverse("orgs:documents", args=[draft.organization.number])
    start = time.perf_counter()
    answer = client.generic(
        "POST", url, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="104857600"
    )
    assert answer.status_code == 413
    assert "A document may be 10 MB at most." in answer.text
    assert time.perf_counter() - start < 1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(5))
def test_sending_removing_and_submitting_at_once_is_sound(complete, applicant, _again):
    """R17: whoever is first, nothing was sent in that lacks a paper, and I26 holds."""
    organization, first = complete.organization, Document.objects.get()
    at_once(
        lambda: documents.store(
            organization, file=pdf("b.pdf", picture()), kind="bylaws", by=applicant
        ),
        lambda: documents.remove(first, by=applicant),
        lambda: qualification.submit(complete.pk, by=applicant),
    )
    is_sent = Application.objects.get().status == "submitted"
    assert is_sent != (Document.objects.get(pk=first.pk).removed_at is not None)
    assert not is_sent or registration.lacks(organization) == []
    assert list(stray_files.amiss()) == []


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_would_be_sent_in_without_its_paper(complete, applicant, monkeypatch):
    """Shows that the test above can fail: it makes the two meet."""
    checked, removed = Event(), Event()
    lacks = registration.lacks

    def slow(organization):
        found = lacks(organization)
        checked.set()
        removed.wait(5)
        return found

    def remove():
        checked.wait(5)
        documents.remove(Document.objects.get(), by=applicant)
        removed.set()

    monkeypatch.setattr(registration, "lacks", slow)
    monkeypatch.setattr(OrganizationQuerySet, "lock", lambda self, *, pk: self.get(pk=pk))
    at_once(lambda: qualification.submit(complete.pk, by=applicant), remove)
    assert Application.objects.get().status == "submitted"
    assert lacks(complete.organization) != []


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_thirty_uploads_at_once_are_twenty(draft, applicant, private_files):
    papers = [documents.examine(pdf(f"{n}.png", picture((40 + n, 40)))) for n in range(30)]
    results = at_once(
        *[
            lambda paper=paper: documents.store(
                draft.organization, file=paper, kind="other", by=applicant
            )
            for paper in papers
        ]
    )
    refused = [result for result in results if isinstance(result, ValidationError)]
    assert [error.code for error in refused] == ["too_many"] * 10
    assert Document.objects.count() == len(files(private_files)) == 20
    assert list(stray_files.amiss()) == []


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_a_file_once(draft, applicant, private_files):
    def send():
        return documents.store(draft.organization, file=pdf(), kind="other", by=applicant)

    results = at_once(*[send] * 4)
    assert len({result.pk for result in results}) == 1
    assert len(files(private_files)) == 1


def test_a_page_of_documents_is_few_queries(
    client, complete, applicant, django_assert_max_num_queries
):
    for number in range(18):
        paper = documents.examine(pdf(f"{number}.png", picture((40 + number, 40))))
        documents.store(complete.organization, file=paper, kind="other", by=applicant)
    client.force_login(applicant)
    for name, *args in (("documents",), ("step", "documents")):
        with django_assert_max_num_queries(12):
            client.get(reverse(f"orgs:{name}", args=[complete.organization.number, *args]))
