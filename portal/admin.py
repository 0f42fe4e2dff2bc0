"""Staff's desk of the outbox: what was sent, what waits, what was given up, and why."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from audit.models import record
from mail import outbox
from mail.models import Message
from portal import merge_pages

__all__ = ["merge_pages"]  # merges are of every app: their list registers itself

# Django's French has "de" or "un objet" before any name, as in "Ajout de exception": ours goes
# without.
TITLES = (
    _("Add %s"),
    _("Change %s"),
    _("View %s"),
    _("Add %(name)s"),
    _("Add another %(verbose_name)s"),
)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        sent = pgettext("message", "Sent")
        return [("owed", _("Waiting")), ("dead", _("Given up")), ("sent", sent)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "owed":
                return queryset.owed()
            case "dead":
                return queryset.dead()
            case "sent":
                return queryset.exclude(sent_at=None)
        return queryset


class ReasonForm(ActionForm):
    """Beside the choice of an action: why."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    """Messages are read here, sent again or given up; nobody writes, changes or deletes one.

    It is in the portal because the mail app knows nothing of the trail.
    """

    list_display = ("subject", "to", "state", "attempts", "due_at", "short_error", "created_at")
    list_filter = (StateFilter, "kind", "language")
    search_fields = ("subject", "to", "key")
    date_hierarchy = "created_at"
    fields = (
        *("kind", "subject", "to", "language", "state", "attempts", "last_error"),
        *("created_at", "due_at", "sent_at", "dead_at", "text"),
    )
    readonly_fields = fields
    action_form = ReasonForm
    actions = ("send_again", "give_up")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("state"))
    def state(self, message: Message) -> Any:
        if message.sent_at:
            return pgettext("message", "Sent")
        return _("Given up") if message.dead_at else _("Waiting")

    @admin.display(description=_("last error"))
    def short_error(self, message: Message) -> str:
        return message.last_error[:80]

    @admin.action(description=_("Send again"), permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self.apply(request, queryset, outbox.revive, "message.revived")

    @admin.action(description=_("Give up (say why)"), permissions=["change"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        if request.POST.get("reason", "").strip():
            self.apply(request, queryset, outbox.give_up, "message.given_up")
        else:
            self.message_user(request, _("Say why, beside the action."), messages.ERROR)

    def apply(
        self,
        request: HttpRequest,
        queryset: QuerySet[Message],
        act: Callable[[int], bool],
        action: str,
    ) -> None:
        """Act on each message that can still be acted on, with an entry in the trail."""
        note, done = request.POST.get("reason", "").strip(), 0
        for message in queryset.only("pk"):
            with transaction.atomic():
                if act(message.pk):
                    record(message, action, by=request.user, note=note)
                    done += 1
        text = ngettext("%(count)d message changed.", "%(count)d messages changed.", done)
        self.message_user(request, text % {"count": done})
