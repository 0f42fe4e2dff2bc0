"""The French catalogues: one for each app, found, checked and compiled without outside tools.

`<app>/locale` holds the texts of the app's Python files, of `templates/<app>/` and of
`templates/mail/<app>/`; `locale/` holds those of everything else.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

APPS = ("accounts", "orgs", "catalog", "orders", "tokens", "mail", "audit", "registers")
# Besides its own name, the template folders of an app.
FOLDERS = {"accounts": ("account", "mfa", "usersessions", "allauth")}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Le guide du rédacteur (Translation Bureau of Canada), 6.12: spacing of punctuation marks.
MISSET = re.compile("[ \u00a0\u202f][;!?]| [:»]|« ")
CHECKED_FLAGS = {"python-format", "python-brace-format"}


@dataclass(frozen=True)
class Area:
    """An app, or "site" for the rest: where its texts are and where its catalogue lies."""

    name: str

    @property
    def path(self) -> Path:
        folder = settings.BASE_DIR if self.name == "site" else settings.BASE_DIR / self.name
        return Path(folder) / "locale/fr/LC_MESSAGES/django.po"

    def files(self) -> Iterator[Path]:
        """The Python files and templates of this area, in a fixed order."""
        for file in sorted([*python_files(), *template_files()]):
            if area_of(file) == self.name:
                yield file

    def find(self) -> Catalog:
        """A catalogue of all texts in the files, without translations."""
        found = Catalog(locale="fr")
        for file in self.files():
            for line, message, comments, context in texts(file):
                where = (file.relative_to(settings.BASE_DIR).as_posix(), line)
                found.add(message, None, [where], auto_comments=comments, context=context)
        return found

    def read(self) -> Catalog:
        """The catalogue as it is on disk."""
        if not self.path.exists():
            return Catalog(locale="fr")
        with self.path.open("rb") as file:
            return read_po(file, locale="fr")


def areas() -> list[Area]:
    return [Area(name) for name in (*APPS, "site")]


def python_files() -> Iterator[Path]:
    for app in (*APPS, "portal"):
        for file in (settings.BASE_DIR / app).rglob("*.py"):
            if "migrations" not in file.parts:
                yield file


def template_files() -> Iterator[Path]:
    for pattern in ("*.html", "*.txt"):
        yield from (settings.BASE_DIR / "templates").rglob(pattern)


def area_of(file: Path) -> str:
    """Which catalogue a file's texts belong to."""
    parts = file.relative_to(settings.BASE_DIR).parts
    if parts[0] != "templates":
        return parts[0] if parts[0] in APPS else "site"
    folder = parts[2] if parts[1] == "mail" and len(parts) > 3 else parts[1]
    for app in APPS:
        if folder == app or folder in FOLDERS.get(app, ()):
            return app
    return "site"


def texts(file: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    """The translatable texts of one file, with their line numbers."""
    source = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        source = templatize(source, origin=str(file))
        source = "\n".join(line.strip() for line in source.splitlines())
    yield from extract(
        "python", io.BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=("Translators",)
    )


def update(area: Area) -> list[Message]:
    """Bring an area's catalogue up to date with its texts; returns what lacks French."""
    found, known = area.find(), area.read()
    fresh = Catalog(
        locale="fr",
        charset="utf-8",
        header_comment=f"# French texts: {area.name}",
        creation_date=known.creation_date,  # kept, so that a file changes with its texts only
    )
    for message in found:
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        fresh.add(
            message.id,
            old.string if old and not old.fuzzy else None,
            [(name, 0) for name in sorted({name for name, _ in message.locations})],
            auto_comments=message.auto_comments,
            context=message.context,
        )
    area.path.parent.mkdir(parents=True, exist_ok=True)
    with area.path.open("wb") as out:
        write_po(out, fresh, sort_output=True, width=100, include_lineno=False, omit_header=False)
    return lacking(fresh)


def lacking(catalog: Catalog) -> list[Message]:
    """Messages without French, fuzzy, or whose placeholders differ from the English."""
    return [
        m
        for m in catalog
        if m.id and (m.fuzzy or not complete(m) or any(True for _ in m.check(catalog)))
    ]


def complete(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(strings)


def misset(message: Message) -> bool:
    """Whether French is not set as in Canada: no space before ; ! and ?, a no-break one before :"""
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return any(MISSET.search(text or "") for text in strings)


def compiled() -> None:
    """Write the .mo files that Django reads, where they are older than their source."""
    for area in areas():
        target = area.path.with_suffix(".mo")
        if area.path.exists() and (
            not target.exists() or target.stat().st_mtime <= area.path.stat().st_mtime
        ):
            with target.open("wb") as out:
                write_mo(out, area.read())
