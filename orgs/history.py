"""The history of an application: what was done, in words, by whom and when."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from orgs.models import Application

WORDS: Final = {
    "application.started": _("Started"),
    "application.saved": _("A part saved"),
    "application.submitted": _("Sent to us"),
    "application.in_review": _("Taken for review"),
    "application.claimed": _("Taken over for review"),
    "application.released": _("Given back to all"),
    "application.info_needed": _("Applicant asked"),
    "application.checked": _("Checklist saved"),
    "application.note": _("Note for colleagues"),
    "application.assigned": _("Given to a colleague"),
    "application.remarked": _("The applicant added"),
    "application.confirmed": _("Facts confirmed by the applicant"),
    "application.appealed": _("The applicant appeals"),
    "application.put_away": _("Put away"),
    "application.draft": _("Taken up again"),
    "application.qualified": _("Organization qualified"),
    "application.declined": _("Application declined"),
}


@dataclass(frozen=True)
class Deed:
    """An entry of the trail, as staff read it."""

    entry: Entry
    words: Any


def deeds(application: Application) -> list[Deed]:
    """What happened, newest first; one query."""
    entries = Entry.objects.about(application).select_related("by")
    return [Deed(entry, words_of(entry)) for entry in entries]


def words_of(entry: Entry) -> Any:
    """What was done. A deed without words of its own is shown by its code: nothing is left out."""
    is_back = entry.data.get("was") == Application.Status.INFO_NEEDED
    if entry.action == "application.in_review" and is_back:
        return _("The applicant answered")
    if entry.action == "application.draft" and entry.data.get("was") in Application.OPEN_SENT:
        return _("Taken back by the applicant")
    return WORDS.get(entry.action, entry.action)
