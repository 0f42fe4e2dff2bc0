"""Template tags of facts: where what is on file comes from."""

from django import template

from orgs import facts
from orgs.models import Organization

register = template.Library()


@register.simple_tag
def origins(organization: Organization) -> dict[str, facts.Origin]:
    """`{% origins org as origins %}`: each fact's source, for `orgs/_fact_source.html`."""
    return facts.origins(organization)
