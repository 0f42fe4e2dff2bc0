"""Staff's work on organizations, a file a subject."""

from orgs.admin import applications, organizations

__all__ = ["applications", "organizations"]
