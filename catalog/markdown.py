"""Markdown: what staff write about a product, as safe HTML."""

from functools import cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt


@cache
def renderer() -> MarkdownIt:
    """CommonMark without raw HTML; links with unsafe schemes are left as text."""
    return MarkdownIt("commonmark", {"html": False})


def to_html(text: str) -> SafeString:
    """HTML that may stand in a page: raw HTML in the text was escaped."""
    return mark_safe(renderer().render(text))  # noqa: S308  (the renderer escapes HTML)
