"""Staff's work on organizations, a file a subject."""

from orgs.admin import (
    alerts,
    applications,
    cases,
    changes,
    claims,
    documents,
    matches,
    organizations,
    people,
    reasons,
    recoveries,
)

__all__ = [
    "alerts",
    "applications",
    "cases",
    "changes",
    "claims",
    "documents",
    "matches",
    "organizations",
    "people",
    "reasons",
    "recoveries",
]
