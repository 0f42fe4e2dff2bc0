"""Rows that only the product writes: staff read them, and do named deeds to them."""

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.models import Entry

WORDS: Final = {
    "by_cheque": _("The buyer pays by cheque"),
    "licences_resent": _("Licences sent again"),
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
