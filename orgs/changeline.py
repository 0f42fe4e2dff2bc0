"""The timeline of a change request: who has the ball, since when, until when."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orgs.models import ChangeRequest
from orgs.timeline import Step

Status = ChangeRequest.Status


def steps(change: ChangeRequest) -> list[Step]:
    """From the sending to the decision."""
    found = [Step(_("Request sent"), "done", change.sent_at, str(change))]
    label = str(change.get_status_display())
    match change.status:
        case Status.INFO_NEEDED:
            text = _("You have the ball: answer our question. The clock stands still meanwhile.")
            found.append(Step(label, "now", change.waiting_since, text))
            return [*found, Step(_("Decision"), "next")]
        case Status.APPROVED:
            text = _("The file says what you asked.")
            return [*found, Step(label, "done", change.decided_at, text)]
        case Status.DECLINED:
            return [*found, Step(label, "bad", change.decided_at, change.reason)]
        case Status.WITHDRAWN:
            return [*found, Step(label, "done", note=_("The file says what it said."))]
    text = _("Our staff have it. What is on file stays in force meanwhile.")
    day = date_format(change.due_on, "DATE_FORMAT")
    last = _("By %(day)s at the latest.") % {"day": day}
    return [
        *found,
        Step(_("Being checked"), "now", note=text),
        Step(_("Decision"), "next", note=last),
    ]
