"""Who may act for an organization: roles are rows, rights are capabilities."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.languages import Bilingual
from orgs.models.organization import Organization

# The fixed vocabulary, and whether holding it reaches to one's own things, the organization's, or
# the whole tree of branches.
CAPABILITIES = (
    "profile.edit",
    "members.manage",
    "orders.view",
    "orders.place",
    "orders.pay",
    "licences.view",
    "licences.reveal_key",
    "tokens.issue",
    "cases.open",
)
SCOPES = ("own", "org", "tree")


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


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: Any) -> "MembershipQuerySet":
        """The organizations a person acts for, with what every page shows of them."""
        return self.filter(user=user).select_related("organization", "role")


class Membership(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

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

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"

    def may(self, *capabilities: str) -> bool:
        """Whether the role grants all of these, at any scope."""
        return all(name in self.role.grants for name in capabilities)
