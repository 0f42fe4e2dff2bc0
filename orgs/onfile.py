"""What is on file, group by group: where it comes from, and which request to change it is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from orgs.days import day_of
from orgs.fieldclasses import SUBJECTS, Subject, is_stale_budget
from orgs.models import Application, ChangeRequest, Document, Organization


@dataclass(frozen=True)
class Group:
    """A subject's facts, with what is known about them."""

    subject: Subject
    pending: ChangeRequest | None
    """The open request to change them."""
    approved: ChangeRequest | None
    """The newest request that made them what they are."""
    checked_on: date | None
    """The day on which our staff last checked them; None when they were only declared."""

    @property
    def papers(self) -> list[Document]:
        """What showed them."""
        if self.approved is None:
            return []
        return [evidence.document for evidence in self.approved.evidence.all()]


def groups(organization: Organization) -> list[Group]:
    """Every subject, in the order of the page; four queries.

    A budget of a year after the qualification was not what staff looked at then.
    """
    rows = ChangeRequest.objects.of(organization).select_related("sent_by")
    rows = rows.filter(status__in=[*ChangeRequest.OPEN, ChangeRequest.Status.APPROVED])
    requests = list(rows.prefetch_related("evidence__document").order_by("-pk"))
    qualified = Application.objects.of(organization).filter(status=Application.Status.QUALIFIED)
    at = qualified.order_by("-decided_at").values_list("decided_at", flat=True).first()
    seen_on = day_of(at) if at else None
    found = []
    for subject in SUBJECTS.values():
        is_newer = (
            subject.code == "budget"
            and seen_on is not None
            and (organization.budget_year or 0) > seen_on.year
        )
        found.append(_group(subject, requests, None if is_newer else seen_on))
    return found


def _group(subject: Subject, requests: Iterable[ChangeRequest], qualified_on: date | None) -> Group:
    mine = [change for change in requests if change.subject == subject.code]
    pending = next((change for change in mine if change.is_open), None)
    approved = next((change for change in mine if not change.is_open), None)
    days = [day_of(approved.decided_at)] if approved and approved.decided_at else []
    days += [qualified_on] if qualified_on else []
    return Group(subject, pending, approved, max(days, default=None))


def is_old_budget(organization: Organization, *, on: date) -> bool:
    """Whether the budget's year ended more than 18 months ago."""
    is_known = organization.annual_budget is not None
    return is_known and is_stale_budget(organization.budget_year, on=on)
