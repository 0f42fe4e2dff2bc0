"""French that we borrow from a library, in Canada's words: « courriel », never « e-mail »."""

import re
from pathlib import Path
from typing import Final

import allauth
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

MAIL = r"(?:[Ee]-?mails?)"
WORDS: Final = (
    (r"adresse électronique", "adresse courriel"),
    (rf"([Aa]dresses?) {MAIL}", r"\1 courriel"),
    (rf"[Ll]['’]{MAIL}", "le courriel"),
    (rf"d['’]{MAIL}", "de courriel"),
    (rf"([Cc])et {MAIL}", r"\1e courriel"),
    (r"\bE-?mails\b", "Courriels"),
    (r"\bE-?mail\b", "Courriel"),
    (r"\be-?mails\b", "courriels"),
    (r"\be-?mail\b", "courriel"),
    (r"'", "’"),
    (r"(?<=\S) (?=[:;?!])", "\N{NO-BREAK SPACE}"),
)
# What is no sentence: tags, placeholders, addresses.
KEPT: Final = r"(<[^>]*>|%\([^)]*\)[a-z]|\{[^}]*\}|\S*://\S*)"
# Where the site's own texts are searched after ours (settings.LOCALE_PATHS).
TARGET: Final = "locale/borrowed"


def canadian(text: str) -> str:
    """A French sentence with Canada's word for e-mail and typographic apostrophes."""
    for pattern, word in WORDS:
        text = re.sub(pattern, word, text)
    return text


def compiled() -> None:
    """Write the library's French in our words, where its own source is newer."""
    source = Path(allauth.__file__).parent / "locale/fr/LC_MESSAGES/django.po"
    target = settings.BASE_DIR / TARGET / "fr/LC_MESSAGES/django.mo"
    changed = max(source.stat().st_mtime, Path(__file__).stat().st_mtime)
    if target.exists() and target.stat().st_mtime >= changed:
        return
    with source.open("rb") as file:
        catalog = read_po(file, locale="fr")
    for message in catalog:
        if not message.id or not message.string:
            continue
        if isinstance(message.string, str):
            message.string = _kept(message.string)
        else:  # a text with its plural
            message.string = tuple(map(_kept, message.string))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        write_mo(out, catalog)


def _kept(text: str) -> str:
    """The sentence in our words; every second piece of it is no sentence, and stays."""
    pieces = re.split(KEPT, text)
    return "".join(p if n % 2 else canadian(p) for n, p in enumerate(pieces))
