"""The decision's values: a cart with everything that decides about it, in few queries."""

from datetime import datetime

from catalog.facts import facts_of
from catalog.models import Program
from catalog.verdicts import verdict_on
from orders import quota, rules
from orders.models import Cart, CartItem
from orgs.days import day_of
from orgs.models import Organization


def wish_of(
    cart: Cart, items: list[CartItem], *, organization: Organization, as_of: datetime
) -> rules.Wish:
    """What `rules.problems` decides from. Four queries; under lock when the caller holds one."""
    programs = {item.product.program_id for item in items}
    used = quota.uses(organization, as_of=as_of, programs=programs) if programs else {}
    facts, day = facts_of(organization), day_of(as_of)
    offers = {
        program.slug: rules.Offer(
            slug=program.slug,
            name=program.name,
            verdict=verdict_on(program.versions.all(), facts, on=day),
            limits=quota.limits_of(program),
            uses=used.get(program.pk, []),
            is_alone=program.alone_in_cart,
        )
        for program in Program.objects.filter(pk__in=programs).prefetch_related("versions")
    }
    return rules.Wish(
        lines=[line_of(item) for item in items],
        offers=offers,
        may_order=cart.membership.may("orders.place"),
        is_qualified=organization.is_qualified(day),
        as_of=as_of,
    )


def line_of(item: CartItem) -> rules.Line:
    product = item.product
    return rules.Line(
        product=product.pk,
        sku=product.sku,
        name=product.name,
        program=product.program.slug,
        quantity=item.quantity,
        units_per_pack=product.units_per_pack,
        fee=product.fee,
        title_group=product.title_group,
        stock=product.stock,
        is_live=product.status == product.Status.LIVE,
    )
