"""Meters: standings in words, for the quota page, the cart, the product page and the dashboard."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

from django.utils.translation import gettext as _

from catalog.explaining import dollars, in_words
from catalog.models import Product, Program
from catalog.terms import Bound, Limit
from orders import limits
from orders.demands import Demand
from orders.limits import Standing

Names = Mapping[tuple[int, str], str]
"""What people call a title group or a SKU, by program."""


@dataclass(frozen=True)
class Meter:
    """How much of one limit is used, held included."""

    label: str
    count: str
    """`12 of 50`"""
    value: Bound
    max: Bound
    note: str

    @property
    def is_used(self) -> bool:
        """Something counts."""
        return bool(self.value)


@dataclass
class ProgramMeters:
    """The meters of one program, and what its limits say of each single order."""

    program: Program
    used: list[Meter] = field(default_factory=list)
    unused: list[Meter] = field(default_factory=list)
    per_order: list[str] = field(default_factory=list)

    @property
    def is_used(self) -> bool:
        """Something of the program counts."""
        return any(meter.is_used for meter in self.used)


def by_program(standings: Sequence[tuple[Program, int, Standing]]) -> list[ProgramMeters]:
    """All standings of an organization, by program, in the order given; one query for names."""
    names = _names({program.pk for program, _index, _standing in standings})
    found: dict[int, ProgramMeters] = {}
    for program, _index, standing in standings:
        group = found.setdefault(program.pk, ProgramMeters(program))
        if sentence := per_order(standing.limit):
            if sentence not in group.per_order:
                group.per_order.append(sentence)
        elif standing.limit.max is not None:
            one = meter(standing, label=_label(program, standing, names))
            is_shown = one.is_used or standing.limit.scope == "program"
            (group.used if is_shown else group.unused).append(one)
    return list(found.values())


def of_demand(demand: Demand, *, at: datetime) -> list[Meter]:
    """The limits that a cart's lines of one program touch, before this cart."""
    return [
        meter(standing, label=demand.name if standing.limit.scope == "program" else name)
        for standing, name in _touched(demand, at=at)
    ]


def _touched(demand: Demand, *, at: datetime) -> Iterator[tuple[Standing, str]]:
    wanted = [line.wanted for line in demand.lines]
    for found in limits.outcomes(demand.limits, demand.uses, wanted, as_of=at):
        if found.limit.max is not None and found.limit.window.kind != "order":
            subject = found.subject
            standing = limits.standing(found.limit, demand.uses, as_of=at, subject=subject)
            yield standing, common_words(demand.lines[place].name for place in found.lines)


def meter(standing: Standing, *, label: str) -> Meter:
    """One standing of a limit with a maximum."""
    show = _shown(standing.limit)
    highest = standing.limit.max or 0
    params = {"used": show(standing.total), "limit": show(highest)}
    return Meter(
        label=label,
        count=_("%(used)s of %(limit)s") % params,
        value=standing.total,
        max=highest,
        note=" ".join(_notes(standing)),
    )


def _notes(standing: Standing) -> Iterator[str]:
    show = _shown(standing.limit)
    if standing.held:
        yield _("Held for unpaid orders: %(held)s.") % {"held": show(standing.held)}
    window = standing.limit.window
    if standing.next_reset:
        day = {"day": in_words(standing.next_reset)}
        if window.kind == "rolling":
            yield _("The oldest order stops counting on %(day)s.") % day
        else:
            yield _("Starts over on %(day)s.") % day
    elif window.kind == "first_order":
        yield _("The %(months)s months begin with your first order.") % {"months": window.months}
    elif window.kind == "lifetime":
        yield _("This quota does not start over.")


def per_order(limit: Limit) -> str:
    """What a limit says of each single order; "" when it looks at more than one."""
    if limit.window.kind != "order":
        return ""
    show = _shown(limit)
    params = {"min": show(limit.min or 0), "max": show(limit.max or 0)}
    is_each = limit.scope != "program"
    if limit.min is None:
        text = (
            _("At most %(max)s of each product in one order.")
            if is_each
            else _("At most %(max)s in one order.")
        )
    elif limit.max is None:
        text = (
            _("At least %(min)s of each product in one order.")
            if is_each
            else _("At least %(min)s in one order.")
        )
    else:
        text = _("From %(min)s to %(max)s in one order.")
    return text % params


def _shown(limit: Limit) -> Callable[[Bound], str]:
    return dollars if limit.metric == "fees" else str


def _label(program: Program, standing: Standing, names: Names) -> str:
    """What a limit counts: the program, some of its titles, or one product."""
    subjects = [standing.subject] if standing.subject else list(standing.limit.title_groups)
    if not subjects:
        return program.name
    return ", ".join(names.get((program.pk, subject), subject) for subject in subjects)


def _names(programs: Collection[int]) -> Names:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for product in Product.objects.filter(program__in=programs).only(
        "program", "sku", "title_group", "name_fr", "name_en"
    ):
        found[product.program_id, product.sku].append(product.name)
        if product.title_group:
            found[product.program_id, product.title_group].append(product.name)
    return {key: common_words(names) or key[1] for key, names in found.items()}


def common_words(names: Iterable[str]) -> str:
    """The words that all names begin with; `Office 2024` of its editions. "" when there is none."""
    columns = zip(*(name.split() for name in names), strict=False)
    same = takewhile(lambda words: len(set(words)) == 1, columns)
    return " ".join(words[0] for words in same).rstrip(" ,:-")
