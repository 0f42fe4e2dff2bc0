"""Capabilities: the closed vocabulary of rights, how far each reaches, and who may grant what.

Pure: grants are `{capability: scope}` and nothing takes a right away, so that "why may I not?"
has one answer.
"""

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

Grants = Mapping[str, str]


class Scope(models.TextChoices):
    """How far a right reaches; each includes those before it."""

    OWN = "own", _("their own")
    ORG = "org", _("the whole organization’s")
    TREE = "tree", _("the organization’s and its branches’")


class Capability(models.TextChoices):
    PROFILE_EDIT = "profile.edit", _("describe the organization: its facts, papers, applications")
    MEMBERS_MANAGE = "members.manage", _("invite people, give roles, sign for branches")
    ORDERS_VIEW = "orders.view", _("see orders and quotas")
    ORDERS_PLACE = "orders.place", _("fill a cart and place orders")
    ORDERS_PAY = "orders.pay", _("pay orders")
    LICENCES_VIEW = "licences.view", _("see which licences there are")
    LICENCES_REVEAL_KEY = "licences.reveal_key", _("show licence keys")
    TOKENS_ISSUE = "tokens.issue", _("create and revoke validation tokens")
    CASES_OPEN = "cases.open", _("write to our staff for the organization")
    LICENCES_MANAGE = "licences.manage", _("assign licences")
    APPROVALS_MANAGE = "approvals.manage", _("set who approves which purchases")
    CATALOGS_MANAGE = "catalogs.manage", _("make the organization’s own catalogues")
    FAVOURITES_MANAGE = "favourites.manage", _("keep the organization’s favourites")
    REPORTS_PAYMENTS = "reports.payments", _("read reports on payments")
    REPORTS_ORDERS = "reports.orders", _("read reports on orders")
    QUOTES_USE = "quotes.use", _("ask for quotes")
    PAYMENT_METHODS_MANAGE = "payment_methods.manage", _("keep payment methods")
    ASSETS_MANAGE = "assets.manage", _("keep the register of equipment")


# What a page of the portal asks for today; the others wait for the account centre.
IN_USE: Final = (
    Capability.PROFILE_EDIT,
    Capability.MEMBERS_MANAGE,
    Capability.ORDERS_VIEW,
    Capability.ORDERS_PLACE,
    Capability.ORDERS_PAY,
    Capability.LICENCES_REVEAL_KEY,
    Capability.TOKENS_ISSUE,
)
# A cart and an order are stamped with a member of the organization itself: to order for a branch
# one joins it.
NEVER_FROM_ABOVE: Final = frozenset({Capability.ORDERS_PLACE})
RANK: Final = {scope: place for place, scope in enumerate(Scope.values)}


def covers(grants: Grants, capability: str, scope: str = Scope.OWN) -> bool:
    """Whether the grants hold a capability at least as far as a scope."""
    held = grants.get(capability)
    return held is not None and RANK[held] >= RANK[scope]


def within(grants: Grants, held: Grants) -> bool:
    """Whether somebody who holds `held` may grant these: nobody grants what they do not hold."""
    return all(covers(held, capability, scope) for capability, scope in grants.items())


def reaching(grants: Grants) -> dict[str, str]:
    """What reaches down to the branches."""
    return {
        capability: scope
        for capability, scope in grants.items()
        if scope == Scope.TREE and capability not in NEVER_FROM_ABOVE
    }


def with_branches(grants: Grants) -> dict[str, str]:
    """What is held for the whole tree, whether it reaches down by itself or not."""
    return {capability: scope for capability, scope in grants.items() if scope == Scope.TREE}


def together(*several: Grants) -> dict[str, str]:
    """The furthest scope of each capability."""
    found: dict[str, str] = {}
    for grants in several:
        for capability, scope in grants.items():
            if not covers(found, capability, scope):
                found[capability] = scope
    return found
