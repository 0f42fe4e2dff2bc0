"""Files as people send them, good and bad, made by script."""

import io
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Stream
from PIL import Image


def pdf_bytes(
    *, pages: int = 1, text: str = "Lettres patentes", extra: bytes = b"", **save: Any
) -> bytes:
    """A PDF with a line of text on each page; `extra` lies in a stream beside them."""
    document = pikepdf.new()
    font = document.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    for number in range(1, pages + 1):
        page = document.add_blank_page(page_size=(612, 792))
        words = f"BT /F1 24 Tf 72 700 Td ({text} {number}) Tj ET".encode("latin-1", "replace")
        page.obj.Contents = Stream(document, words)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    if extra:
        document.Root.Extra = Stream(document, extra)
    return saved(document, **({"compress_streams": False} | save))


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
    made = io.BytesIO()
    document.save(made, **options)
    return made.getvalue()


def picture(
    size: tuple[int, int] = (60, 40), kind: str = "PNG", mode: str = "RGB", **options: Any
) -> bytes:
    """A picture, its left half dark, so that one sees which way is up."""
    image = Image.new(mode, size, "white" if mode != "P" else 0)
    image.paste(0 if mode in {"1", "L", "P", "I;16"} else "navy", (0, 0, size[0] // 2, size[1]))
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()
