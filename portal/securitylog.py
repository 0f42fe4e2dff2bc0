"""The security log of an organization: what its administrators may know was done, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import Entry
from orders.models import LicenseKey
from orgs.fieldclasses import LABELS
from orgs.models import (
    Application,
    Case,
    ChangeRequest,
    Document,
    JoinRequest,
    Organization,
)
from tokens.models import Token

WORDS: Final[Mapping[str, Any]] = {
    "organization.changed": _("Facts on file changed"),
    "organization.address_asked": _("Another address for licences asked for"),
    "organization.address_confirmed": _("New address for licences confirmed"),
    "organization.address_stopped": _("Change of the address for licences stopped"),
    "organization.suspended": _("Organization suspended"),
    "organization.reinstated": _("Suspension ended"),
    "organization.closed": _("Account closed"),
    "organization.reopened": _("Account opened again"),
    "organization.exception_granted": _("Exception to a program’s rules granted"),
    "organization.exception_ended": _("Exception to a program’s rules ended"),
    "application.started": _("Application begun"),
    "application.submitted": _("Application sent"),
    "application.info_needed": _("Question asked about the application"),
    "application.qualified": _("Organization qualified"),
    "application.declined": _("Application not accepted"),
    "application.put_away": _("Draft put away"),
    "application.draft": _("Application made a draft again"),
    "application.appealed": _("Decision appealed"),
    "application.confirmed": _("Facts confirmed for a renewal"),
    "changerequest.sent": _("Change request sent"),
    "changerequest.info_needed": _("Question asked about a change request"),
    "changerequest.answered": _("Question about a change request answered"),
    "changerequest.approved": _("Change request approved"),
    "changerequest.declined": _("Change request not accepted"),
    "changerequest.withdrawn": _("Change request withdrawn"),
    "document.sent": _("Document sent"),
    "document.read": _("Document opened"),
    "document.removed": _("Document removed"),
    "document.brought_back": _("Removed document brought back"),
    "document.renamed": _("Document renamed"),
    "joinrequest.asked": _("Somebody asked to join"),
    "joinrequest.declined": _("Request to join declined"),
    "invitation.sent": _("Person invited"),
    "invitation.sent_again": _("Invitation sent again"),
    "member.joined": _("Person joined"),
    "member.role_changed": _("Role changed"),
    "member.left": _("Person left"),
    "member.removed": _("Person removed"),
    "token.created": _("Validation token created"),
    "token.revoked": _("Validation token revoked"),
    "key.revealed": _("Licence key shown"),
    "key.replaced": _("Licence key replaced"),
    "case.waiting_us": _("Message sent to our staff"),
    "case.opened": _("Message sent to our staff"),
    "case.answered": _("Our staff answered"),
    "case.done": _("Conversation closed"),
}
"""Deeds that administrators may read. What is not here (notes, checklists, claims) is staff's."""

Subjects = tuple[tuple[type[Model], QuerySet[Any]], ...]


@dataclass(frozen=True)
class Line:
    """A deed as the log tells it; its note is never shown, because staff may have written it."""

    entry: Entry
    words: Any
    is_staffs: bool
    reference: str
    about: list[Any]
    """The facts that changed, or the person that it was done to."""


def subjects(organization: Organization) -> Subjects:
    """Everything of an organization that deeds are about."""
    mine = {"organization": organization}
    return (
        (Organization, Organization.objects.filter(pk=organization.pk)),
        (Application, Application.objects.filter(**mine)),
        (ChangeRequest, ChangeRequest.objects.filter(**mine)),
        (Document, Document.objects.filter(**mine)),
        (JoinRequest, JoinRequest.objects.filter(**mine)),
        (Case, Case.objects.filter(**mine)),
        (Token, Token.objects.filter(**mine)),
        (LicenseKey, LicenseKey.objects.filter(line__order__organization=organization)),
    )


def entries(organization: Organization) -> QuerySet[Any, Any]:
    """The rows that the log pages through: each kind of subject by its own index."""
    found = subjects(organization)
    types = ContentType.objects.get_for_models(*(model for model, _rows in found))
    parts = [
        Entry.objects.filter(
            subject_type=types[model], subject_id__in=rows.values("pk"), action__in=list(WORDS)
        ).values("pk", "at")
        for model, rows in found
    ]
    return parts[0].union(*parts[1:], all=True).order_by("-at", "-pk")


def lines(organization: Organization, rows: Iterable[Any]) -> list[Line]:
    """A page of the log in words; three queries."""
    members = set(organization.memberships.values_list("user", flat=True))
    found = Entry.objects.select_related("by", "subject_type")
    found = found.filter(pk__in=[row["pk"] for row in rows])
    people = User.objects.in_bulk([e.data["person"] for e in found if "person" in e.data])
    return [
        Line(
            entry,
            WORDS[entry.action],
            is_staffs=bool(entry.by and entry.by.is_staff and entry.by_id not in members),
            reference=_reference(entry),
            about=_about(entry, people),
        )
        for entry in found
    ]


def _about(entry: Entry, people: Mapping[int, User]) -> list[Any]:
    """Facts by their names, people by theirs, an invitation by its address."""
    facts = [LABELS[name] for name in entry.data.get("fields", []) if name in LABELS]
    person = people.get(entry.data.get("person", 0))
    invited = entry.data.get("to") if entry.action.startswith("invitation.") else None
    return [*facts, *(who for who in (person, invited) if who)]


def _reference(entry: Entry) -> str:
    """As people know it: D-12, M-3, C-7; "" for what has no number of its own."""
    letters = {"application": "D", "changerequest": "M", "case": "C"}
    letter = letters.get(entry.subject_type.model, "")
    return f"{letter}-{entry.subject_id}" if letter else ""
