"""Staff's work on organizations, a file a subject."""

from orgs.admin import applications, documents, organizations, people, recoveries

__all__ = ["applications", "documents", "organizations", "people", "recoveries"]
