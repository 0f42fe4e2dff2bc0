"""Organizations, their members, documents and applications."""

from orgs.models.application import Application, Inquiry, NewBudget, Remark
from orgs.models.document import Document, Page
from orgs.models.fact import Fact
from orgs.models.membership import Membership, Role
from orgs.models.organization import Activity, Organization, Standing

__all__ = [
    "Activity",
    "Application",
    "Document",
    "Fact",
    "Inquiry",
    "Membership",
    "NewBudget",
    "Organization",
    "Page",
    "Remark",
    "Role",
    "Standing",
]
