"""Meters: limits and how they stand, in words and figures, for pages."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, takewhile

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.explaining import dollars, in_words
from catalog.models import Partner, Product, Program
from catalog.terms import Bound, Limit
from orders import limits, quota
from orders.decision import line_of
from orders.demands import Line
from orders.limits import Standing, Use
from orgs.models import Organization

Names = Mapping[tuple[int, str], str]
"""What people call a title group or a SKU, by program."""


@dataclass(frozen=True)
class Meter:
    """One limit of one program, for one subject."""

    program: Program
    label: str
    standing: Standing
    after: Bound | None = None
    """What would count with the cart that is asked about."""

    @property
    def total(self) -> Bound:
        """What counts, held for unpaid orders or settled."""
        return self.standing.total

    @property
    def limit(self) -> Bound:
        return self.standing.limit.max or 0

    @property
    def count(self) -> str:
        """`12 of 50`."""
        show = shown(self.standing.limit)
        return _("%(used)s of %(limit)s") % {"used": show(self.total), "limit": show(self.limit)}

    @property
    def figures(self) -> list[tuple[str, str]]:
        """Used, held and left, for a table."""
        show, one = shown(self.standing.limit), self.standing
        texts = [show(number) for number in (one.used, one.held, one.left or 0, self.limit)]
        return [(str(name), text) for name, text in zip(FIGURES, texts, strict=True)]

    @property
    def what_if(self) -> str:
        """What a cart would make of it; "" when none is asked about."""
        if self.after is None:
            return ""
        show = shown(self.standing.limit)
        text = _("With this order: %(used)s of %(limit)s.")
        return text % {"used": show(self.after), "limit": show(self.limit)}

    @property
    def left(self) -> str:
        """What can still be ordered."""
        left = shown(self.standing.limit)(self.standing.left or 0)
        return _("Left: %(left)s.") % {"left": left}

    @property
    def note(self) -> str:
        """What is only held, and when it starts over."""
        return " ".join(_notes(self.standing))


def by_partner(
    organization: Organization, *, as_of: datetime
) -> list[tuple[Partner, list[tuple[Program, list[Meter]]]]]:
    """The meters of every program that limits more than single orders, in the catalogue's order.

    A title group that nothing was ordered of is left out: its limit is said with the program.
    """
    found = [m for m in meters(organization, as_of=as_of) if m.total or not m.standing.subject]
    return [
        (partner, [(program, list(row)) for program, row in groupby(rows, lambda m: m.program)])
        for partner, rows in groupby(found, lambda m: m.program.partner)
    ]


def in_use(organization: Organization, *, as_of: datetime) -> list[Meter]:
    """Those of which something is used or held, for the dashboard."""
    return [meter for meter in meters(organization, as_of=as_of) if meter.total]


def meters(
    organization: Organization,
    *,
    as_of: datetime,
    program: str | None = None,
    used: Mapping[int, list[Use]] | None = None,
) -> Iterator[Meter]:
    """A meter for each maximum that outlives an order, of one program or all; four queries."""
    found = quota.standings(organization, as_of=as_of, program=program, used=used)
    standings = [row for row in found if lasts(row[2].limit)]
    names = _names({program.pk for program, _index, _standing in standings})
    for row, _index, standing in standings:
        yield Meter(row, _label(row, standing, names), standing)


def of_product(product: Product, organization: Organization, *, as_of: datetime) -> list[Meter]:
    """The meters that a pack of a product would move; one query."""
    program = product.program
    uses = quota.uses(organization, as_of=as_of).get(program.pk, [])
    return of_lines(program, [line_of(product, quantity=1)], uses, as_of=as_of)


def of_lines(
    program: Program, lines: Sequence[Line], uses: Sequence[Use], *, as_of: datetime
) -> list[Meter]:
    """The meters that lines of a cart would move, as they stand before and with it."""
    found = []
    wanted = [line.wanted for line in lines]
    for outcome in limits.outcomes(quota.limits_of(program), uses, wanted, as_of=as_of):
        if lasts(outcome.limit):
            subject = outcome.subject
            standing = limits.standing(outcome.limit, uses, as_of=as_of, subject=subject)
            touched = common_words(lines[place].name for place in outcome.lines)
            label = touched if subject or outcome.limit.title_groups else program.name
            found.append(Meter(program, label or program.name, standing, outcome.total))
    return found


def lasts(limit: Limit) -> bool:
    """It has a maximum, over more than a single order."""
    return limit.max is not None and limit.window.kind != "order"


def shown(limit: Limit) -> Callable[[Bound], str]:
    """How a limit's figures are written."""
    return dollars if limit.metric == "fees" else str


