"""Languages: texts kept in both, and the reader's own."""

from typing import Any

from django.utils import translation
from django.utils.functional import Promise, lazy


class Bilingual:
    """Reads `<name>_fr` or `<name>_en`, whichever language is active: `name = Bilingual()`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, obj: Any, owner: type | None = None) -> str:
        if obj is None:
            return self  # type: ignore[return-value]  # the descriptor itself, on the class
        return str(getattr(obj, f"{self.name}_{reader_language()}"))


def reader_language() -> str:
    """`fr` or `en`: the active one; French when none is."""
    return "en" if (translation.get_language() or "fr").startswith("en") else "fr"


def in_both(*, fr: str, en: str) -> Promise:
    """A text in both languages that each reader sees in theirs, as one of our own sentences."""
    return lazy(lambda: en if reader_language() == "en" else fr, str)()  # type: ignore[return-value]  # a proxy


def sort_key(name: str) -> str:
    """The column to order by: `Category.objects.order_by(sort_key("name"))`."""
    return f"{name}_{reader_language()}"
