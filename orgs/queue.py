"""The queue of applications: its views, how many each has, and what comes next."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orgs.days import today
from orgs.models import Application
from orgs.models.application import ApplicationQuerySet

Status, Kind = Application.Status, Application.Kind
SOON = 2  # days before it is due


class View(TextChoices):
    """What one looks at; each is an address, `?view=late`."""

    WAITING = "waiting", _("Waits for us")
    MINE = "mine", _("I review it")
    LATE = "late", _("Late")
    APPLICANT = "applicant", _("Waits for the applicant")
    RENEWALS = "renewals", _("Renewals")
    APPEALS = "appeals", _("Appeals")
    DECIDED = "decided", _("Decided")


OF_US = Q(status__in=[Status.SUBMITTED, Status.IN_REVIEW])
OPEN = Q(status__in=Application.OPEN_SENT)
DECIDED = Q(decided_at__isnull=False)


def conditions(*, by: User, on: date) -> Mapping[str, Q]:
    """What is in each view for somebody on a day: lists and counts both ask here."""
    return {
        View.WAITING: OF_US,
        View.MINE: OPEN & Q(claimed_by=by),
        View.LATE: OF_US & Q(due_on__lt=on),
        View.APPLICANT: Q(status=Status.INFO_NEEDED),
        View.RENEWALS: OPEN & Q(kind=Kind.RENEWAL),
        View.APPEALS: OPEN & Q(kind=Kind.APPEAL),
        View.DECIDED: DECIDED,
    }


def rows(view: str, *, by: User, on: date) -> ApplicationQuerySet:
    """One view's applications: soonest due first, of those decided the newest first."""
    chosen = Application.objects.filter(conditions(by=by, on=on)[view])
    return chosen.order_by(*order(view))


def order(view: str) -> tuple[str, ...]:
    return ("-decided_at", "-pk") if view == View.DECIDED else ("due_on", "pk")


def counts(*, by: User, on: date) -> dict[str, int]:
    """How many each view has; two queries, whatever there is."""
    wanted = dict(conditions(by=by, on=on))
    decided = Application.objects.filter(wanted.pop(View.DECIDED)).count()
    each: dict[str, Any] = {str(view): Count("pk", filter=q) for view, q in wanted.items()}
    return Application.objects.filter(OPEN).aggregate(**each) | {str(View.DECIDED): decided}


def oldest(view: str, *, by: User, on: date) -> date | None:
    """The day on which the longest waiting of a view was sent."""
    found = rows(view, by=by, on=on).order_by().aggregate(at=Min("submitted_at"))["at"]
    return found.date() if found else None


def next_of(view: str, *, by: User, on: date, after: Application | None = None) -> int | None:
    """The application to look at next in a view: never the one just seen, nor a colleague's."""
    free = rows(view, by=by, on=on).filter(Q(claimed_by=None) | Q(claimed_by=by))
    if after is not None:
        free = free.exclude(pk=after.pk)
    return free.values_list("pk", flat=True).first()


def shade(application: Application) -> str:
    """The tint of a status; its word says the same."""
    tints = {Status.QUALIFIED: "ok", Status.DECLINED: "mute", Status.INFO_NEEDED: "warn"}
    return tints.get(Status(application.status), "info")


def due_words(application: Application) -> tuple[str, str]:
    """When it is due, and the tint that goes with the words (none when there is time)."""
    if application.due_on is None:
        return "", ""
    if application.status == Status.INFO_NEEDED:
        return "", gettext("waits for the applicant")
    day, left = date_format(application.due_on, "DATE_FORMAT"), (application.due_on - today()).days
    if left == 0:
        return "warn", gettext("%(day)s (today)") % {"day": day}
    if left > 0:
        text = ngettext("%(day)s (in %(n)s day)", "%(day)s (in %(n)s days)", left)
    else:
        text = ngettext("%(day)s (%(n)s day late)", "%(day)s (%(n)s days late)", -left)
    kind = "bad" if left < 0 else "warn" if left <= SOON else ""
    return kind, text % {"day": day, "n": abs(left)}
