"""Checkout: from a cart to a placed order, in one transaction."""

import uuid
from collections.abc import Collection
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.prepared import Prepared, insert
from audit.models import record
from catalog import queue, stock
from orders import attestations, cheques, delivery, emails, quota, rules, settlement, steps
from orders.decision import Decision, decide
from orders.demands import Answers, Refusal
from orders.models import Cart, CheckoutDraft, Order, OrderLine
from orgs.clock import due
from orgs.days import TORONTO, day_of
from orgs.holidays import holidays_of
from orgs.models import Membership, Organization

PAYPAL_HOLD = timedelta(hours=3, minutes=30)
"""How long stock and quota wait for a payment: PayPal lets a buyer approve for three hours."""
PARTNER_DAYS = 10
"""Business days in which a partner says yes or no."""


@transaction.atomic
def place(
    cart: Cart,
    *,
    by: User,
    attempt: uuid.UUID,
    answers: Answers,
    attested: Collection[str],
    language: str,
    seen: str = "",
    method: str = Order.Method.PAYPAL,
    draft: CheckoutDraft | None = None,
) -> Order:
    """Place the order of a cart: hold quota and stock, keep what was promised, empty the cart.

    The same attempt again returns the order it made. `seen` is the fingerprint of what the buyer
    was shown; when the cart is another one now, nothing is placed. `draft` has the addresses that
    hardware and messages about licences go to. Raises ValidationError with every reason against
    it, each a Refusal.
    """
    organization = Organization.objects.lock(pk=cart.membership.organization_id)
    if organization.merged_into_id:  # at this very moment: the page leads to the other one now
        raise ValidationError([changed()])
    now = timezone.now()
    # Read again under the lock: also the role, which may be gone since the page was opened.
    membership, activities, has_placed = _membership(by, organization, attempt=attempt)
    if has_placed:
        return Order.objects.get(organization=organization, attempt=attempt)
    if membership is None:
        raise ValidationError([rules.not_allowed()])
    decision = decide(membership, at=now, activities=activities, is_steady=True)
    if seen and seen != decision.fingerprint:
        raise ValidationError([changed()])
    reasons = decision.refusals(answers=answers, attested=attested)
    reasons += delivery.refusals(decision.programs, draft, organization)
    by_cheque = method == Order.Method.CHEQUE
    if by_cheque and (why := cheques.why_not(decision, membership)):
        reasons.append(why)
    if reasons:
        raise ValidationError(reasons)
    order = _write(decision, organization, by=by, attempt=attempt, language=language, at=now)
    if draft and draft.licence_email:
        order.licence_email = draft.licence_email
    order.answers = {p: dict(answers.get(p, {})) for p in _programs(decision) if answers.get(p)}
    order.attestations = attestations.kept(decision.attestations, by=by, language=language, at=now)
    insert([order])
    lines = _write_lines(order, decision)
    if draft and delivery.is_needed(decision.programs):
        delivery.freeze(order, draft)
    quota.hold(order, lines, at=now)
    record(order, "order.placed", by=by, total=str(order.total))
    cart.empty()
    if draft:
        steps.forget(draft, _programs(decision))
    if order.is_payable and not order.total:
        settlement.mark_paid(order, by=by, at=now, note="Nothing to pay")
    if not by_cheque:  # that is told by a letter of its own
        emails.placed(order, lines)
    emails.licences_elsewhere(order, lines)
    _take_stock(order, decision, by=by)  # last, so that a hot product's row is locked briefly
    if by_cheque:
        cheques.expect(order, by=by, at=now)
    return order


def _membership(
    by: User, organization: Organization, *, attempt: uuid.UUID
) -> tuple[Membership | None, list[str], bool]:
    """The buyer's; what its organization does; and whether this attempt has placed an order."""
    whose = {"organization": organization.pk}
    found = MEMBERSHIP.rows(**whose, user=by.pk, attempt=attempt)
    if not found:
        return None, [], Order.objects.filter(**whose, attempt=attempt).exists()
    (membership,) = found
    membership.organization = organization
    return membership, membership.does, membership.has_placed


def _with_more(user: int, organization: int, attempt: uuid.UUID) -> "QuerySet[Membership]":
    placed = Order.objects.filter(organization=organization, attempt=attempt)
    does = Organization.activities.through.objects.filter(organization=organization)
    mine = Membership.objects.filter(user=user, organization=organization)
    return mine.select_related("role").annotate(
        does=ArraySubquery(does.values("activity__code")), has_placed=Exists(placed)
    )


MEMBERSHIP = Prepared(_with_more, user=-1, organization=-2, attempt=uuid.UUID(int=0))


def changed() -> Refusal:
    """Somebody, or another tab, changed the cart after the page was opened."""
    text = _("Your cart or its prices have changed since you opened this page. Look at it again.")
    return Refusal(text, "changed")


def _programs(decision: Decision) -> list[str]:
    return [demand.program for demand in decision.situation.demands]


def _write(
    decision: Decision,
    organization: Organization,
    *,
    by: User,
    attempt: uuid.UUID,
    language: str,
    at: datetime,
) -> Order:
    waits = decision.needs_partner
    return Order(
        organization=organization,
        placed_by=by,
        placed_at=at,
        status=Order.Status.AWAITING_PARTNER if waits else Order.Status.AWAITING_PAYMENT,
        attempt=attempt,
        total=decision.total,
        taxes=[tax.to_data() for tax in decision.taxes],
        licence_email=organization.email,
        language=language,
        hold_until=partner_deadline(organization, at) if waits else at + PAYPAL_HOLD,
    )


def _write_lines(order: Order, decision: Decision) -> list[OrderLine]:
    verdicts = {d.program: d.verdict.to_data() for d in decision.situation.demands}
    lines = [
        OrderLine(
            order=order,
            product=item.product,
            program=item.product.program,
            sku=item.product.sku,
            name_fr=item.product.name_fr,
            name_en=item.product.name_en,
            quantity=item.quantity,
            fee=item.product.fee,
            tax=sum((tax.amount for tax in charged), start=Decimal("0.00")),
            eligibility=verdicts[item.product.program.slug],
        )
        for item, charged in zip(decision.items, decision.line_taxes, strict=True)
    ]
    insert(lines)
    return lines


def partner_deadline(organization: Organization, at: datetime) -> datetime:
    """The end of the tenth business day, in the organization's province."""
    today = day_of(at)
    holidays = holidays_of(organization.province, (today.year, today.year + 1))
    last = due(today, PARTNER_DAYS, holidays)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=TORONTO)


def _take_stock(order: Order, decision: Decision, *, by: User) -> None:
    wanted = {i.product_id: i.quantity for i in decision.items if i.product.stock is not None}
    if not wanted:
        return
    try:
        # A hold that this organization has is used up by its order.
        ours = [item.product_id for item in decision.items if item.held]
        held = queue.use(order.organization, ours, by=by) if ours else {}
        stock.take(order.number, wanted, by=by, held=held)
    except ValidationError as short:
        left = {e.params["product_pk"]: e.params["left"] or 0 for e in short.error_list if e.params}
        lines = [line for demand in decision.situation.demands for line in demand.lines]
        refusals = [
            rules.out_of_stock(line, left=left[line.product])
            for line in lines
            if line.product in left
        ]
        raise ValidationError(refusals) from short
