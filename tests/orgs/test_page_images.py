"""Staff read pictures of pages; a file is drawn in the sandbox, and only once it is clean."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from audit.models import Entry
from orgs import documents, page_images, scanning
from orgs.models import Document, Page
from tests.conftest import at_once
from tests.orgs.conftest import pdf
from tests.orgs.papers import pdf_bytes, picture


def send(draft, applicant, data=None, name="lettres.pdf"):
    file = pdf(name, data or pdf_bytes(pages=12))
    return documents.store(draft.organization, kind="letters_patent", file=file, by=applicant)


def draw(document) -> Document:
    claimed = page_images.claim(document.pk)
    assert claimed is not None
    page_images.draw(claimed)
    document.refresh_from_db()
    return document


def test_every_page_is_drawn_once(draft, applicant):
    document = draw(send(draft, applicant))

    pages = list(document.pages.all())
    assert [page.number for page in pages] == list(range(1, 13))
    assert document.is_drawn
    assert page_images.claim(document.pk) is None
    image = Image.open(io.BytesIO(pages[0].image.open().read()))
    assert (image.format, image.size) == ("WEBP", (1400, 1812))
    assert (pages[0].width, pages[0].height) == image.size
    assert image.convert("L").getextrema()[0] < 50  # there is ink on it


def test_a_photograph_is_its_own_page(draft, applicant):
    document = draw(send(draft, applicant, picture((3000, 2000), "JPEG"), "photo.jpg"))
    page = document.pages.get()
    assert (page.width, page.height) == (1400, 933)


def test_nothing_is_drawn_before_it_is_clean(draft, applicant, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    document = send(draft, applicant)
    assert page_images.claim(document.pk) is None
    scanning.accept(document.pk)
    assert page_images.claim(document.pk)


def test_a_page_that_cannot_be_drawn_does_not_stop_the_others(draft, applicant, monkeypatch):
    document = send(draft, applicant, pdf_bytes(pages=4))
    run = page_images.sandboxing.run

    def breaks_at_two(*args, data):
        """As a page would that kills the sandbox."""
        first, last = args[2:]
        if first == 2:
            return page_images.sandboxing.Answer(refused="heavy")
        return run(*args[:2], first, min(last, 1) if first < 2 else last, data=data)

    monkeypatch.setattr(page_images.sandboxing, "run", breaks_at_two)
    draw(document)
    assert [bool(page.image) for page in document.pages.all()] == [True, False, True, True]


def test_another_worker_goes_on_where_one_was_killed(draft, applicant):
    document = send(draft, applicant)
    first = page_images.claim(document.pk)
    page_images.save(first, {"number": 1, "width": 7, "height": 7}, b"drawn before")
    Document.objects.update(draw_due_at=document.uploaded_at)
    draw(document)
    assert document.pages.get(number=1).width == 7
    assert document.pages.count() == 12


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_workers_draw_each_page_once(draft, applicant, private_files):
    document = send(draft, applicant, pdf_bytes(pages=2))
    at_once(*[lambda: page_images.draw(Document.objects.get(pk=document.pk))] * 2)
    assert document.pages.count() == 2
    assert len([p for p in (private_files / "pages").rglob("*") if p.is_file()]) == 2


@pytest.fixture
def drawn(sent):
    return draw(Document.objects.get())


def test_a_reviewer_sees_pages_and_that_is_written_down(client, drawn, reviewer):
    client.force_login(reviewer)
    url = reverse("admin:orgs_document_page", args=[drawn.pk, 1])
    for _ in range(2):
        answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "Content-Disposition" not in answer or "attachment" not in answer["Content-Disposition"]
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"].startswith("private, no-store")
    assert Entry.objects.filter(action="document.seen", by=reviewer).count() == 1


def test_the_file_itself_is_only_downloaded(client, drawn, reviewer):
    client.force_login(reviewer)
    answer = client.get(reverse("admin:orgs_document_download", args=[drawn.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(action="document.read", by=reviewer).count() == 1


@pytest.mark.parametrize("role", ["visitor", "applicant", "fulfilment"])
@pytest.mark.parametrize("name", ["page", "download"])
def test_nobody_else_sees_them(client, drawn, applicant, role, name, fulfiller):
    if role != "visitor":
        client.force_login({"applicant": applicant, "fulfilment": fulfiller}[role])
    args = [drawn.pk, 1] if name == "page" else [drawn.pk]
    answer = client.get(reverse(f"admin:orgs_document_{name}", args=args))
    assert answer.status_code in {302, 403}
    assert "image" not in answer.get("Content-Type", "")
    assert not Entry.objects.filter(action__in=["document.seen", "document.read"]).exists()


def test_pages_of_a_document_that_was_refused_are_gone(client, drawn, reviewer):
    client.force_login(reviewer)
    scanning.refuse(drawn.pk, found="Late.Signature")
    assert not Page.objects.exists()
    url = reverse("admin:orgs_document_page", args=[drawn.pk, 1])
    assert client.get(url).status_code == 404
    url = reverse("admin:orgs_document_download", args=[drawn.pk])
    assert client.get(url).status_code == 404


def test_the_review_shows_every_page_and_how_the_document_stands(client, sent, reviewer):
    client.force_login(reviewer)
    url = reverse("admin:orgs_application_review", args=[sent.pk])
    assert "0 of 1 pages are drawn" in client.get(url, headers={"accept-language": "en"}).text
    document = draw(Document.objects.get())

    page = client.get(url, headers={"accept-language": "en"})

    picture_url = reverse("admin:orgs_document_page", args=[document.pk, 1])
    assert f'<img loading="lazy" src="{picture_url}" width="1400" height="1812"' in page.text
    assert "Not scanned: no scanner configured" in page.text
    assert reverse("admin:orgs_document_download", args=[document.pk]) in page.text
    scanning.refuse(document.pk, found="Late.Signature")
    page = client.get(url, headers={"accept-language": "en"})
    assert "Late.Signature" in page.text
    assert picture_url not in page.text
