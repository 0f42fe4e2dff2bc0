"""Pictures of pages: drawn in the sandbox, so that staff read papers without opening a file."""

from datetime import timedelta
from typing import Any, Final

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpResponseBase
from django.utils import timezone

from orgs import documents, sandboxing
from orgs.models import Document, Page

LEASE: Final = timedelta(seconds=120)  # after a killed worker, another goes on
BATCH: Final = 5  # pages that one run of the sandbox draws


def claim(pk: int) -> Document | None:
    """Take a document whose pages are due; None when another worker has it."""
    lease = {"draw_due_at": timezone.now() + LEASE, "draw_attempts": F("draw_attempts") + 1}
    taken = Document.objects.to_draw().filter(pk=pk).order_by().update(**lease)
    return Document.objects.get(pk=pk) if taken else None


def draw(document: Document) -> None:
    """Draw every page of a claimed document that has no row yet, a few at a time.

    A page that cannot be drawn gets a row without a picture, and the others are drawn.
    """
    with document.file.open("rb") as file:
        data = file.read()
    done = set(document.pages.values_list("number", flat=True))
    total = max(document.page_count, 1)
    while missing := sorted(set(range(1, total + 1)) - done):
        first = missing[0]
        last = min(first + BATCH - 1, total)
        answer = sandboxing.run("pages", document.content_type, first, last, data=data)
        for about, picture in answer.frames:
            total = about["total"]
            done |= save(document, about, picture)
        if first not in done and not answer.frames:
            done |= save(document, {"number": first}, b"")  # this one broke the parser
        if not still_ours(document):
            return
    Document.objects.filter(pk=document.pk).update(draw_due_at=None, page_count=total)


def save(document: Document, about: dict[str, Any], picture: bytes) -> set[int]:
    """Write down a page; another worker may have been faster. The number, as a set."""
    number = about["number"]
    page = Page(document=document, number=number)
    if picture:
        page.width, page.height = about["width"], about["height"]
        page.image.save("picture", ContentFile(picture), save=False)
    is_kept = False
    try:
        with transaction.atomic():
            # Nobody deletes the document between this look and the row.
            is_there = Document.objects.select_for_update().filter(pk=document.pk).exists()
            if is_there and not document.pages.filter(number=number).exists():
                page.save()
                is_kept = True
    finally:
        if page.image.name and not is_kept:
            page.image.storage.delete(page.image.name)
    return {number}


def still_ours(document: Document) -> bool:
    """Put the lease off again; False when another worker took it, or it is served no more."""
    mine = Document.objects.served().filter(pk=document.pk, draw_attempts=document.draw_attempts)
    mine = mine.filter(removed_at=None)
    return bool(mine.update(draw_due_at=timezone.now() + LEASE))


def picture(page: Page) -> HttpResponseBase:
    """The picture of a page; 404 where there is none, or the document is not served any more."""
    if not page.image or not page.document.is_served:
        raise Http404
    return documents.private(page.image.name or "", "image/webp")
