"""Organizations, their members, documents and applications."""

from orgs.models.application import Application, Inquiry
from orgs.models.case import Case, CaseFile, CaseMessage
from orgs.models.change import ChangeMessage, ChangeRequest, Evidence
from orgs.models.document import Document, Page
from orgs.models.fact import Fact
from orgs.models.licence_address import AddressChange
from orgs.models.membership import Membership, Role
from orgs.models.organization import Activity, Organization, Standing

__all__ = [
    "Activity",
    "AddressChange",
    "Application",
    "Case",
    "CaseFile",
    "CaseMessage",
    "ChangeMessage",
    "ChangeRequest",
    "Document",
    "Evidence",
    "Fact",
    "Inquiry",
    "Membership",
    "Organization",
    "Page",
    "Role",
    "Standing",
]
