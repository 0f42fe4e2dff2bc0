"""Staff's work on organizations, a file a subject."""

from orgs.admin import applications, documents, organizations

__all__ = ["applications", "documents", "organizations"]
