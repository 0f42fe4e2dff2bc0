"""Staff's work on donor partners and their questions, and on categories."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import JSONField, QuerySet, TextField
from django.http import HttpRequest

from catalog.models import Category, Partner, PartnerQuestion
from orgs.admin.kept import KeptAdmin

SHORT_TEXTS: dict[Any, Any] = {
    TextField: {"widget": AdminTextareaWidget(attrs={"rows": 5})},
    JSONField: {"widget": AdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"})},
}
"""Boxes of a height that lets two languages be read side by side."""


class QuestionInline(admin.StackedInline):
    model = PartnerQuestion
    formfield_overrides = SHORT_TEXTS
    extra = 0
    fields = ("position", ("question_fr", "question_en"), ("answer_fr", "answer_en"))


@admin.register(Partner)
class PartnerAdmin(KeptAdmin):
    formfield_overrides = SHORT_TEXTS
    list_display = ("name", "slug", "website", "position")
    list_display_links = ("name",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "website", "position", ("about_fr", "about_en"))
    inlines = (QuestionInline,)


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    list_display = ("slug", "name_fr", "name_en", "parent", "position")
    list_select_related = ("parent",)
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("slug", "name_fr", "name_en")
    fields = ("slug", "parent", ("name_fr", "name_en"), "position")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Two levels: a parent has none."""
        if db_field.name == "parent":
            kwargs["queryset"] = top_level()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def top_level() -> QuerySet[Category]:
    return Category.objects.filter(parent=None)
