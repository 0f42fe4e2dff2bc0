"""Staff's lists and pages call columns, filters and fields by French words in French."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import (
    flatten_fieldsets,
    get_fields_from_path,
    label_for_field,
)
from django.urls import resolve, reverse
from django.utils import translation

from tests.factories import UserFactory

SAME = {
    "attestations",
    "code",
    "document",
    "message",
    "mission",
    "pages",
    "position",
    "sanction",
    "section",
    "SHA-256",
    "stock",
    "total (CAD)",
    "type",
    "version",
}
"""Words that are the same in both languages."""
OWN_PAGES = {"catalog.RuleDraft", "orders.Order"}
"""What has a page that does not go through the fields."""


@pytest.fixture
def titles(db, rf) -> Callable[[str], dict[str, str]]:
    """Where a title stands, and the title, in a language."""
    root = UserFactory(is_staff=True, is_superuser=True)

    def asked(model: Any) -> Any:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        request = rf.get(address)
        request.user, request.resolver_match = root, resolve(address)
        return request

    def of(language: str) -> dict[str, str]:
        found = {}
        with translation.override(language):
            for model, page in admin.site._registry.items():
                for column in page.list_display:
                    words = str(label_for_field(column, model, page))
                    found[f"{model._meta.label}, column {column}"] = words
                for name in fields(model, page):
                    words = str(label_for_field(name, model, page))
                    found[f"{model._meta.label}, field {name}"] = words
                for one in page.list_filter:
                    words = filter_title(asked(model), model, one)
                    found[f"{model._meta.label}, filter {one}"] = words
        return found

    return of


def fields(model: Any, page: Any) -> list[str]:
    """What a row's page shows of it."""
    if model._meta.label in OWN_PAGES:
        return []
    every = [f.name for f in model._meta.fields if f.editable and not f.primary_key]
    declared = page.fieldsets or [(None, {"fields": page.fields or every})]
    known = {field.name for field in model._meta.fields}
    found = flatten_fieldsets(declared)
    return [name for name in found if name in known or name in page.readonly_fields]


def filter_title(request: Any, model: Any, one: Any) -> str:
    if isinstance(one, type):
        return str(one.title)
    path, kind = one if isinstance(one, tuple) else (one, None)
    field = get_fields_from_path(model, path)[-1]
    if kind is None:
        return str(field.verbose_name)
    return str(kind(field, request, {}, model, admin.site._registry[model], field_path=path).title)


def test_no_title_of_a_list_is_english_in_french(titles):
    english, french = titles("en"), titles("fr")
    same = {where: words for where, words in english.items() if words == french[where]}

    assert {where: words for where, words in same.items() if words not in SAME} == {}
    assert set(same.values()) == SAME  # nothing is excused that is not there


@pytest.mark.parametrize(("language", "by"), [("en", " by"), ("fr", " par")])
def test_what_a_filter_is_called_reads_well_after_by(titles, language, by):
    filters = {where: words for where, words in titles(language).items() if ", filter " in where}
    assert {where: words for where, words in filters.items() if words.endswith(by)} == {}


def test_what_a_list_says_it_joins_is_joined(db, rf):
    """Django leaves `list_select_related` aside where `get_queryset` joins anything itself."""
    request = rf.get("/admin/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    left_aside = [
        model._meta.label
        for model, page in admin.site._registry.items()
        if page.list_select_related and page.get_queryset(request).query.select_related
    ]

    assert left_aside == []
