"""Notices: how an organization stands, in words: since when, why, and what its people can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.languages import reader_language
from audit.models import Entry
from orgs.days import written
from orgs.models import Application, Organization, Standing
from orgs.models.organization import OrganizationQuerySet

CHIPS: Final[Mapping[str, str]] = {
    Standing.APPLICANT: "mute",
    Standing.QUALIFIED: "ok",
    Standing.RENEWAL_DUE: "warn",
    Standing.LAPSED: "bad",
    Standing.SUSPENDED: "bad",
    Standing.CLOSED: "mute",
    Standing.MERGED: "mute",
}
APPLICATION_CHIPS: Final[Mapping[str, str]] = {
    Application.Status.DRAFT: "mute",
    Application.Status.SUBMITTED: "info",
    Application.Status.IN_REVIEW: "info",
    Application.Status.INFO_NEEDED: "warn",
    Application.Status.QUALIFIED: "ok",
    Application.Status.DECLINED: "bad",
    Application.Status.PUT_AWAY: "mute",
}
WHY_NOT: Final[Mapping[str, Any]] = {
    Standing.APPLICANT: gettext_lazy("Your organization is not qualified yet."),
    Standing.LAPSED: gettext_lazy(
        "The qualification of your organization ended on %(day)s: renew it first."
    ),
    Standing.SUSPENDED: gettext_lazy(
        "The qualification of your organization is suspended since %(day)s."
    ),
    Standing.CLOSED: gettext_lazy("The account of your organization is closed since %(day)s."),
    Standing.MERGED: gettext_lazy(
        "This organization was merged into another one on %(day)s: go on there."
    ),
}


@dataclass(frozen=True)
class Notice:
    """What stands on the organization's page when all is not as usual."""

    title: str
    kind: str  # of components/notice.html
    reason: str = ""
    todo: str = ""
    url: str = ""
    act: str = ""


def statuses() -> list[tuple[str, Any]]:
    """Every status that an organization can have, with its word."""
    of_applications = (
        Application.Status.DRAFT,
        *Application.OPEN_SENT,
        Application.Status.DECLINED,
    )
    found = [(status.value, status.label) for status in of_applications]
    return found + [(s.value, s.label) for s in Standing if s != Standing.APPLICANT]


def status(organization: Organization, newest: str | None, *, on: date) -> Any:
    """The word for an organization; `newest` is the status of its newest application."""
    standing = organization.standing(on)
    if standing == Standing.APPLICANT and newest:
        return Application.Status(newest).label
    return standing.label


def with_newest_status(rows: OrganizationQuerySet) -> OrganizationQuerySet:
    """With `newest_status`: that of the newest application; None when there is none."""
    newest = Application.objects.filter(organization=OuterRef("pk")).order_by("-pk")
    return rows.annotate(newest_status=Subquery(newest.values("status")[:1]))


def with_status(rows: OrganizationQuerySet, status: str, *, on: date) -> OrganizationQuerySet:
    """Those of `rows` that have one of the `statuses` on a day."""
    if status in Standing and status != Standing.APPLICANT:
        return rows.standing(status, on=on)
    applicants: Any = with_newest_status(rows.standing(Standing.APPLICANT, on=on))
    found: OrganizationQuerySet = applicants.filter(newest_status=status)
    return found


def since(organization: Organization, standing: Standing) -> date | None:
    """The day from which it stands so, where that is not good."""
    match standing:
        case Standing.LAPSED:
            return organization.qualified_until
        case Standing.SUSPENDED:
            return organization.suspended_on
        case Standing.CLOSED | Standing.MERGED:
            return organization.closed_on
    return None


def why_not(organization: Organization, *, on: date) -> str:
    """Why nothing can be ordered or proved in its name on a day, in a sentence; "" when it can."""
    standing = organization.standing(on)
    if standing not in WHY_NOT:
        return ""
    return str(WHY_NOT[standing]) % {"day": _in_words(since(organization, standing))}


def notice(organization: Organization, *, on: date, is_renewing: bool = False) -> Notice | None:
    """What its people have to know; None while all is well. One query when there is a reason.

    `is_renewing`: its renewal is with our staff.
    """
    standing = organization.standing(on)
    day = {"day": _in_words(since(organization, standing))}
    renew = reverse("orgs:renew", args=[organization.number])
    match standing:
        case Standing.RENEWAL_DUE if not is_renewing:
            title = _("The qualification ends on %(day)s") % {
                "day": _in_words(organization.qualified_until)
            }
            todo = _("Renewing takes about five minutes: read the facts on file and confirm them.")
            return Notice(title, "warn", "", todo, renew, _("Renew the qualification"))
        case Standing.LAPSED:
            title = _("The qualification ended on %(day)s") % day
            todo = _("Nothing can be ordered until it is renewed. Carts, orders and licences stay.")
            if is_renewing:
                return Notice(title, "warn", "", todo)
            return Notice(title, "bad", "", todo, renew, _("Renew the qualification"))
        case Standing.SUSPENDED:
            title = _("The qualification is suspended since %(day)s") % day
            todo = _(
                "Nothing can be ordered, and validation tokens say that it is not qualified. "
                "Orders and licences stay. If this is a mistake, write to us with a paper that "
                "shows it."
            )
            return Notice(title, "bad", _reason(organization, "suspended"), todo)
        case Standing.CLOSED:
            title = _("This account is closed since %(day)s") % day
            todo = _(
                "Nothing new can be ordered. Orders under way arrive, and everything here can "
                "still be read. Write to us to open it again."
            )
            return Notice(title, "info", _reason(organization, "closed"), todo)
        case Standing.MERGED:
            return _merged(organization, day)
    return None


def _merged(organization: Organization, day: dict[str, str]) -> Notice:
    other = organization.merged_into
    title = _("This organization was merged into another one on %(day)s") % day
    todo = _("Its orders, licences and people are there now. What is here can still be read.")
    if other is None:
        return Notice(title, "info", "", todo)
    url = reverse("dashboard", args=[other.number])
    return Notice(title, "info", "", todo, url, _("Go to %(name)s") % {"name": other})


def _reason(organization: Organization, deed: str) -> str:
    """Why, as it was written then, in the reader's language where it was."""
    entry = Entry.objects.about(organization).filter(action=f"organization.{deed}").first()
    if entry is None:
        return ""
    said = entry.data.get("reason") or {}
    return str(said.get(reader_language()) or entry.note)


def _in_words(day: date | None) -> str:
    return written(day) if day else ""
