"""Documents: kept privately, written anew by us, taken back, opened by those who may."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q, Sum
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs import scanning
from orgs.contents import Contents, examine
from orgs.models import Application, Document, Organization, Page

MOST: Final = 20  # documents of an application
MOST_BYTES: Final = 100 * 1024 * 1024  # of all of them
UNDO: Final = timedelta(minutes=30)  # how long a document that was taken back can be had again
WITH_APPLICANT: Final = {Application.Status.DRAFT, Application.Status.INFO_NEEDED}
SIGNED: Final = _("A signed branch letter stays as it is among your documents.")
CLOSED: Final = _("Our staff have your application: its documents cannot be changed now.")


def store(
    organization: Organization,
    *,
    file: UploadedFile | Contents,
    kind: str,
    by: User,
    with_staff: bool = False,
) -> Document:
    """Keep a file, while the applicant has the application, or instead of one that was refused.

    `with_staff`: also while staff have it, for what comes with a remark.
    The same file for the same kind again is the document we have. Raises ValidationError with
    what is wrong with it and what to send instead. Give `Contents` (of `contents.examine`) when
    a transaction is open already: looking into a file takes its time.
    """
    contents = file if isinstance(file, Contents) else examine(file, by=by)
    with keeping() as kept:
        application = lock_with_applicant(organization, replaces=kind, with_staff=with_staff)
        if known := again(organization, contents, kind=kind):
            return known
        refuse_too_many(organization, application, more=len(contents.data))
        kept.append(keep(organization, contents=contents, kind=kind, by=by))
        touch(application)
    return kept[0]


def keep(organization: Organization, *, contents: Contents, kind: str, by: User) -> Document:
    """Keep a file in the caller's transaction, which has asked whether it may be kept."""
    document = Document.objects.create(
        organization=organization,
        kind=kind,
        status=scanning.first_status(),
        file=ContentFile(contents.data, name="file"),
        name=contents.name,
        content_type=contents.content_type,
        size=len(contents.data),
        sha256=contents.sha256,
        source_sha256=contents.source_sha256,
        is_changed=contents.is_changed,
        page_count=contents.pages,
        uploaded_by=by,
    )
    record(document, "document.sent", by=by)
    transaction.on_commit(lambda: scanning.wake(document), robust=True)
    return document


@contextmanager
def keeping() -> Iterator[list[Document]]:
    """A transaction whose documents, put into the list, lose their files when it is rolled back."""
    kept: list[Document] = []
    try:
        with transaction.atomic():
            yield kept
    except BaseException:
        discard(kept)
        raise


def again(organization: Organization, contents: Contents, *, kind: str) -> Document | None:
    """The document that was made of the same file before, if it still counts."""
    same = Document.objects.of(organization).of_applications().accepted()
    return same.filter(source_sha256=contents.source_sha256, kind=kind).first()


