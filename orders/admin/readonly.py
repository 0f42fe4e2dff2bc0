"""Rows that only the product writes: staff read them, and do named deeds to them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ReadOnly(admin.ModelAdmin):
    """Nothing is added, changed or deleted in a form; `may_act` guards the deeds."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """For deeds: the change permission, which no form here uses."""
        label = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(label))
