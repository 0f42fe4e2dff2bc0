"""Organizations, their members, documents and applications."""

from orgs.models.application import Application, Inquiry, NewBudget, Remark
from orgs.models.branch import BranchLetter
from orgs.models.case import Case, CaseFile, CaseMessage
from orgs.models.change import ChangeMessage, ChangeRequest, Evidence
from orgs.models.claim import Claim, Voice
from orgs.models.document import Document, Page
from orgs.models.fact import Fact
from orgs.models.identity import IdentityKey
from orgs.models.invitation import Invitation, JoinRequest
from orgs.models.licence_address import AddressChange
from orgs.models.match import Match
from orgs.models.membership import Membership, Role, Tenure
from orgs.models.merge import Merge, MovedRow
from orgs.models.organization import Activity, Organization, Standing
from orgs.models.reason import ReadyText, ReadyTextUse
from orgs.models.recovery import Recovery, RecoveryNotice, RecoveryPaper
from orgs.models.register_alert import RegisterAlert
from orgs.models.view import SavedView

__all__ = [
    "Activity",
    "AddressChange",
    "Application",
    "BranchLetter",
    "Case",
    "CaseFile",
    "CaseMessage",
    "ChangeMessage",
    "ChangeRequest",
    "Claim",
    "Document",
    "Evidence",
    "Fact",
    "IdentityKey",
    "Inquiry",
    "Invitation",
    "JoinRequest",
    "Match",
    "Membership",
    "Merge",
    "MovedRow",
    "NewBudget",
    "Organization",
    "Page",
    "ReadyText",
    "ReadyTextUse",
    "Recovery",
    "RecoveryNotice",
    "RecoveryPaper",
    "RegisterAlert",
    "Remark",
    "Role",
    "SavedView",
    "Standing",
    "Tenure",
    "Voice",
]
