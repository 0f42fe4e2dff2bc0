"""Seventy files as people and jokers send them: what becomes of each.

`"kept"`: as they were; `"changed"`: what acted is taken out; anything else: why it is refused.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, PngImagePlugin

from tests.orgs.clamd_server import EICAR
from tests.orgs.papers import pdf_bytes, picture, saved

SCRIPT = b"<script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"
MEGABYTE = 1024 * 1024


def zipped(*names: str, data: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
    return made.getvalue()


def nested(depth: int) -> bytes:
    data = zipped("bomb.txt", data=b"0" * MEGABYTE)
    for level in range(depth):
        data = zipped(f"{level}.zip", f"{level}b.zip", data=data)
    return data


def office(kind: str) -> bytes:
    """As Word writes it, with a macro."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("docProps/app.xml", "<a/>")
        archive.writestr(f"{kind}/document.xml", "<w/>")
        archive.writestr(f"{kind}/vbaProject.bin", "Sub AutoOpen()")
    return made.getvalue()


# PDF


def with_pdf(change: Callable[[pikepdf.Pdf], None], **options: object) -> bytes:
    """The plain PDF, changed."""
    document = pikepdf.open(io.BytesIO(pdf_bytes(pages=2)))
    change(document)
    return saved(document, **options)


def script(kind: str = "/JavaScript", **more: object) -> Dictionary:
    return Dictionary(
        Type=Name.Action, S=Name(kind), JS=String("app.alert(1)"), F=String("cmd.exe"), **more
    )


def opens_with(kind: str) -> bytes:
    return with_pdf(lambda pdf: setattr(pdf.Root, "OpenAction", script(kind)))


def named_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))


def page_script(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=script())


def button(pdf: pikepdf.Pdf, action: Dictionary) -> None:
    """An annotation that is a direct part of the page's list."""
    pdf.pages[0].obj.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)]
    )


def chained(pdf: pikepdf.Pdf) -> None:
    """A harmless action, and after it one that is not."""
    link = Dictionary(S=Name.URI, URI=String("https://example.org"), Next=script("/Launch"))
    button(pdf, link)


def form_with_xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=Stream(pdf, b"<xdp><script/></xdp>"))


def sign(pdf: pikepdf.Pdf) -> None:
    """A signature's dictionary, as far as we look."""
    value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3]))
    pdf.Root.AcroForm = Dictionary(
        SigFlags=3,
        Fields=Array([pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("s"), V=value))]),
    )


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["secret.exe"] = b"MZ"


def pin(pdf: pikepdf.Pdf) -> None:
    """A file behind a pin on a page."""
    embedded = Stream(pdf, b"MZ")
    pin = Dictionary(
        Type=Name.Annot,
        Subtype=Name.FileAttachment,
        Rect=[0, 0, 9, 9],
        FS=Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=embedded)),
    )
    pdf.pages[0].obj.Annots = Array([pin])


