"""Documents: stored privately, recognized by their content, never run in anybody's browser."""

import hashlib
from pathlib import PurePath

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs.models import Application, Document, Organization

ACCEPTED = {"application/pdf", "image/jpeg", "image/png"}
MOST = 20  # documents of an organization
WITH_APPLICANT = {Application.Status.DRAFT, Application.Status.INFO_NEEDED}
CLOSED = _("Our staff have your application: its documents cannot be changed now.")


def store(organization: Organization, *, file: UploadedFile, kind: str, by: User) -> Document:
    """Keep a file, while the applicant has the application.

    Raises ValidationError with what is wrong with it and what to send instead.
    """
    check(file)
    with transaction.atomic():
        lock_with_applicant(organization)
        if Document.objects.of(organization).filter(evidence=None).count() >= MOST:
            text = _("You have sent %(most)s documents. Remove one that is not needed.")
            raise ValidationError(text, "too_many", {"most": MOST})
        return keep(organization, file=file, kind=kind, by=by)


def keep(organization: Organization, *, file: UploadedFile, kind: str, by: User) -> Document:
    """Keep a file that was checked, whoever has the application; its caller has a transaction."""
    document = Document.objects.create(
        organization=organization,
        kind=kind,
        file=file,
        name=visible_name(file.name or ""),
        content_type=type_of(file),
        size=file.size or 0,
        sha256=digest(file),
        uploaded_by=by,
    )
    record(document, "document.sent", by=by)
    return document


def lock_with_applicant(organization: Organization) -> Application:
    """The application that the applicant can add to; raises ValidationError when staff have it.

    The lock on the organization is the one that `qualification.submit` takes.
    """
    Organization.objects.lock(pk=organization.pk)
    application = Application.objects.of(organization).newest()
    if application is None or application.status not in WITH_APPLICANT:
        raise ValidationError(CLOSED, "closed")
    return application


def check(file: UploadedFile) -> None:
    """Whether a file can be accepted, by size and by what is in it, whatever it is called."""
    if not file.size:
        raise ValidationError(_("This file is empty. Choose another."), "empty")
    if file.size > settings.DOCUMENT_MAX_BYTES:
        text = _("This file is larger than %(most)s MB. Send a smaller one, such as a PDF.")
        most = settings.DOCUMENT_MAX_BYTES // (1024 * 1024)
        raise ValidationError(text, "too_large", {"most": most})
    if type_of(file) not in ACCEPTED:
        text = _("This is not a PDF, JPEG or PNG file. Save or scan it as one of these.")
        raise ValidationError(text, "wrong_type")


def type_of(file: UploadedFile) -> str:
    """The type by the file's first bytes; "" when they are of no known type."""
    file.seek(0)
    found = filetype.guess(file.read(8192))
    file.seek(0)
    return found.mime if found else ""


def digest(file: UploadedFile) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def visible_name(name: str) -> str:
    """What the person called it, as text: no folders, no control characters."""
    plain = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in plain if c.isprintable())[:200] or "document"


@transaction.atomic
def remove(document: Document, *, by: User) -> None:
    """Take a document back; the file goes once this is committed.

    Raises ValidationError when it was sent in: what staff read stays.
    """
    if lock_with_applicant(document.organization).status != Application.Status.DRAFT:
        raise ValidationError(CLOSED, "closed")
    if hasattr(document, "evidence"):
        raise ValidationError(_("This document belongs to a change request: it stays."), "evidence")
    record(document.organization, "document.removed", by=by, note=document.name)
    storage, name = document.file.storage, document.file.name
    document.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def download(document: Document) -> HttpResponseBase:
    """The file as an attachment that no browser shows or runs; nginx sends it where it can."""
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT:
        response = HttpResponse(content_type=document.content_type)
        response["X-Accel-Redirect"] = f"/private/{document.file.name}"
    else:
        response = FileResponse(document.file.open("rb"), content_type=document.content_type)
    response["Content-Disposition"] = content_disposition_header(True, document.name) or ""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
