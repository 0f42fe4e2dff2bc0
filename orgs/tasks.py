"""Celery's front door to organizations."""

from celery import shared_task
from django.conf import settings

from orgs import (
    branches,
    documents,
    drafts,
    invitations,
    joining,
    licence_address,
    matches,
    page_images,
    reminders,
    scanning,
    stray_files,
    watch,
)
from orgs.models import Document

BATCH = 50


@shared_task
def remind() -> None:
    """Remind applicants whom we wait for. Beat runs it each morning; twice is once."""
    reminders.send_due()


@shared_task
def find_matches() -> None:
    """Look for duplicates among organizations whose names, numbers or places changed; nightly."""
    matches.find_nightly()


@shared_task
def apply_addresses() -> None:
    """Write the licence addresses whose 48 hours have passed. Beat runs it each quarter hour."""
    licence_address.apply_due()


@shared_task
def put_away_drafts() -> None:
    """Remind of drafts that wait, put away those that have ended, clear what is gone; nightly."""
    drafts.sweep()


@shared_task
def write_off() -> None:
    """End invitations and requests that nobody answered. Beat runs it each hour; twice is once."""
    branches.expire_due()
    invitations.expire_due()
    joining.expire_due()


@shared_task
def sweep_documents() -> None:
    """Hand due documents to workers, and delete what was taken back. Beat runs it often."""
    documents.purge()
    if settings.CLAMD_URL:
        for pk in Document.objects.to_scan().values_list("pk", flat=True)[:BATCH]:
            scan_document.delay(pk)
    for pk in Document.objects.to_draw().values_list("pk", flat=True)[:BATCH]:
        draw_document.delay(pk)


@shared_task
def scan_document(pk: int) -> None:
    """Ask the virus scanner about one document. Run twice, it is decided once."""
    if settings.CLAMD_URL and (document := scanning.claim(pk)):
        scanning.scan(document)


@shared_task
def draw_document(pk: int) -> None:
    """Make pictures of one document's pages. Run twice, each page is drawn once."""
    if document := page_images.claim(pk):
        page_images.draw(document)


@shared_task
def sweep_files() -> None:
    """Delete files that no row has pointed to since yesterday. Beat runs it each night."""
    stray_files.sweep_strays()


@shared_task
def watch_registers() -> None:
    """Look at what public registers say of qualified organizations. Twice is once."""
    watch.look()
