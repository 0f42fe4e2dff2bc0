"""Staff's work on organizations, a file a subject."""

from orgs.admin import applications, changes, organizations

__all__ = ["applications", "changes", "organizations"]
