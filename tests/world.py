"""A small world for the access matrix: two organizations, and people of every role."""

from dataclasses import dataclass

from django.contrib.auth.models import Group

from accounts.models import User
from tests.factories import (
    MembershipFactory,
    OrderFactory,
    OrderLineFactory,
    OrganizationFactory,
    ProductFactory,
    UserFactory,
)
from tokens.issue import issue


@dataclass(frozen=True)
class World:
    people: dict[str, User]
    arguments: dict[str, object]  # what stands in addresses, by name
    neighbours_org: int


def build_world() -> World:
    org, neighbours_org = OrganizationFactory(), OrganizationFactory()
    people = {"stranger": UserFactory(), "superuser": UserFactory(is_staff=True, is_superuser=True)}
    for role in ("owner", "approver", "buyer", "finance", "viewer"):
        people[role] = MembershipFactory(organization=org, role_code=role).user
    people["neighbour"] = MembershipFactory(organization=neighbours_org).user
    for group in ("qualification", "fulfilment"):
        people[group] = UserFactory(is_staff=True)
        people[group].groups.add(Group.objects.get_or_create(name=group)[0])
    product = ProductFactory()
    order = OrderFactory(organization=org, placed_by=people["owner"])
    OrderLineFactory(order=order, product=product)
    token, _ = issue(org, bearer_name="Noor", bearer_email="noor@example.org", by=people["owner"])
    return World(
        people=people,
        arguments={
            "org": org.number,
            "product": product.slug,
            "program": product.program.slug,
            "order": order.number,
            "partner": product.program.partner.slug,
            "token": token.pk,
        },
        neighbours_org=neighbours_org.number,
    )
