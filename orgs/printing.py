"""Printing: a template of `templates/print/` and what it says, as a PDF."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse

PRINT: Final[Path] = settings.BASE_DIR / "templates" / "print"


def pdf(template: str, said: Mapping[str, Any]) -> bytes:
    """A PDF that screen readers read (PDF/UA-1)."""
    import typst  # 30 MB that nothing else needs

    return bytes(
        typst.compile(
            PRINT / template,
            root=PRINT,
            font_paths=[PRINT / "fonts"],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(said)},
            format="pdf",
            pdf_standards=["ua-1"],
        )
    )


def answer(data: bytes, *, name: str) -> HttpResponse:
    """A PDF to be kept, in which nothing runs."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
