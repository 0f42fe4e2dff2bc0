"""Staff's work on organizations, a file a subject."""

from orgs.admin import applications, cases, changes, documents, organizations

__all__ = ["applications", "cases", "changes", "documents", "organizations"]
