"""Staff's work on organizations, a file a subject."""

from orgs.admin import applications, changes, documents, organizations

__all__ = ["applications", "changes", "documents", "organizations"]
