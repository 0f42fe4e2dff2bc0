"""Who may act for an organization: roles are rows, rights are capabilities; and who did when."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.languages import Bilingual
from orgs.capabilities import Capability, Grants, Scope, covers, together
from orgs.days import today
from orgs.models.organization import Organization

ADMINISTRATION = Capability.MEMBERS_MANAGE
"""Whoever holds it is an administrator: an organization with people always has one."""

# What a template is for, in a line; the roles page says it all.
IN_SHORT = {
    "owner": _("may do everything, also let people in and sign"),
    "approver": _("orders and pays, creates validation tokens"),
    "buyer": _("orders and pays"),
    "finance": _("sees orders and pays them"),
    "viewer": _("sees orders and quotas"),
}

# Everybody's time in each role, kept whatever removes or changes a membership.
KEEP_TENURE = """
IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.organization_id, NEW.role_id)
    IS NOT DISTINCT FROM (OLD.user_id, OLD.organization_id, OLD.role_id) THEN
  UPDATE orgs_tenure SET from_at = NEW.joined_at
   WHERE user_id = OLD.user_id AND organization_id = OLD.organization_id AND to_at IS NULL
     AND from_at = OLD.joined_at;
  RETURN NULL;
END IF;
IF TG_OP <> 'INSERT' THEN
  UPDATE orgs_tenure SET to_at = greatest(clock_timestamp(), from_at)
   WHERE user_id = OLD.user_id AND organization_id = OLD.organization_id AND to_at IS NULL;
END IF;
IF TG_OP <> 'DELETE' THEN
  INSERT INTO orgs_tenure (user_id, organization_id, role_id, from_at) VALUES (
    NEW.user_id, NEW.organization_id, NEW.role_id,
    CASE TG_OP WHEN 'INSERT' THEN NEW.joined_at ELSE clock_timestamp() END);
END IF;
RETURN NULL;
"""
OF_ROLE = pgtrigger.UpdateOf("role_id", "organization_id")  # type: ignore[no-untyped-call]
OF_TIME = pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
    "user_id", "organization_id", "role_id", "joined_at"
)

# Asked at commit, behind the services: two who leave at once meet at the organization's row.
KEEP_AN_ADMINISTRATOR = """
IF NOT EXISTS (SELECT 1 FROM orgs_role r
               WHERE r.id = OLD.role_id AND r.grants ? 'members.manage') THEN
  RETURN NULL;
END IF;
PERFORM 1 FROM orgs_organization o WHERE o.id = OLD.organization_id FOR UPDATE;
IF NOT EXISTS (SELECT 1 FROM orgs_membership m JOIN orgs_role r ON r.id = m.role_id
               WHERE m.organization_id = OLD.organization_id AND r.grants ? 'members.manage')
  AND EXISTS (SELECT 1 FROM orgs_organization o WHERE o.id = OLD.organization_id
              AND o.closed_on IS NULL AND o.merged_into_id IS NULL) THEN
  RAISE EXCEPTION USING MESSAGE = 'the last administrator stays', ERRCODE = 'check_violation',
    CONSTRAINT = 'orgs_keeps_an_administrator';
END IF;
RETURN NULL;
"""


class Role(models.Model):
    """A named set of grants; with no organization it is a template for all."""

    code = models.SlugField(_("code"), max_length=40)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="roles"
    )
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    grants = models.JSONField(_("grants"), default=dict)  # {capability: own|org|tree}

    name = Bilingual()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code"], name="orgs_role_code", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_short(self) -> Any:
        return IN_SHORT.get(self.code, "")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: Any) -> "MembershipQuerySet":
        """The organizations a person acts for, with what every page shows of them."""
        mine = self.filter(user=user, organization__merged_into=None)
        return mine.select_related("organization", "role")

    def administrators(self) -> "MembershipQuerySet":
        """Those who may invite, remove and give roles."""
        return self.filter(role__grants__has_key=ADMINISTRATION)


class Membership(models.Model):
    """Who acts for an organization today; past times are in `Tenure`."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    seen_on = models.DateField(_("last seen"), default=today, editable=False)

    objects = MembershipQuerySet.as_manager()

    through: Organization | None = None
    """The organization above from which rights reach down here; it is in no column."""
    from_above: Grants | None = None
    """All that is held there with the branches, also what does not reach down."""

    class Meta:
        ordering = ["organization__number", "pk"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"],
                name="orgs_member_once",
                violation_error_message=_("This person is a member already."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keeps_tenure",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | OF_TIME | pgtrigger.Delete,
                func=KEEP_TENURE,
            ),
            pgtrigger.Trigger(
                name="keeps_an_administrator",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=OF_ROLE | pgtrigger.Delete,
                func=KEEP_AN_ADMINISTRATOR,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"

    @property
    def is_administrator(self) -> bool:
        return self.may(ADMINISTRATION)

    @property
    def to_give(self) -> Grants:
        """What this person may grant: what they hold, here or for the whole tree."""
        return together(self.role.grants, self.from_above or {})

    def may(self, *capabilities: str, scope: str = Scope.OWN) -> bool:
        """Whether the role grants all of these, at least that far."""
        return all(covers(self.role.grants, name, scope) for name in capabilities)


class TenureQuerySet(models.QuerySet["Tenure"]):
    def former_administrators(self, organization: Organization) -> "TenureQuerySet":
        """Who once administered an organization and does not belong to it any more."""
        return (
            self.filter(organization=organization, role__grants__has_key=ADMINISTRATION)
            .exclude(user__memberships__organization=organization)
            .select_related("user")
        )


class Tenure(models.Model):
    """A person's time in one role of an organization. A trigger of `Membership` writes it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = TenureQuerySet.as_manager()

    class Meta:
        ordering = ["from_at", "pk"]
        verbose_name = _("time as a member")
        verbose_name_plural = _("times as a member")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(to_at=None),
                name="orgs_one_running_tenure",
            ),
            models.CheckConstraint(
                name="orgs_tenure_ends_after_it_begins",
                condition=Q(to_at=None) | Q(to_at__gte=models.F("from_at")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"
