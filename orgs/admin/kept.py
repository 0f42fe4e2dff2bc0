"""Rows that nobody deletes: what most lists of the admin have in common."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from audit.models import record


class KeptAdmin(admin.ModelAdmin):
    """Rows that nobody deletes; a change is written down with its fields."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"assume_scheme": "https"}}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        action = f"{obj._meta.model_name}.{'changed' if change else 'added'}"
        record(obj, action, by=request.user, fields=sorted(form.changed_data))
