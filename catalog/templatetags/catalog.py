"""What pages of lower apps show of the catalogue: what a change of facts would open or close."""

from collections.abc import Mapping
from typing import Any

from django import template

from catalog import whatif
from orgs.days import today
from orgs.models import Organization

register = template.Library()


@register.inclusion_tag("catalog/_effects.html")
def eligibility_effects(organization: Organization, new: Mapping[str, Any]) -> dict[str, Any]:
    """Programs that would be gained or lost, with the rule that makes the difference; 3 queries."""
    return {"effects": whatif.effects(organization, new, on=today()), "org": organization}
