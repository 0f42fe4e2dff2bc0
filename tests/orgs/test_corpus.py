"""Each file of the corpus, one by one: kept without what was beside it, or refused and why."""

import io
import re
import time

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from PIL import Image

from orgs import documents, sandboxing
from orgs.contents import REFUSALS, examine
from orgs.models import Document
from tests.orgs.conftest import pdf
from tests.orgs.corpus import FILES

MEASURED = """
import sys
from orgs.sandbox.__main__ import main
main()
print(open("/proc/self/status").read(), file=sys.stderr)
"""
BASE = 45  # megabytes that the sandbox has before it looks at anything
JOKES = {
    "application/pdf": (b"<script", b"PK\x05\x06", b"/JS", b"/Launch", b"app.alert"),
    "image/jpeg": (b"<script", b"<?php", b"Marie"),
    "image/png": (b"<script", b"PK\x05\x06", b"Marie", b"adobe"),
}


@pytest.fixture
def peaks(monkeypatch) -> list[int]:
    """What the sandbox had in memory at most, in megabytes, at each run."""
    run, found = sandboxing.run, []

    def measured(*args, **kwargs):
        answer = run(*args, **kwargs)
        if peak := re.search(r"VmHWM:\s+(\d+) kB", answer.said):
            found.append(int(peak[1]) // 1024)
        return answer

    monkeypatch.setattr(sandboxing, "PROGRAM", ("-c", MEASURED))
    monkeypatch.setattr(sandboxing, "run", measured)
    return found


@pytest.mark.parametrize("name", FILES)
def test_what_becomes_of_a_file(draft, applicant, private_files, peaks, name):
    make, expected = FILES[name]
    data, refusal = make(), None
    start = time.perf_counter()
    try:
        document = documents.store(
            draft.organization, file=pdf(name, data), kind="other", by=applicant
        )
    except ValidationError as error:
        refusal = error
    took = time.perf_counter() - start

    if refusal is None:
        assert expected == ("changed" if document.is_changed else "kept")
        look_at(document, data)
    else:
        assert (refusal.code, len(refusal.messages)) == (expected, 1)
        assert is_said_in_both_languages(refusal)
        assert not Document.objects.exists()
        assert list(private_files.iterdir()) == []
    assert took < 5
    assert all(peak < BASE + 150 for peak in peaks), peaks


def is_said_in_both_languages(refusal: ValidationError) -> bool:
    with translation.override("en"):
        english = refusal.messages[0]
    with translation.override("fr"):
        french = refusal.messages[0]
    return english != french and "%" not in english + french


def look_at(document: Document, sent: bytes) -> None:
    """What is kept opens, has pages, and nothing beside them."""
    kept = document.file.open().read()
    assert document.page_count >= 1
    if not document.name.startswith("signed."):
        jokes = JOKES[document.content_type]
        assert not [joke for joke in jokes if joke in kept]
    if document.content_type == "application/pdf":
        with pikepdf.open(io.BytesIO(kept)) as opened:
            assert len(opened.pages) == document.page_count
            assert not opened.is_encrypted
    else:
        image = Image.open(io.BytesIO(kept))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    if document.name == "signed.pdf":
        assert kept == sent


ODD = ("wall-size.pdf", "no-size.pdf", "needle.pdf", "without-table.pdf", "sixteen-bits.png")


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_drawn_all_the_same(name, peaks):
    contents = examine(pdf(name, FILES[name][0]()))
    answer = sandboxing.run("pages", contents.content_type, 1, 1, data=contents.data)
    about, data = answer.frames[0]
    assert (about["width"], about["height"]) == Image.open(io.BytesIO(data)).size
    assert about["width"] <= 1400
    assert about["height"] <= 2400
    assert max(peaks) < BASE + 150


@pytest.mark.parametrize("name", ["gps.jpg", "gps.png"])
def test_a_photograph_is_upright_and_says_nothing_of_its_place(name):
    contents = examine(pdf(name, FILES[name][0]()))
    image = Image.open(io.BytesIO(contents.data))
    # Its left half was dark; the camera was on its side.
    assert image.size == (40, 60)
    assert sum(image.getpixel((20, 5))) < 300 < sum(image.getpixel((20, 55)))
    assert b"GPS" not in contents.data
    assert b"Exif" not in contents.data


def test_every_refusal_is_in_the_corpus():
    assert set(REFUSALS) - {"missing", "heavy", "too_often"} == {e for _, e in FILES.values()} - {
        "kept",
        "changed",
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    {
        "../../etc/passwd": "passwd",
        "..\\..\\boot.pdf": "boot.pdf",
        "a\0b.pdf": "ab.pdf",
        "facture\u202efdp.exe": "facturefdp.exe",
        "é" * 300 + ".pdf": "é" * 200,
        "CON.pdf": "CON.pdf",
        "\r\nSet-Cookie: a.pdf": "Set-Cookie: a.pdf",
        '"><svg onload=1>.pdf': '"><svg onload=1>.pdf',
        "...": "...",
        "   ": "document",
    }.items(),
)
def test_a_name_is_only_shown(draft, applicant, name, shown):
    file = pdf("a.pdf")
    file._name = name
    document = documents.store(draft.organization, file=file, kind="other", by=applicant)
    assert document.name == shown
    assert re.fullmatch(r"documents/[0-9a-f]{4}/[0-9a-f]{40}", document.file.name)
    disposition = documents.download(document)["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert "\n" not in disposition
    assert disposition.rstrip('"').endswith(".pdf")
