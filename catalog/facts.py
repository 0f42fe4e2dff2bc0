"""Facts: what is on file about an organization, as the rules read it."""

from collections.abc import Iterable

from catalog.eligibility import Facts, Granted, Source
from catalog.models import Override
from orgs.models import Organization


def facts_of(
    organization: Organization,
    activities: Iterable[str] | None = None,
    granted: Iterable[Granted] | None = None,
) -> Facts:
    """Two queries, for the activities and the exceptions, unless the caller has read them."""
    if activities is None:
        activities = [activity.code for activity in organization.activities.all()]
    if granted is None:
        rows = Override.objects.filter(organization=organization).granted()
        granted = [Granted(row.program_id, row.from_on, row.until_on) for row in rows]
    sources = {}
    if organization.budget_source:
        name, year = organization.get_budget_source_display(), organization.budget_year
        sources["budget"] = Source(f"{name} {year}" if year else name)
    return Facts(
        kind=organization.kind,
        province=organization.province,
        activities=frozenset(activities),
        budget=organization.annual_budget,
        staff=organization.staff,
        qualified_since=organization.qualified_since,
        qualified_until=organization.qualified_until,
        secular_arm=organization.secular_arm,
        sources=sources,
        granted=tuple(granted),
    )
