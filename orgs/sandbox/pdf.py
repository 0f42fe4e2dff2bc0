"""PDF, written anew: pages and nothing that acts; and its pages as pictures."""

import io
from collections.abc import Iterator
from typing import Any, Final

from orgs.sandbox.limits import MAX_PAGES, PAGE_HEIGHT, PAGE_WIDTH, Refused

# What may happen without a reader's doing: none of it is needed to read a paper.
ACTIVE: Final = frozenset(
    f"/{name}"
    for name in (
        *("GoToE", "GoToR", "ImportData", "JavaScript", "Launch", "Movie", "Rendition"),
        *("ResetForm", "RichMediaExecute", "Sound", "SubmitForm"),
    )
)
ACTS: Final = ("/AA", "/JS", "/JavaScript", "/OpenAction", "/XFA")


def rewrite(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The pages alone. One that is signed and does nothing stays as it is: its seal would break."""
    import pikepdf

    try:
        document = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as error:
        raise Refused("encrypted") from error
    with document:
        pages = len(document.pages)
        if not pages:
            raise Refused("broken")
        if pages > MAX_PAGES:
            raise Refused("too_many_pages")
        is_active, is_signed = disarm(document)
        if is_active or not is_signed or document.is_encrypted:
            made = io.BytesIO()
            document.save(
                made,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                encryption=False,
                deterministic_id=True,
            )
            data = made.getvalue()
    return {"pages": countable(data), "is_changed": is_active}, data


def disarm(document: Any) -> tuple[bool, bool]:
    """Take out what acts; whether there was any, and whether somebody signed the document.

    Raises Refused when other files are in it: they are the papers, or worse.
    """
    import pikepdf

    is_active = is_signed = False
    left = list(document.objects)
    while left:
        found = left.pop()
        if isinstance(found, pikepdf.Array):
            left += [inner for inner in found if is_direct(inner)]
        if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            continue
        if "/EF" in found or "/Collection" in found:
            raise Refused("attachments")
        is_signed = is_signed or "/ByteRange" in found
        acts = [key for key in ACTS if key in found]
        if "/S" in found and str(found.S) in ACTIVE:
            acts += [key for key in ("/S", "/F", "/Win", "/Next", "/D") if key in found]
        for key in acts:
            del found[key]
            is_active = True
        left += [value for _key, value in found.items() if is_direct(value)]
    return is_active, is_signed


def is_direct(found: Any) -> bool:
    """Whether it is a part of what holds it; what stands alone is looked at by itself."""
    import pikepdf

    is_container = isinstance(found, pikepdf.Dictionary | pikepdf.Array)
    return is_container and not found.is_indirect


def countable(data: bytes) -> int:
    """How many pages the other parser sees, the one that will draw them."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            return len(document)
    except pypdfium2.PdfiumError as error:
        raise Refused("broken") from error


def pages(data: bytes, first: int, last: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Pictures of these pages, counted from 1."""
    import pypdfium2

    from orgs.sandbox.image import framed

    with pypdfium2.PdfDocument(data) as document:
        document.init_forms()
        total = len(document)
        for number in range(first, min(last, total) + 1):
            page = document[number - 1]
            width, height = (max(side, 1.0) for side in page.get_size())
            scale = min(PAGE_WIDTH / width, PAGE_HEIGHT / height)
            picture = page.render(scale=scale).to_pil()
            yield framed(number, total, picture)
            page.close()
