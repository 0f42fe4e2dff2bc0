"""The timeline of an application: who has the ball, since when, until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orgs.models import Application

Status = Application.Status


@dataclass(frozen=True)
class Step:
    """One step as components/timeline.html shows it."""

    label: str
    state: str  # done, now, next or bad
    at: date | datetime | None = None
    note: Any = ""


def steps(application: Application) -> list[Step]:
    """From the draft to the decision."""
    if application.status == Status.DRAFT:
        text = _("You have the ball: finish it and send it.")
        return [
            Step(_("Your application"), "now", note=text),
            Step(_("Checked by our staff"), "next"),
            Step(_("Decision"), "next", note=_("Within 10 business days after you send it.")),
        ]
    found = [Step(_("Application sent"), "done", application.submitted_at, str(application))]
    if application.status == Status.INFO_NEEDED:
        text = _("You have the ball: answer our question. The clock stands still meanwhile.")
        found.append(Step(_("We need something from you"), "now", application.waiting_since, text))
        return [*found, Step(_("Decision"), "next")]
    if application.is_decided:
        found.append(Step(_("Checked by our staff"), "done"))
        state = "done" if application.status == Status.QUALIFIED else "bad"
        label = str(application.get_status_display())
        return [*found, Step(label, state, application.decided_at, application.reason)]
    started = application.status == Status.IN_REVIEW
    text = _("Our staff have it. Nothing to do for now.")
    label = _("Being checked") if started else _("Waiting for our staff")
    return [*found, Step(label, "now", note=text), _decision(application)]


def _decision(application: Application) -> Step:
    if application.due_on is None:
        return Step(_("Decision"), "next")
    day = date_format(application.due_on, "DATE_FORMAT")
    return Step(_("Decision"), "next", note=_("By %(day)s at the latest.") % {"day": day})
