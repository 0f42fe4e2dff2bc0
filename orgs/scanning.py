"""Scanning: each document waits for the virus scanner, as a row with a due time.

A scanner that is away or slow lets documents wait, and never lets one through.
"""

from datetime import timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit.moves import move
from orgs import clamd
from orgs.emails import documents as emails
from orgs.models import Application, Document, Organization, Page

LEASE: Final = timedelta(seconds=90)  # after a killed worker, another scans it
RETRIES: Final = tuple(
    timedelta(seconds=s) for s in (5, 30, 60, 120, 300)
)  # then the last, for ever

Status = Document.Status


def first_status() -> Document.Status:
    """A document waits for the scanner, or there is none and its row says so."""
    return Status.PENDING if settings.CLAMD_URL else Status.UNSCANNED


def wake(document: Document) -> None:
    """Tell a worker at once; when the broker is down the sweep finds the row anyway."""
    from orgs import tasks  # tasks import this module

    task = tasks.scan_document if settings.CLAMD_URL else tasks.draw_document
    task.apply_async((document.pk,), retry=False)


def claim(pk: int) -> Document | None:
    """Take a document that is due, by putting off its next try; None when another worker has it."""
    lease = {"scan_due_at": timezone.now() + LEASE, "scan_attempts": F("scan_attempts") + 1}
    taken = Document.objects.to_scan().filter(pk=pk).order_by().update(**lease)
    return Document.objects.get(pk=pk) if taken else None


def scan(document: Document) -> Document:
    """Ask the scanner about a claimed document, and write down what it says."""
    try:
        with document.file.open("rb") as file:
            found = clamd.scan(file.read(), url=settings.CLAMD_URL)
    except (clamd.NoAnswer, OSError) as error:
        put_off(document, error)
        return document
    return refuse(document.pk, found=found) if found else accept(document.pk)


def put_off(document: Document, error: Exception) -> None:
    """Plan the next try; a document is never given up, and never let through."""
    step = min(document.scan_attempts, len(RETRIES)) - 1
    Document.objects.filter(pk=document.pk, scan_attempts=document.scan_attempts).update(
        scan_due_at=timezone.now() + RETRIES[step], scanner=str(error)[:250]
    )


@transaction.atomic
def accept(pk: int) -> Document:
    """Nothing was found: it may be opened, and its pages drawn. Twice is once."""
    document = Document.objects.lock(pk=pk)
    if document.status in Document.MOVES:
        now = timezone.now()
        move(document, Status.CLEAN, by=None, scan_due_at=None, scanned_at=now, scanner="OK")
        transaction.on_commit(lambda: wake_drawing(pk), robust=True)
    return document


def wake_drawing(pk: int) -> None:
    from orgs import tasks  # tasks import this module

    tasks.draw_document.apply_async((pk,), retry=False)


@transaction.atomic
def refuse(pk: int, *, found: str) -> Document:
    """Something was found: the file goes, its sender is told, and whoever reviews sees it. Once."""
    document = Document.objects.get(pk=pk)
    Organization.objects.lock(pk=document.organization_id)
    document = Document.objects.lock(pk=pk)
    if document.status not in Document.MOVES:
        return document
    pictures = Page.objects.filter(document=document)
    names = [document.file.name, *pictures.values_list("image", flat=True)]
    pictures.delete()
    move(
        document,
        Status.REFUSED,
        by=None,
        note=found,
        refusal=Document.Refusal.VIRUS,
        file="",
        scan_due_at=None,
        draw_due_at=None,
        scanned_at=timezone.now(),
        scanner=found[:250],
    )
    Application.objects.of(document.organization).filter(status__in=Application.OPEN_SENT).update(
        version=F("version") + 1
    )
    storage = Document._meta.get_field("file").storage
    for name in filter(None, names):
        transaction.on_commit(partial(storage.delete, name), robust=True)
    if document.removed_at is None:
        emails.refused(document)
    return document
