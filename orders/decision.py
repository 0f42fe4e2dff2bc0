"""Decision: load what decides about a cart, in few queries, and ask the rules."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet, prefetch_related_objects

from accounts.prepared import Prepared
from catalog.cards import saving
from catalog.eligibility import Facts, Leave, Verdict, version_in_force
from catalog.facts import facts_of
from catalog.models import Partner, Product, Program
from catalog.verdicts import by_versions
from orders import attestations, quota, rules, taxes
from orders.attestations import Attestation
from orders.demands import Answers, Demand, Line, Question, Refusal, Situation
from orders.models import CartItem
from orders.taxes import Tax
from orgs import notices
from orgs.days import day_of
from orgs.models import Activity, Membership, Organization


@dataclass(frozen=True)
class Decision:
    """A cart as it was read at one moment, with what the rules look at."""

    situation: Situation
    items: list[CartItem]
    aside: list[CartItem]
    province: str
    """Where the organization is, and is taxed."""

    @property
    def programs(self) -> list[Program]:
        """Those of the lines to be ordered, each once, as they were added."""
        return list({item.product.program_id: item.product.program for item in self.items}.values())

    @property
    def asking(self) -> list[Program]:
        """Those that ask something at check-out."""
        asks = {item.product.program_id for item in self.items if item.has_questions}
        return [program for program in self.programs if program.pk in asks]

    @property
    def fees(self) -> Decimal:
        """Administration fees, in CAD."""
        return sum((item.total for item in self.items), start=Decimal("0.00"))

    @cached_property
    def line_taxes(self) -> list[list[Tax]]:
        """Of each item."""
        rates = taxes.charged(self.province, day_of(self.situation.at))
        return [taxes.on_line(item.total, rates) for item in self.items]

    @property
    def taxes(self) -> list[Tax]:
        """Of all items, each tax once."""
        return taxes.together(self.line_taxes)

    @property
    def total(self) -> Decimal:
        """To pay to us: fees and taxes, in CAD."""
        return self.fees + sum(tax.amount for tax in self.taxes)

    @property
    def savings(self) -> Decimal:
        """What stores would ask more than our fees, where a retail value is known."""
        found = (
            (saving(item.product.fee, item.product.retail_value, item.product.program.kind), item)
            for item in self.items
        )
        return sum((each * item.quantity for each, item in found if each), start=Decimal("0.00"))

    @property
    def needs_partner(self) -> bool:
        """A partner says yes before anything is paid."""
        return any(p.approval == Program.Approval.PARTNER for p in self.programs)

    @property
    def paid_later(self) -> list[Partner]:
        """Partners whose fee here only opens the door: they are paid afterwards."""
        opened = (p.partner for p in self.programs if p.kind == Program.Kind.ACCESS)
        return list(dict.fromkeys(opened))

    @property
    def attestations(self) -> list[Attestation]:
        """What the buyer agrees to, each once."""
        found = (one for program in self.programs for one in attestations.of(program))
        return list({one.name: one for one in found}.values())

    @property
    def fingerprint(self) -> str:
        """What the buyer saw: another one means that products, quantities or fees changed."""
        lines = sorted((item.product_id, item.quantity, str(item.total)) for item in self.items)
        return hashlib.sha256(repr((lines, str(self.total))).encode()).hexdigest()[:16]

    @cached_property
    def reasons(self) -> list[Refusal]:
        """Why the cart cannot go to check-out."""
        return rules.refusals(self.situation)

    def refusals(self, *, answers: Answers, attested: Collection[str]) -> list[Refusal]:
        """Why the order cannot be placed."""
        return rules.refusals(self.situation, answers=answers, attested=attested)


def _items(membership: int) -> "QuerySet[CartItem]":
    return CartItem.objects.filter(cart__membership=membership).to_decide()


ITEMS = Prepared(_items, membership=-1)
STEADY_ITEMS = Prepared(_items, steady="product__program", membership=-1)


def decide(
    membership: Membership,
    *,
    at: datetime,
    activities: Iterable[str] | None = None,
    is_steady: bool = False,
) -> Decision:
    """Read a member's cart and everything that decides about it; at most five queries.

    `activities` spares one, when the caller has read the organization's. When `is_steady`, the
    programs and their limits stay as they are until the caller's transaction ends.
    """
    items: list[CartItem] = []
    aside: list[CartItem] = []
    for item in (STEADY_ITEMS if is_steady else ITEMS).rows(membership=membership.pk):
        (aside if item.is_set_aside else items).append(item)
    granted = {one for item in items for one in item.granted}
    facts = facts_of(membership.organization, activities, granted) if items else None
    situation = _situation(membership, items, facts, at=at)
    return Decision(situation, items, aside, membership.organization.province)


def _situation(
    membership: Membership, items: list[CartItem], facts: Facts | None, *, at: datetime
) -> Situation:
    organization, today = membership.organization, day_of(at)
    found = _demands(organization, items, facts, at=at) if facts else ()
    is_refused = any(not demand.verdict.is_eligible for demand in found)
    return Situation(
        at=at,
        demands=found,
        may_place=membership.may("orders.place"),
        why_not_qualified=notices.why_not(organization, on=today),
        activities={a.code: a.name for a in Activity.objects.all()} if is_refused else {},
    )


def _demands(
    organization: Organization, items: list[CartItem], facts: Facts, *, at: datetime
) -> tuple[Demand, ...]:
    first = {item.product.program_id: item for item in reversed(items)}
    programs = {item.product.program_id: item.product.program for item in items}
    asking = [programs[pk] for pk, item in first.items() if item.has_questions]
    if asking:
        prefetch_related_objects(asking, "questions")
    is_limited = any(program.limits for program in programs.values())
    uses = quota.uses(organization, as_of=at) if is_limited else {}
    return tuple(
        Demand(
            program=program.slug,
            name=program.name,
            verdict=_verdict(program, items, facts, on=day_of(at)),
            lines=tuple(
                replace(line_of(item.product, quantity=item.quantity), stock=item.free)
                for item in items
                if item.product.program_id == pk
            ),
            limits=tuple(quota.limits_of(program)),
            uses=uses.get(pk, []),
            is_alone=program.alone_in_cart,
            questions=questions_of(program) if first[pk].has_questions else (),
            attestations=tuple(one.name for one in attestations.of(program)),
        )
        for pk, program in programs.items()
    )


def _verdict(program: Program, items: list[CartItem], facts: Facts, *, on: date) -> Verdict:
    """The rules of the day; in their days of grace, what was in the cart before has the earlier."""
    mine = [item for item in items if item.product.program_id == program.pk]
    versions = mine[0].versions
    verdict = by_versions(program.pk, versions, facts, on=on)
    rules = version_in_force(versions, on)
    if verdict.is_eligible or rules is None or not rules.grace_until or on > rules.grace_until:
        return verdict
    added = [day_of(item.added_at) for item in mine]
    before = [version for version in versions if version != rules]
    earlier = by_versions(program.pk, before, facts, on=on)
    if not earlier.is_eligible or any(day >= rules.effective for day in added):
        return verdict
    return verdict.with_leave(Leave("grace", rules.grace_until))


def reasons_against(
    organization: Organization, product: Product, *, quantity: int, since: datetime, at: datetime
) -> list[Refusal]:
    """Why an organization could not order these packs alone, were they in stock; whoever orders.

    `since` is when it asked for them, for the days of grace of new rules.
    """
    item = CartItem(product=product, quantity=quantity, added_at=since)
    item.read_along(organization)
    facts = facts_of(organization, None, item.granted)
    demands = _demands(organization, [item], facts, at=at)
    situation = Situation(
        at=at,
        demands=demands,
        why_not_qualified=notices.why_not(organization, on=day_of(at)),
        activities={a.code: a.name for a in Activity.objects.all()},
    )
    return [reason for reason in rules.refusals(situation) if reason.code != "out_of_stock"]


def line_of(product: Product, *, quantity: int) -> Line:
    """Packs of a product, as the rules read them."""
    return Line(
        product=product.pk,
        name=product.name,
        sku=product.sku,
        title_group=product.title_group,
        quantity=quantity,
        units_per_pack=product.units_per_pack,
        fee=product.fee,
        stock=product.stock,
        is_live=product.is_visible,
    )


def questions_of(program: Program) -> tuple[Question, ...]:
    """A program's questions, as the rules read them; prefetched."""
    return tuple(
        Question(
            key=row.key,
            label=row.label,
            type=row.type,
            choices=tuple(choice["value"] for choice in row.choices),
            is_required=row.required,
            refuse_if=row.refuse_if,
        )
        for row in program.questions.all()
    )
