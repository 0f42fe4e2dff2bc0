"""What other apps' pages show of orders: the cart's size, the panel of a product, statuses."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.eligibility import Result, Verdict
from catalog.explaining import Explanation, explain, in_words
from catalog.models import Product, Program
from catalog.verdicts import verdict
from orders import decision, meters, quota, timeline
from orders.demands import Demand
from orders.limits import Standing
from orders.meters import ProgramMeters
from orders.models import CartItem, Order
from orgs.days import day_of
from orgs.models import Activity, Membership, Organization

register = template.Library()
Status = Order.Status

CHIPS = {
    Status.AWAITING_PARTNER: "warn",
    Status.AWAITING_PAYMENT: "warn",
    Status.PAID: "info",
    Status.PAID_UNALLOCATED: "bad",
    Status.FULFILLED: "ok",
    Status.DELIVERED: "ok",
    Status.REFUSED: "bad",
}


@register.simple_tag
def cart_count(membership: Membership | None) -> int:
    """How many products a member's next order holds: one query."""
    if membership is None:
        return 0
    return CartItem.objects.active().filter(cart__membership=membership).count()


@register.filter
def order_chip(order: Order) -> str:
    """The kind of chip that fits an order's status."""
    return CHIPS.get(Status(order.status), "mute")


@register.filter
def by_program(standings: Sequence[tuple[Program, int, Standing]]) -> list[ProgramMeters]:
    """Standings as meters, by program: one query for the names of products."""
    return meters.by_program(standings)


@register.filter
def moment_text(value: datetime | None) -> str:
    """A moment in words without markup, for e-mails: its day, time and zone."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{in_words(local.date())}, {date_format(local, 'TIME_FORMAT')} ({local.tzname()})"


@register.filter
def last_day(value: datetime | None) -> str:
    """The last whole day before a moment, in words."""
    day = timeline.last_day(value)
    return in_words(day) if day else ""


@register.filter
def answer(field: BoundField) -> str:
    """What was answered in a checked field, in the reader's words."""
    value = field.form.cleaned_data.get(field.name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return in_words(value)
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(value, "–" if value is None else value))


@register.inclusion_tag("orders/_panel.html", takes_context=True)
def order_panel(context: Context, product: Product, org: Organization) -> dict[str, Any]:
    """Why not, what is left, and the way into the cart, on a product's page: three queries."""
    membership = getattr(context.get("request"), "membership", None)
    now = timezone.now()
    judged = verdict(product.program, org, on=day_of(now))
    found: dict[str, Any] = {
        "product": product,
        "org": org,
        "csrf_token": context.get("csrf_token"),
        "may_place": membership is not None and membership.may("orders.place"),
        "is_qualified": org.is_qualified(day_of(now)),
        "verdict": judged,
    }
    if judged.is_eligible:
        found["meters"] = _meters(product, org, judged, now)
    else:
        found["reasons"] = _reasons(judged.results)
    return found


def _meters(
    product: Product, org: Organization, judged: Verdict, at: datetime
) -> list[meters.Meter]:
    """The quotas that a pack of a product would touch: one query."""
    program = product.program
    uses = quota.uses(org, as_of=at, programs=[program.pk])
    demand = Demand(
        program=program.slug,
        name=program.name,
        verdict=judged,
        lines=(decision.line(product, quantity=1),),
        limits=tuple(quota.limits_of(program)),
        uses=uses.get(program.pk, []),
    )
    return meters.of_demand(demand, at=at)


def _reasons(results: Sequence[Result]) -> list[Explanation]:
    names = {a.code: a.name for a in Activity.objects.all()}
    return [explain(result, names) for result in results if not result.passed]
