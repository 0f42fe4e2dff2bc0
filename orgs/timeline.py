"""The timeline of an application: who has the ball, since when, until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orgs import qualification
from orgs.days import today, written
from orgs.durations import Usual
from orgs.models import Application

Status = Application.Status


@dataclass(frozen=True)
class Step:
    """One step as components/timeline.html shows it."""

    label: str
    state: str  # done, now, next or bad
    at: date | datetime | None = None
    note: Any = ""


def steps(application: Application, usual: Usual | None = None) -> list[Step]:
    """From the draft to the decision; `usual` says how long others took."""
    if application.is_draft:
        text = _("You have the ball: finish it and send it.")
        promise = _("Within 10 business days after you send it.")
        return [
            Step(_("Your application"), "now", application.saved_at, text),
            Step(_("Checked by our staff"), "next"),
            Step(_("Decision"), "next", note=_join(promise, _pace(usual))),
        ]
    if application.status == Status.PUT_AWAY:
        label = str(application.get_status_display())
        return [Step(label, "bad", application.saved_at)]
    found = [Step(_sent(application), "done", application.submitted_at, str(application))]
    if application.status == Status.INFO_NEEDED:
        text = _("You have the ball: answer our question. The clock stands still meanwhile.")
        found.append(Step(_("We need something from you"), "now", application.waiting_since, text))
        return [*found, Step(_("Decision"), "next", note=_after_answer(application))]
    if application.is_decided:
        found.append(Step(_("Checked by our staff"), "done"))
        state = "done" if application.status == Status.QUALIFIED else "bad"
        label = str(application.get_status_display())
        return [*found, Step(label, state, application.decided_at, application.reason)]
    started = application.status == Status.IN_REVIEW
    text = _("Our staff have it. Nothing to do for now.")
    label = _("Being checked") if started else _("Waiting for our staff")
    return [*found, Step(label, "now", note=_join(text, _pace(usual))), _decision(application)]


def is_late(application: Application) -> bool:
    """Whether the day that we promised has passed, and the ball is ours."""
    is_ours = application.status in {Status.SUBMITTED, Status.IN_REVIEW}
    return bool(is_ours and application.due_on and application.due_on < today())


def _sent(application: Application) -> str:
    match application.kind:
        case Application.Kind.RENEWAL:
            return _("Renewal sent")
        case Application.Kind.APPEAL:
            return _("Appeal sent")
    return _("Application sent")


def _decision(application: Application) -> Step:
    if application.due_on is None:
        return Step(_("Decision"), "next")
    day = written(application.due_on)
    if is_late(application):
        text = _("We promised it by %(day)s. We are late: it is among the first in our queue.")
    else:
        text = _("By %(day)s at the latest.")
    return Step(_("Decision"), "next", note=text % {"day": day})


def _after_answer(application: Application) -> str:
    """While the applicant is awaited the day moves: what is left counts from the answer."""
    due_on = qualification.due_if_answered(application)
    if due_on is None:
        return ""
    text = _("If you answer today, by %(day)s at the latest. Each day that we wait is added.")
    return text % {"day": written(due_on)}


def _pace(usual: Usual | None) -> str:
    if usual is None:
        return ""
    text = _("Lately half were decided within %(median)s, and nine in ten within %(most)s.")
    return text % {"median": _days(usual.median), "most": _days(usual.most)}


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
