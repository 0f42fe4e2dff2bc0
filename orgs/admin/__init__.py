"""Staff's work on organizations, a file a subject."""

from orgs.admin import alerts, applications, documents, organizations, people, recoveries

__all__ = ["alerts", "applications", "documents", "organizations", "people", "recoveries"]
