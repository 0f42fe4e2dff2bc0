"""The branch letter's words, as a text and as a PDF."""

import hashlib
import json

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from orgs.contents import Contents
from orgs.days import TORONTO
from orgs.models import BranchLetter, Organization

VERSION = "2026-11"  # another one with every change of the words below

# The words come in as data: nothing that somebody typed is ever read as markup.
PAPER = """
#let letter = json(bytes(sys.inputs.letter))
#set document(title: letter.title, author: letter.author)
#set page(paper: "us-letter", margin: 2.5cm)
#set text(lang: letter.lang, region: "ca", size: 11.5pt)
#set par(leading: 0.75em, spacing: 1.4em)
#heading(level: 1, letter.title)
#v(1em)
#for paragraph in letter.paragraphs [ #par(paragraph) ]
"""


def text(letter: BranchLetter, *, language: str) -> str:
    """What is signed; before it is, without a name and a day."""
    with translation.override(language):
        return "\n\n".join(_paragraphs(letter))


def _paragraphs(letter: BranchLetter) -> list[str]:
    names = {
        "parent": letter.parent,
        "number": letter.parent.number if letter.parent else "",
        "branch": letter.branch,
        "site": settings.SITE_NAME,
    }
    words = [
        _("%(parent)s (No. %(number)s) confirms to %(site)s:") % names,
        _("%(branch)s is a branch of %(parent)s, belongs to it and pursues its mission.") % names,
        _(
            "%(branch)s may have an account of its own, be qualified by it, and order within a "
            "quota of its own."
        )
        % names,
        _("What %(branch)s receives serves its own work, and is neither sold nor passed on.")
        % names,
        _("%(parent)s tells %(site)s when %(branch)s is no longer its branch.") % names,
    ]
    if letter.decided_at:
        signed = {
            "name": letter.signer_name,
            "title": letter.signer_title,
            "day": date_format(localtime(letter.decided_at, TORONTO), "DATE_FORMAT"),
        }
        words.append(_("Signed on the portal by %(name)s, %(title)s, on %(day)s.") % signed)
    return words


def printed(words: str, *, language: str, branch: Organization) -> Contents:
    """The same as a PDF, for the branch's papers."""
    import typst  # slow to import, and rarely needed

    with translation.override(language):
        title = _("Branch letter")
    letter = {
        "title": title,
        "author": settings.SITE_NAME,
        "lang": language,
        "paragraphs": words.split("\n\n"),
    }
    data = typst.compile(PAPER.encode(), sys_inputs={"letter": json.dumps(letter)})
    return Contents(
        name=f"{title} {branch.number}.pdf",
        content_type="application/pdf",
        data=data,
        pages=1,
        is_changed=False,
        source_sha256=hashlib.sha256(data).hexdigest(),
    )