def _notes(standing: Standing) -> Iterator[str]:
    if standing.held:
        held = shown(standing.limit)(standing.held)
        yield _("Held for unpaid orders: %(held)s.") % {"held": held}
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


def _label(program: Program, standing: Standing, names: Names) -> str:
    """What a limit counts: all of the program, some of its titles, or one product."""
    subjects = [standing.subject] if standing.subject else list(standing.limit.title_groups)
    if not subjects:
        return str(COUNTED[standing.limit.metric])
    return ", ".join(names.get((program.pk, subject), subject) for subject in subjects)


FIGURES = (
    gettext_lazy("Used"),
    gettext_lazy("Held"),
    pgettext_lazy("quota", "Left"),
    gettext_lazy("At most"),
)
COUNTED = {
    "units": gettext_lazy("Units ordered"),
    "orders": gettext_lazy("Orders placed"),
    "products": gettext_lazy("Different products"),
    "title_groups": gettext_lazy("Different titles"),
    "fees": gettext_lazy("Administration fees"),
}


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
    """The words that all names begin with: `Office 2024` of its editions. "" when there is none."""
    columns = zip(*(name.split() for name in names), strict=False)
    same = takewhile(lambda words: len(set(words)) == 1, columns)
    return " ".join(words[0] for words in same).rstrip(" ,:-–")


# A program's limits as its page says them, whoever asks


def rule_in_words(program: Program) -> list[str]:
    """A program's limits as sentences; a query when a limit counts some titles only."""
    rules = quota.limits_of(program)
    names = _names([program.pk]) if any(limit.title_groups for limit in rules) else {}
    return [" ".join(_sentences(program, limit, names)) for limit in rules]


def _sentences(program: Program, limit: Limit, names: Names) -> Iterator[str]:
    show = shown(limit)
    if limit.max is not None:
        yield _most(limit) % {"number": show(limit.max)}
    if limit.min is not None:
        yield _("In an order: at least %(number)s.") % {"number": show(limit.min)}
    if limit.title_groups:
        titles = ", ".join(names.get((program.pk, name), name) for name in limit.title_groups)
        yield _("Counted: %(titles)s.") % {"titles": titles}
    window = limit.window
    if window.kind == "fiscal_year":
        yield _("It starts over every year on %(day)s.") % {"day": _day_of_year(window.month_day)}
    elif window.kind == "first_order":
        text = _("It starts over every %(months)s months, reckoned from the first order.")
        yield text % {"months": window.months}
    elif window.kind == "rolling":
        yield _("Each order counts for %(months)s months.") % {"months": window.months}
    elif window.kind == "lifetime":
        yield _("It does not start over.")


def _most(limit: Limit) -> str:
    """The sentence that fits what a maximum counts, and for what."""
    if limit.window.kind == "order" and limit.metric == "units":
        return {
            "program": _("Units in an order: at most %(number)s."),
            "title_group": _("Units of each title in an order: at most %(number)s."),
            "product": _("Units of each product in an order: at most %(number)s."),
        }[limit.scope]
    if limit.metric == "units":
        return {
            "program": _("Units: at most %(number)s."),
            "title_group": _("Units of each title: at most %(number)s."),
            "product": _("Units of each product: at most %(number)s."),
        }[limit.scope]
    return {
        "orders": _("Orders: at most %(number)s."),
        "products": _("Different products: at most %(number)s."),
        "title_groups": _("Different titles: at most %(number)s."),
        "fees": _("Administration fees: at most %(number)s."),
    }[limit.metric]


def _day_of_year(month_day: str) -> str:
    month, day = (int(part) for part in month_day.split("-"))
    some_day = date(2001, month, day)
    words = date_format(some_day, "MONTH_DAY_FORMAT")
    return f"1er{words[1:]}" if in_words(some_day).startswith("1er") else words
