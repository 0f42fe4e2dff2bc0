"""Filters of lists, called as one says them after "By"."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class ReviewerFilter(admin.RelatedOnlyFieldListFilter):
    """Who looks after it: those who look after something in the list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("reviewer")


class FilledFilter(admin.EmptyFieldListFilter):
    """Whether a column is filled, in words of its own. Subclasses give them."""

    words: tuple[Any, Any, Any]
    """What the filter is called; when it is filled; when it is empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.words[0]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, empty, filled = super().choices(changelist)
        yield everything
        yield {**filled, "display": self.words[1]}
        yield {**empty, "display": self.words[2]}
