"""The texts that are ready: both languages side by side, as the applicant would read them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.models import record
from orgs.admin.kept import KeptAdmin
from orgs.emails import applications as emails
from orgs.models import Application, Organization, ReadyText


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("current", _("In use")), ("retired", _("Retired"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "current":
                return queryset.filter(retired_at=None)
            case "retired":
                return queryset.exclude(retired_at=None)
        return queryset


@admin.register(ReadyText)
class ReadyTextAdmin(KeptAdmin):
    """Nobody deletes one: what was sent stays sent. Retired, it is not offered any more."""

    list_display = ("text_fr", "text_en", "kind", "position", "uses", "is_current")
    list_filter = ("kind", StateFilter)
    search_fields = ("text_fr", "text_en")
    fieldsets = (
        (None, {"fields": ("kind", "position")}),
        (_("What the applicant reads"), {"fields": (("text_fr", "text_en"),)}),
        (_("The letter, for an invented organization"), {"fields": (("letter_fr", "letter_en"),)}),
        (None, {"fields": ("uses", "is_current")}),
    )
    readonly_fields = ("letter_fr", "letter_en", "uses", "is_current")
    actions = ("retire", "bring_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReadyText]:
        rows: Any = super().get_queryset(request)
        return rows.with_uses()

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name.startswith("text_") and field:
            attrs = {"rows": 5, "lang": db_field.name.removeprefix("text_")}
            field.widget = forms.Textarea(attrs=attrs)
        return field

    @admin.display(description=_("in French"))
    def letter_fr(self, ready: ReadyText) -> str:
        return letter(ready, "fr")

    @admin.display(description=_("in English"))
    def letter_en(self, ready: ReadyText) -> str:
        return letter(ready, "en")

    @admin.display(description=_("times used"), ordering="used")
    def uses(self, ready: Any) -> int:
        return int(getattr(ready, "used", 0))

    @admin.display(description=_("in use"), boolean=True)
    def is_current(self, ready: ReadyText) -> bool:
        return ready.retired_at is None

    @admin.action(description=_("Retire: offer it no longer"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[ReadyText]) -> None:
        self.put(request, queryset.filter(retired_at=None), "readytext.retired", timezone.now())

    @admin.action(description=_("Bring back: offer it again"), permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[ReadyText]) -> None:
        self.put(request, queryset.exclude(retired_at=None), "readytext.brought_back", None)

    def put(self, request: HttpRequest, queryset: Any, action: str, at: Any) -> None:
        rows = list(queryset)
        for ready in rows:
            ready.retired_at = at
            ready.save(update_fields=["retired_at"])
            record(ready, action, by=request.user)
        text = ngettext("%(count)d text changed.", "%(count)d texts changed.", len(rows))
        self.message_user(request, text % {"count": len(rows)})


def letter(ready: ReadyText, language: str) -> str:
    """The e-mail with this text, as an invented organization would get it."""
    text = getattr(ready, f"text_{language}")
    if not text:
        return gettext("Save it first: then the letter is here.")
    names = {"fr": "Maison Exemple", "en": "Example House"}
    organization = Organization(number=100000, legal_name=names[language], language=language)
    application = Application(pk=0, organization=organization, reason=text)
    if ready.kind == ReadyText.Kind.REASON:
        written = emails.preview("declined", application)
    else:
        written = emails.preview("question", application, question=text)
    return format_html('<div class="letter" lang="{}">{}</div>', language, written)
