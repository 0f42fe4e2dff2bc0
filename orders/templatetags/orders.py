"""What pages of lower apps show of orders: the cart's count, what is left, the way to order."""

from datetime import date, datetime
from typing import Any

from django import template
from django.db import connection
from django.template.context import Context
from django.utils import timezone

from catalog.explaining import in_words
from catalog.models import Product, Program
from orders import cheque_words, meters, refund_words, timeline
from orders.models import Cheque, Refund
from orgs.days import written_moment
from orgs.models import Membership

register = template.Library()
CART_COUNT = """SELECT count(*) FROM orders_cartitem item
    JOIN orders_cart cart ON cart.id = item.cart_id
    WHERE cart.membership_id = %s AND NOT item.is_set_aside"""


@register.simple_tag
def cart_count(membership: Membership | None) -> int:
    """How many products a member's next order holds; one query."""
    if membership is None:
        return 0
    with connection.cursor() as cursor:  # on every page of a member, so by hand
        cursor.execute(CART_COUNT, [membership.pk])
        return int(cursor.fetchone()[0])


@register.inclusion_tag("orders/_order_panel.html", takes_context=True)
def order_panel(context: Context, product: Product) -> dict[str, Any]:
    """What is left of the product's quotas, and the form that puts it into the cart; one query.

    The page's context has the `verdict` of the product's program.
    """
    request, now = context["request"], timezone.now()
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "product": product,
        "verdict": context.get("verdict"),
        "meters": meters.of_product(product, request.org, as_of=now),
        "may_order": request.membership.may("orders.place"),
    }


@register.simple_tag
def limit_sentences(program: Program) -> list[str]:
    """A program's limits in plain words."""
    return meters.rule_in_words(program)


@register.filter
def moment_text(value: datetime | None) -> str:
    """A moment in words without markup, for e-mails: its day, time and zone."""
    if value is None:
        return ""
    return f"{written_moment(value)} ({timezone.localtime(value).tzname()})"


@register.filter
def day_text(value: date | None) -> str:
    """A day in words without markup, for e-mails."""
    return in_words(value) if value else ""


@register.filter
def last_day(value: datetime | None) -> str:
    """The last whole day before a moment, in words."""
    day = timeline.last_day(value)
    return in_words(day) if day else ""


@register.simple_tag
def refund_policy(program: Program) -> str:
    """A program's refunds in plain words."""
    return refund_words.policy(program)


@register.simple_tag
def refund_words_of(step: str) -> str:
    """The state of a refund, as an e-mail's subject names it."""
    return refund_words.state(step)


@register.simple_tag
def refund_sentence(refund: Refund, step: str) -> str:
    """What has happened with a refund, and what comes next."""
    return refund_words.sentence(refund, step)


@register.simple_tag
def cheque_sentence(cheque: Cheque, step: str) -> str:
    """What has happened with a cheque, and what comes next."""
    return cheque_words.sentence(cheque, step)
