"""Rows that only the product writes: staff read them, and do named deeds to them."""

from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from audit.models import Entry

WORDS: Final = {
    "held": _("Stopped by staff"),
    "released": _("Released by staff"),
    "noted": _("Note of staff"),
    "waits": _("The buyer waits for the goods"),
    "by_cheque": _("The buyer pays by cheque"),
    "licences_resent": _("Licences sent again"),
    "in_batch": _("Part of a bulk delivery"),
    "handed_over": _("Handed over to the partner"),
    "shipped": _("A parcel was entered"),
    "put_off": _("Put off"),
    "parcel_arrived": _("The buyer says that a parcel arrived"),
    "placed": _("Placed"),
    "external": _("Made in PayPal’s own pages"),
    "look": _("Wants somebody to look"),
    "requested": _("Asked for"),
    "seen": _("Looked at"),
}
"""Deeds that are no status."""


def trail(subject: Any) -> list[Entry]:
    """What was done with a row, each with its `words`: a status by its name, else the deed's."""
    labels = dict(subject.Status.choices)
    entries: list[Any] = list(Entry.objects.about(subject).select_related("by"))
    for entry in entries:
        deed = entry.action.partition(".")[2]
        entry.words = labels.get(deed) or WORDS.get(deed, deed)
    return entries


class ReadOnly(admin.ModelAdmin):
    """Nothing is added, changed or deleted in a form; `may_act` guards the deeds."""

    change_form_template = "orders/admin/read_only.html"

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


class WithHistory(ReadOnly):
    """Its page shows the row's trail as `entries`, and what `more` tells the template."""

    def more(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What else the row's page knows, such as what this person may do with it now."""
        return {}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        told = {"entries": trail(row)} | self.more(request, row) if row else {}
        return super().change_view(request, object_id, form_url, told | (extra_context or {}))


class Rows(admin.TabularInline):
    """Rows of another table that nobody changes on the page of what they belong to."""

    template = "orders/admin/rows.html"
    can_delete = False
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see what they belong to sees them."""
        meta = self.parent_model._meta
        return bool(request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
