"""Organizations, their members, documents and applications."""

from orgs.models.application import Application, Inquiry
from orgs.models.document import Document, Page
from orgs.models.fact import Fact
from orgs.models.membership import Membership, Role
from orgs.models.organization import Activity, Organization, Standing
from orgs.models.reason import ReadyText, ReadyTextUse
from orgs.models.view import SavedView

__all__ = [
    "Activity",
    "Application",
    "Document",
    "Fact",
    "Inquiry",
    "Membership",
    "Organization",
    "Page",
    "ReadyText",
    "ReadyTextUse",
    "Role",
    "SavedView",
    "Standing",
]