def refuse_too_many(organization: Organization, application: Application, *, more: int) -> None:
    """Raises ValidationError when an application would have too many documents, or too large."""
    sent = Document.objects.of(organization).of_applications()
    sent = sent.filter(uploaded_at__gte=application.created_at)
    if sent.count() >= MOST:
        text = _("You have sent %(most)s documents. Remove one that is not needed.")
        raise ValidationError(text, "too_many", {"most": MOST})
    if (sent.aggregate(total=Sum("size"))["total"] or 0) + more > MOST_BYTES:
        text = _(
            "Your documents are larger than %(most)s MB together. Remove one, or send it smaller."
        )
        raise ValidationError(text, "too_much", {"most": MOST_BYTES // (1024 * 1024)})


def lock_with_applicant(
    organization: Organization, *, replaces: str = "", with_staff: bool = False
) -> Application:
    """The application that the applicant can add to; raises ValidationError when staff have it.

    `replaces`: a kind of which a refused document may be replaced all the same. The lock on the
    organization is the one that `qualification.submit` takes.
    """
    Organization.objects.lock(pk=organization.pk)
    application = Application.objects.of(organization).newest()
    if application is None:
        raise ValidationError(CLOSED, "closed")
    if application.status in WITH_APPLICANT:
        return application
    is_open = application.status in Application.OPEN_SENT
    if is_open and with_staff:
        return application
    if is_open and any(document.kind == replaces for document in to_replace(organization)):
        return application
    raise ValidationError(CLOSED, "closed")


def to_replace(organization: Organization) -> list[Document]:
    """Refused documents after which no other of their kind came."""
    papers = list(Document.objects.of(organization).of_applications())
    newest = {paper.kind: paper for paper in papers if not paper.is_refused}
    return [
        paper
        for paper in papers
        if paper.is_refused
        and (paper.kind not in newest or newest[paper.kind].uploaded_at < paper.uploaded_at)
    ]


def unsettled(organization: Organization) -> list[Document]:
    """What a decision waits for: papers that are not checked yet, or refused and not replaced."""
    papers = Document.objects.of(organization).of_applications()
    pending = papers.filter(status=Document.Status.PENDING)
    return [*pending, *to_replace(organization)]


def touch(application: Application) -> None:
    """What a reviewer has on the screen is out of date now."""
    changed = Application.objects.filter(pk=application.pk, status__in=Application.OPEN_SENT)
    changed.update(version=F("version") + 1)


@transaction.atomic
def relabel(document: Document, *, name: str, kind: str, by: User) -> None:
    """Call a document of a draft otherwise. Raises ValidationError when it was sent in."""
    refuse_what_was_sent(document)
    changes = {"name": name, "kind": kind}
    if changes != {"name": document.name, "kind": document.kind}:
        Document.objects.filter(pk=document.pk).update(**changes)
        record(document, "document.renamed", by=by, was=document.name, **changes)


@transaction.atomic
def remove(document: Document, *, by: User) -> None:
    """Take a document back; it can be had again for half an hour, then its file goes.

    Raises ValidationError when it was sent in: what staff read stays.
    """
    refuse_what_was_sent(document)
    taken = Document.objects.filter(pk=document.pk, removed_at=None)
    if taken.update(removed_at=timezone.now()):
        record(document.organization, "document.removed", by=by, note=document.name)


@transaction.atomic
def bring_back(document: Document, *, by: User) -> None:
    """Undo `remove`. Raises ValidationError when it is too late, or there are too many by now."""
    application = refuse_what_was_sent(document)
    document = Document.objects.lock(pk=document.pk)
    if document.removed_at is None:
        return
    if document.removed_at < timezone.now() - UNDO:
        raise ValidationError(_("This document is gone. Send it again."), "gone")
    refuse_too_many(document.organization, application, more=document.size)
    Document.objects.filter(pk=document.pk).update(removed_at=None)
    record(document.organization, "document.brought_back", by=by, note=document.name)


def refuse_what_was_sent(document: Document) -> Application:
    """The draft that a document belongs to, locked; raises ValidationError when it was sent in."""
    application = lock_with_applicant(document.organization)
    if application.status != Application.Status.DRAFT:
        raise ValidationError(CLOSED, "closed")
    if not Document.objects.of_applications().filter(pk=document.pk).exists():
        raise ValidationError(_("This document belongs to a request: it stays."), "stays")
    if document.kind == Document.Kind.BRANCH_LETTER:
        raise ValidationError(SIGNED, "signed")
    if document.uploaded_at < application.created_at:
        text = _("This document came with an earlier application: it stays.")
        raise ValidationError(text, "earlier")
    return application


def purge() -> int:
    """Delete what was taken back for longer than it can be undone; how many."""
    late = Q(removed_at__lt=timezone.now() - UNDO)
    found = list(Document.objects.filter(late).values_list("pk", flat=True)[:200])
    for pk in found:
        with transaction.atomic():
            document = Document.objects.select_for_update().filter(late, pk=pk).first()
            if document is not None:
                destroy(document)
    return len(found)


def destroy(document: Document) -> None:
    """A document for good: its row now, its files once this is committed."""
    files = names_of(document)
    document.delete()
    delete_on_commit(files)


def names_of(document: Document) -> list[str]:
    """The files of a document and of its pages."""
    pictures = Page.objects.filter(document=document).values_list("image", flat=True)
    return [name for name in (document.file.name, *pictures) if name]


def delete_on_commit(names: Iterable[str]) -> None:
    """Delete files once nothing points to them any more."""
    storage = Document._meta.get_field("file").storage
    for name in names:
        transaction.on_commit(partial(storage.delete, name), robust=True)


def discard(documents: Iterable[Document]) -> None:
    """Delete the files of rows that were rolled back."""
    for document in documents:
        if document.file.name:
            document.file.storage.delete(document.file.name)


def download(document: Document) -> HttpResponseBase:
    """The file as an attachment that no browser shows or runs; 404 before it is found clean."""
    if not document.is_served:
        raise Http404
    name = document.name
    if not name.lower().endswith(ENDINGS[document.content_type]):
        name += ENDINGS[document.content_type][0]
    response = private(document.file.name or "", document.content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


ENDINGS: Final = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}


def private(name: str, content_type: str) -> HttpResponseBase:
    """A private file that no browser runs; nginx sends it where it can."""
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT:
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = f"/private/{name}"
    else:
        storage = Document._meta.get_field("file").storage
        response = FileResponse(storage.open(name, "rb"), content_type=content_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
