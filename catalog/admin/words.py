"""Staff's work on words that mean the same."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest

from catalog.models import Synonym
from orgs.admin.kept import KeptAdmin


@admin.register(Synonym)
class SynonymAdmin(KeptAdmin):
    """A group left with a single word does nothing; superusers may delete it."""

    list_display = ("words_fr", "words_en")
    list_display_links = ("words_fr", "words_en")
    search_fields = ("words_fr", "words_en")
    fields = (("words_fr", "words_en"),)
    formfield_overrides = {models.CharField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("catalog.delete_synonym")
