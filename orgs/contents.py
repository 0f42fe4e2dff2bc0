"""What is in a file that somebody sent: known by its content, written anew before we keep it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import filetype
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orgs import sandboxing
from orgs.sandbox.limits import MAX_PAGES, MAX_PIXELS

ACCEPTED: Final = {"application/pdf", "image/jpeg", "image/png"}
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what office programs wrote for decades
MOST_AT_ONCE: Final = 20
MOST_A_MESSAGE: Final = 5
MOST_AN_HOUR: Final = 60  # files of one person
HOUR: Final = 3600  # seconds
HEAD: Final = 8192  # bytes that a type is recognized by

# What is wrong with a file, and what to send instead.
REFUSALS: Final = {
    "missing": _("Choose a file."),
    "too_often": _(
        "You have sent %(an_hour)s files within an hour. Go on in an hour: what is typed stays "
        "when you leave this page open."
    ),
    "empty": _("This file is empty. Choose another."),
    "too_large": _("This file is larger than %(most)s MB. Send a smaller one, such as a PDF."),
    "wrong_type": _("This is not a PDF, JPEG or PNG file. Save or scan it as one of these."),
    "office": _("This is an office document. Save it as PDF, and send that one."),
    "archive": _("This is an archive. Send each document in it by itself."),
    "heic": _("This photograph is in the HEIC format. Save it as JPEG, and send that one."),
    "encrypted": _("This PDF opens only with a password. Save it without one, and send it again."),
    "attachments": _(
        "There are other files inside this PDF. Send each by itself, "
        "or print this one to a new PDF."
    ),
    "too_many_pages": _("This PDF has more than %(pages)s pages. Send only those that matter."),
    "too_many_pixels": _(
        "This picture is too large to open. Send it smaller: 300 dots an inch are enough."
    ),
    "heavy": _("This file takes too long to open. Print it to a new PDF, and send that one."),
    "broken": _(
        "We cannot open this file: it is damaged or incomplete. Save or scan it again, "
        "and send that one."
    ),
}
KINDS: Final = {
    "office": {"application/rtf"},
    "archive": {
        "application/gzip",
        "application/x-7z-compressed",
        "application/x-bzip2",
        "application/x-rar-compressed",
        "application/x-tar",
        "application/x-xz",
        "application/zip",
    },
    "heic": {"image/heic", "image/heif"},
}


@dataclass(frozen=True)
class Contents:
    """A file as we keep it: its bytes are ours, whatever was sent."""

    name: str
    content_type: str
    data: bytes
    pages: int
    is_changed: bool
    """Something that acts by itself was in it, and is not any more."""
    source_sha256: str
    """Of the file that was sent: the same one again is recognized by it."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def examine(file: UploadedFile, *, by: User | None = None) -> Contents:
    """Look at a file, and write it anew in the sandbox; takes a part of a second, at most fifteen.

    It counts against the files that `by` may send within an hour.

    Raises ValidationError with what is wrong and what to send instead. Not inside a transaction.
    """
    if by is not None:
        _count(by)
    if not file.size:
        raise refusal("empty")
    if file.size > settings.DOCUMENT_MAX_BYTES:
        raise refusal("too_large")
    file.seek(0)
    data = file.read()
    content_type = type_of(data)
    answer = sandboxing.run("rewrite", content_type, data=data)
    if answer.refused or not answer.frames:
        raise refusal(answer.refused or "broken")
    about, made = answer.frames[0]
    return Contents(
        name=visible_name(file.name or ""),
        content_type=content_type,
        data=made,
        pages=about["pages"],
        is_changed=about.get("is_changed", False),
        source_sha256=hashlib.sha256(data).hexdigest(),
    )


def examine_all(
    files: Sequence[UploadedFile],
    *,
    by: User | None = None,
    most: int = MOST_AT_ONCE,
    check: Callable[[Contents], None] = lambda contents: None,
) -> list[Contents]:
    """Look at each of the files, and let `check` look at what came of it; none is left out.

    Raises ValidationError with what is wrong with every one; of several, each says its name.
    """
    if len(files) > most:
        text = _("Send at most %(most)s files at a time.")
        raise ValidationError(text, "too_many", {"most": most})
    found, refused = [], []
    for file in files:
        try:
            contents = examine(file, by=by)
            check(contents)
        except ValidationError as wrong:
            name = f"{visible_name(file.name or '')} – " if len(files) > 1 else ""
            refused += [
                ValidationError(f"{name}{m}", wrong.error_list[0].code) for m in wrong.messages
            ]
        else:
            found.append(contents)
    if refused:
        raise ValidationError(refused)
    return found


def _count(person: User) -> None:
    """Raise ValidationError when a person has sent very many files within an hour."""
    key = f"uploads:{person.pk}"
    cache.add(key, 0, HOUR)
    if cache.incr(key) > MOST_AN_HOUR:
        raise refusal("too_often")


def type_of(data: bytes) -> str:
    """The type by the file's first bytes, whatever it is called. Raises ValidationError."""
    if data.startswith(OLE):
        raise refusal("office")
    found = filetype.guess(data[:HEAD])
    mime = found.mime if found else ""
    if mime in ACCEPTED:
        return str(mime)
    if mime.startswith(("application/vnd.openxmlformats", "application/vnd.oasis")):
        raise refusal("office")
    for code, mimes in KINDS.items():
        if mime in mimes:
            raise refusal(code)
    raise refusal("wrong_type")


def refusal(code: str) -> ValidationError:
    """Why a file is not kept, as a sentence that says what to do."""
    most = settings.DOCUMENT_MAX_BYTES // (1024 * 1024)
    params = {"most": most, "an_hour": MOST_AN_HOUR, "pages": MAX_PAGES, "pixels": MAX_PIXELS}
    return ValidationError(REFUSALS[code], code, params)


def visible_name(name: str) -> str:
    """What the person called it, as text: no folders, no control or direction characters."""
    plain = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in plain if c.isprintable())[:200].strip() or "document"
