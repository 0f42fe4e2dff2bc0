"""Files and rows belong together: what is amiss, and files that nobody points to any more."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from orgs.models import Document, Page

GRACE: Final = timedelta(days=1)  # a file may be there before its row is committed

# Which rows point into which folder, and by which column.
FOLDERS: Final = {"documents": (Document, "file"), "pages": (Page, "image")}


def amiss() -> Iterator[str]:
    """A line for each row without its file, for each file that changed, and for each stray one."""
    for document in Document.objects.exclude(file="").iterator():
        found = digest_of(document)
        if found is None:
            yield f"document {document.pk}: its file {document.file.name} is not there"
        elif found != document.sha256:
            yield f"document {document.pk}: its file {document.file.name} has changed"
    for page in Page.objects.exclude(image="").iterator():
        if not page.image.storage.exists(page.image.name or ""):
            yield f"page {page.pk}: its picture {page.image.name} is not there"
    for path in strays(before=timezone.now() - GRACE):
        yield f"{path}: no row points to it"


def digest_of(document: Document) -> str | None:
    """The SHA-256 of a document's file as it is now; None when it is not there."""
    try:
        with document.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def strays(*, before: datetime) -> Iterator[Path]:
    """Files last changed before that time which no row points to; a folder at a time."""
    root = Path(settings.MEDIA_ROOT)
    for folder, (model, column) in FOLDERS.items():
        for part in sorted((root / folder).glob("*")):
            files = [f for f in part.glob("*") if f.stat().st_mtime < before.timestamp()]
            names = {f.relative_to(root).as_posix(): f for f in files}
            rows = model._default_manager.filter(**{f"{column}__in": list(names)})
            known = set(rows.values_list(column, flat=True))
            yield from (path for name, path in sorted(names.items()) if name not in known)


def sweep_strays() -> int:
    """Delete stray files: uploads whose transaction was rolled back, writes that were killed."""
    found = list(strays(before=timezone.now() - GRACE))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