def portfolio(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Collection = Dictionary(Type=Name.Collection)


def without_pages(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[:]


def sized(width: float, height: float) -> bytes:
    def resize(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([0, 0, width, height])

    return with_pdf(resize)


def locked(user: str) -> bytes:
    return pdf_bytes(encryption=pikepdf.Encryption(user=user, owner="secret", R=6))


def raw_pdf(*objects: bytes) -> bytes:
    """Objects without a table of where they are: a reader has to look for them."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def object_bomb() -> bytes:
    """A stream of objects that is three hundred megabytes once it is unpacked."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * MEGABYTE) for _ in range(300)) + packer.flush()
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    cross = struct.pack(">BHB", 0, 0, 0)
    body = b"%PDF-1.7\n1 0 obj\n" + stream + packed + b"\nendstream\nendobj\n"
    start = len(body)
    # The catalog (2) is said to be inside the stream (1).
    cross += struct.pack(">BHB", 1, 9, 0) + struct.pack(">BHB", 2, 1, 0)
    cross += struct.pack(">BHB", 1, min(start, 65535), 0)
    table = b"3 0 obj\n<</Type/XRef/Size 4/W[1 2 1]/Root 2 0 R/Length %d>>\nstream\n" % len(cross)
    return body + table + cross + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def page_loop() -> bytes:
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )


def deep() -> bytes:
    depth = 200_000
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R/Deep " + b"[" * depth + b"]" * depth + b">>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )


def broken_table() -> bytes:
    return pdf_bytes().replace(b"startxref\n", b"startxref\n9")


# Pictures


def photograph(size: tuple[int, int], **options: object) -> bytes:
    """As large as a camera's."""
    image = Image.linear_gradient("L").resize(size)
    made = io.BytesIO()
    image.convert("RGB").save(made, "JPEG", **({"quality": 60} | options))
    return made.getvalue()


def gps(kind: str) -> bytes:
    """Taken at a place, with the camera on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (45.0, 24.0, 0.0), 3: "W", 4: (71.0, 53.0, 0.0)}
    exif[0x013B] = "Marie"
    return picture((60, 40), kind, exif=exif)


def said_in_png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT.decode())
    info.add_itxt("XML:com.adobe.xmp", "<gps>45.4</gps>")
    return picture(pnginfo=info)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, color: int = 2, depth: int = 8) -> bytes:
    head = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, depth, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    packed = zlib.compress(b"0" * (100 * MEGABYTE), 9)
    return png(1, 1, chunk(b"zTXt", b"a\0\0" + packed), chunk(b"IDAT", zlib.compress(b"\0" * 4)))


def one_colour(width: int, height: int, mode: str) -> bytes:
    made = io.BytesIO()
    Image.new(mode, (width, height)).save(made, "PNG")
    return made.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    # as they should be
    "plain.pdf": (pdf_bytes, "kept"),
    "two-hundred-pages.pdf": (lambda: pdf_bytes(pages=200), "kept"),
    "photo.jpg": (lambda: photograph((4000, 3000)), "kept"),
    "photo-48-megapixels.jpg": (lambda: photograph((8064, 6048)), "kept"),
    "photo-progressive.jpg": (lambda: photograph((7000, 5500), progressive=True), "kept"),
    "scan.png": (picture, "kept"),
    "scan-600-dpi.png": (lambda: one_colour(5100, 6600, "L"), "kept"),
    "scan-in-black.png": (lambda: one_colour(6000, 8000, "1"), "kept"),
    "scan-in-colour.png": (lambda: one_colour(4000, 4900, "RGB"), "kept"),
    "palette.png": (lambda: picture(mode="P", transparency=0), "kept"),
    "alpha.png": (lambda: picture(mode="RGBA"), "kept"),
    "grey-alpha.png": (lambda: picture(mode="LA"), "kept"),
    "sixteen-bits.png": (lambda: one_colour(300, 200, "I;16"), "kept"),
    "cmyk.jpg": (lambda: picture(kind="JPEG", mode="CMYK"), "kept"),
    # what a camera or a joker put beside the picture
    "gps.jpg": (lambda: gps("JPEG"), "kept"),
    "gps.png": (lambda: gps("PNG"), "kept"),
    "php-in-comment.jpg": (lambda: picture(kind="JPEG", comment=PHP), "kept"),
    "php-at-end.jpg": (lambda: picture(kind="JPEG") + PHP, "kept"),
    "html-at-end.jpg": (lambda: picture(kind="JPEG") + SCRIPT, "kept"),
    "text-in-chunk.png": (said_in_png, "kept"),
    "zip-at-end.png": (lambda: picture() + zipped("a.exe"), "kept"),
    # two things in one
    "zip-at-end.pdf": (lambda: pdf_bytes() + zipped("a.exe"), "kept"),
    "html-at-end.pdf": (lambda: pdf_bytes() + SCRIPT, "kept"),
    "html-in-header.pdf": (lambda: b"%PDF-1.7" + SCRIPT + b"\n" + pdf_bytes()[9:], "kept"),
    # not quite right, and readable
    "wrong-table.pdf": (broken_table, "kept"),
    "without-table.pdf": (lambda: pdf_bytes().partition(b"xref")[0], "kept"),
    "only-printing-is-forbidden.pdf": (lambda: locked(""), "kept"),
    "wall-size.pdf": (lambda: sized(14400, 14400), "kept"),
    "no-size.pdf": (lambda: sized(0, 0), "kept"),
    "needle.pdf": (lambda: sized(1, 14400), "kept"),
    "signed.pdf": (lambda: with_pdf(sign), "kept"),
    # what acts is taken out
    "script-when-opened.pdf": (lambda: opens_with("/JavaScript"), "changed"),
    "launch.pdf": (lambda: opens_with("/Launch"), "changed"),
    "submit.pdf": (lambda: opens_with("/SubmitForm"), "changed"),
    "import.pdf": (lambda: opens_with("/ImportData"), "changed"),
    "other-file.pdf": (lambda: opens_with("/GoToR"), "changed"),
    "named-script.pdf": (lambda: with_pdf(named_script), "changed"),
    "page-script.pdf": (lambda: with_pdf(page_script), "changed"),
    "button-script.pdf": (lambda: with_pdf(lambda pdf: button(pdf, script())), "changed"),
    "after-a-link.pdf": (lambda: with_pdf(chained), "changed"),
    "packed-script.pdf": (
        lambda: with_pdf(
            named_script, object_stream_mode=pikepdf.ObjectStreamMode.generate
        ),
        "changed",
    ),
    "xfa.pdf": (lambda: with_pdf(form_with_xfa), "changed"),
    "signed-and-scripted.pdf": (
        lambda: with_pdf(lambda pdf: (sign(pdf), page_script(pdf))),
        "changed",
    ),
    # PDF that is refused
    "password.pdf": (lambda: locked("letmein"), "encrypted"),
    "attachment.pdf": (lambda: with_pdf(attach), "attachments"),
    "pin.pdf": (lambda: with_pdf(pin), "attachments"),
    "portfolio.pdf": (lambda: with_pdf(portfolio), "attachments"),
    "no-pages.pdf": (lambda: with_pdf(without_pages), "broken"),
    "two-hundred-and-one.pdf": (lambda: pdf_bytes(pages=201), "too_many_pages"),
    "header-only.pdf": (lambda: b"%PDF-1.7\n", "broken"),
    "noise.pdf": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400, "broken"),
    "object-bomb.pdf": (object_bomb, "broken"),
    "page-loop.pdf": (page_loop, "broken"),
    "deep.pdf": (deep, "broken"),
    # pictures that are refused
    "pixel-flood.png": (lambda: png(60_000, 60_000), "too_many_pixels"),
    "black-bomb.png": (lambda: one_colour(20_000, 20_000, "1"), "too_many_pixels"),
    "colour-bomb.png": (lambda: one_colour(6_000, 6_000, "RGB"), "too_many_pixels"),
    "text-bomb.png": (text_bomb, "broken"),
    "cut-off.png": (lambda: picture((900, 900))[:-200], "broken"),
    "cut-off.jpg": (lambda: photograph((900, 900))[:9000], "broken"),
    "head-only.jpg": (lambda: picture(kind="JPEG")[:200], "broken"),
    "no-pixels.png": (lambda: png(10, 10), "broken"),
    # neither
    "empty.pdf": (lambda: b"", "empty"),
    "one-byte-too-many.pdf": (lambda: pdf_bytes().ljust(10 * MEGABYTE + 1), "too_large"),
    "script.svg.png": (lambda: b"<svg onload='a()'/>", "wrong_type"),
    "page.html.pdf": (lambda: b"<!doctype html>" + SCRIPT, "wrong_type"),
    "letter.pdf.exe": (lambda: b"MZ\x90\x00" + b"\0" * 200, "wrong_type"),
    "program.jpg": (lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 200, "wrong_type"),
    "script.gif": (lambda: b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", "wrong_type"),
    "picture.bmp": (lambda: picture(kind="BMP"), "wrong_type"),
    "picture.webp": (lambda: picture(kind="WEBP"), "wrong_type"),
    "fax.tif": (lambda: picture(kind="TIFF"), "wrong_type"),
    "notes.txt.pdf": (lambda: b"Lettres patentes", "wrong_type"),
    "page.ps": (lambda: b"%!PS-Adobe-3.0\n", "wrong_type"),
    "eicar.com.pdf": (lambda: EICAR, "wrong_type"),
    "facts.xml": (lambda: b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", "wrong_type"),
    "macro.docm": (lambda: office("word"), "office"),
    "budget.xlsx": (lambda: office("xl"), "office"),
    "old.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "office"),
    "letter.rtf": (lambda: b"{\\rtf1\\ansi}", "office"),
    "papers.zip": (lambda: zipped("a.pdf"), "archive"),
    "forty-two.zip": (lambda: nested(4), "archive"),
    "papers.tar.gz": (lambda: b"\x1f\x8b\x08" + b"\0" * 60, "archive"),
    "papers.7z": (lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 60, "archive"),
    "photo.heic": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 60, "heic"),
}  # fmt: skip
