"""Checkout: from a cart to a placed order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from audit.models import record
from catalog import stock
from catalog.models import Program
from orders import emails, quota, rules, settlement
from orders.attestations import TEXTS
from orders.decision import wish_of
from orders.models import Cart, CartItem, Order, OrderLine
from orgs import clock
from orgs.days import TORONTO, day_of
from orgs.holidays import holidays_of
from orgs.models import Organization

PAYMENT_HOLD = timedelta(hours=3, minutes=30)  # PayPal gives the payer 3 hours
PARTNER_DAYS = 10  # business days a partner has to answer


@dataclass(frozen=True)
class Agreement:
    """What the buyer answered and agreed to: {program slug: {question key: answer}}, and keys."""

    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attested: Sequence[str] = ()


@transaction.atomic
def place(cart: Cart, *, by: User, attempt: UUID, agreement: Agreement, language: str) -> Order:
    """Turn the cart into an order, or raise ValidationError with every reason why not.

    The same `attempt` again returns the order it placed. Stock is taken last.
    """
    organization = Organization.objects.lock(pk=cart.membership.organization_id)
    if placed := Order.objects.of(organization).filter(attempt=attempt).first():
        return placed
    items = list(CartItem.objects.filter(cart=cart).select_related("product__program__partner"))
    now = timezone.now()
    wish = wish_of(cart, items, organization=organization, as_of=now)
    if reasons := rules.problems(wish):
        raise ValidationError(reasons)
    programs = {item.product.program for item in items}
    status, hold_until = first_status(programs, organization, now)
    order = Order.objects.create(
        organization=organization,
        placed_by=by,
        placed_at=now,
        status=status,
        attempt=attempt,
        total=sum((item.total for item in items), start=Decimal("0.00")),
        answers=agreement.answers,
        attestations=attested(agreement.attested, by=by, at=now, language=language),
        licence_email=organization.email,
        language=language,
        hold_until=hold_until,
    )
    OrderLine.objects.bulk_create(line_of(item, order, wish) for item in items)
    quota.hold(order, at=now)
    record(order, "order.placed", by=by)
    CartItem.objects.filter(cart=cart).delete()
    Cart.objects.filter(pk=cart.pk).update(attempt=uuid4())
    if order.is_payable and not order.total:
        settlement.mark_paid(order, by=by, at=now, note="Nothing to pay")
    emails.placed(order)
    stock.take(order.number, {item.product_id: item.quantity for item in items}, by=by)
    return order


def first_status(
    programs: set[Program], organization: Organization, now: datetime
) -> tuple[Order.Status, datetime]:
    """Where an order begins, and until when it holds stock and quota."""
    if any(program.approval == Program.Approval.PARTNER for program in programs):
        day = day_of(now)
        holidays = holidays_of(organization.province, [day.year, day.year + 1])
        last = clock.due(day, PARTNER_DAYS, holidays)
        end = datetime.combine(last, time.max, tzinfo=TORONTO)
        return Order.Status.AWAITING_PARTNER, end
    return Order.Status.AWAITING_PAYMENT, now + PAYMENT_HOLD


def line_of(item: CartItem, order: Order, wish: rules.Wish) -> OrderLine:
    """What is ordered, as it is called and costs now, with the eligibility answer of now."""
    product = item.product
    return OrderLine(
        order=order,
        product=product,
        program=product.program,
        sku=product.sku,
        name_fr=product.name_fr,
        name_en=product.name_en,
        quantity=item.quantity,
        fee=product.fee,
        eligibility=wish.offers[product.program.slug].verdict.to_data(),
    )


def attested(keys: Sequence[str], *, by: User, at: datetime, language: str) -> list[dict[str, str]]:
    """What was agreed to, word for word, by whom and when."""
    with translation.override(language):
        return [
            {
                "key": key,
                "text": str(TEXTS[key]),
                "language": language,
                "person": str(by),
                "at": at.isoformat(),
            }
            for key in keys
        ]
