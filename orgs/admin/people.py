"""Staff's view of members, invitations and requests: to read; people decide on them themselves."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orgs.admin.filters import FilledFilter
from orgs.admin.kept import KeptAdmin
from orgs.models import (
    BranchLetter,
    Invitation,
    JoinRequest,
    Membership,
    Organization,
    Role,
    Tenure,
)


class ReadAdmin(KeptAdmin):
    """Rows that staff read, and nobody writes here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(ReadAdmin):
    """A change goes through the organization's own people, or through a recovery by two of us."""

    list_display = ("user", "organization", "role", "joined_at", "seen_on")
    list_filter = (("role", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("user", "organization", "role")
    search_fields = ("user__email", "organization__legal_name", "organization__number")
    fields = ("user", "organization", "role", "joined_at", "seen_on")


@admin.register(Tenure)
class TenureAdmin(ReadAdmin):
    """Who was a member when, in which role."""

    list_display = ("user", "organization", "role", "from_at", "to_at")
    list_select_related = ("user", "organization", "role")
    search_fields = ("user__email", "organization__legal_name", "organization__number")


@admin.register(Invitation)
class InvitationAdmin(ReadAdmin):
    list_display = ("email", "organization", "role", "status", "inviter", "sent_at")
    list_filter = ("status",)
    list_select_related = ("organization", "role", "invited_by")
    search_fields = ("email", "organization__legal_name", "organization__number")
    exclude = ("digest",)

    @admin.display(description=_("invited by"), ordering="invited_by")
    def inviter(self, invitation: Invitation) -> Any:
        return invitation.invited_by


class KnownFilter(FilledFilter):
    words = _("number asked for"), _("Of an organization"), _("Of nobody")


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadAdmin):
    """Also those for a number that nobody has."""

    list_display = ("user", "asked_for", "organization", "status", "asked_at", "expires_at")
    list_filter = ("status", ("organization", KnownFilter))
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "asked_for", "organization__legal_name")


@admin.register(BranchLetter)
class BranchLetterAdmin(ReadAdmin):
    list_display = ("of", "asked_for", "above", "status", "signer_name", "decided_at")
    list_filter = ("status",)
    list_select_related = ("branch", "parent")
    search_fields = ("branch__legal_name", "parent__legal_name", "asked_for")

    @admin.display(description=_("branch"), ordering="branch__legal_name")
    def of(self, letter: BranchLetter) -> Organization:
        return letter.branch

    @admin.display(description=_("organization above"), ordering="parent__legal_name")
    def above(self, letter: BranchLetter) -> Organization | None:
        return letter.parent


@admin.register(Role)
class RoleAdmin(ReadAdmin):
    """The templates, which migrations write."""

    list_display = ("code", "name_fr", "name_en", "organization")
