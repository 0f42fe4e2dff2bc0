"""Facts: what is on file about an organization, as the rules read it."""

from collections.abc import Iterable

from catalog.eligibility import Facts, Source
from orgs.models import Organization


def facts_of(organization: Organization, activities: Iterable[str] | None = None) -> Facts:
    """One query, for the activities, unless the caller has read their codes already."""
    if activities is None:
        activities = [activity.code for activity in organization.activities.all()]
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
    )
