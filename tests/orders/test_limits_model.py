"""orders/limits.py against a model that shares nothing with it: days are walked, sums are loops."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from orders.limits import Wanted, breaches, standing
from tests.orders.test_limits import LIMITS, MOMENTS, USES

TORONTO = ZoneInfo("America/Toronto")


def later(day, months):
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_in_toronto(moment):
    return moment.astimezone(TORONTO).date()


def first_day(window, everything, today):
    """The first day that still counts; None for all of them."""
    if window.kind == "fiscal_year":
        day = today
        while f"{day:%m-%d}" != window.month_day:
            day -= timedelta(days=1)
        return day
    if window.kind == "first_order" and everything:
        anchor, cycles = min(day_in_toronto(use.at) for use in everything), 0
        while later(anchor, (cycles + 1) * window.months) <= today:
            cycles += 1
        return later(anchor, cycles * window.months)
    return None


def is_about(limit, subject, line):
    if limit.title_groups and line.title_group not in limit.title_groups:
        return False
    name = {"program": "", "title_group": line.title_group, "product": line.sku}[limit.scope]
    return name == subject and not (limit.scope == "title_group" and not name)


def seen(limit, uses, as_of, subject):
    """The uses that count for a subject."""
    today, stood = day_in_toronto(as_of), []
    for use in uses:
        if use.at > as_of or (use.given_back_at is not None and use.given_back_at <= as_of):
            continue
        stood.append(use)
    start, found = first_day(limit.window, stood, today), []
    for use in stood:
        day = day_in_toronto(use.at)
        is_over = limit.window.kind == "order" or (
            limit.window.kind == "rolling" and later(day, limit.window.months) <= today
        )
        if is_about(limit, subject, use) and not is_over and (start is None or day >= start):
            found.append(use)
    return found


def total(limit, lines, orders):
    """What these lines come to; `orders` are those they belong to."""
    if limit.metric == "orders":
        return len(set(orders))
    if limit.metric == "products":
        return len({line.sku for line in lines})
    if limit.metric == "title_groups":
        return len({(line.title_group, "" if line.title_group else line.sku) for line in lines})
    sums = {"units": 0, "fees": Decimal(0)}
    for line in lines:
        sums["units"] += line.units
        sums["fees"] += line.fees
    return sums[limit.metric]


@given(LIMITS, USES, MOMENTS, st.sampled_from(["", "a", "b", "A-1", "B-1"]))
def test_what_counts_is_what_the_model_counts(limit, uses, as_of, subject):
    model = seen(limit, uses, as_of, subject)
    found = standing(limit, uses, as_of=as_of, subject=subject)
    assert found.total == total(limit, model, [use.order for use in model])
    assert found.left == max(limit.max - found.total, 0)


@given(LIMITS, USES, MOMENTS)
def test_the_next_day_says_whether_something_is_free_again(limit, uses, as_of):
    """On the day of the reset the window begins anew; on the day before it does not."""
    found = standing(limit, uses, as_of=as_of)
    if found.next_reset is None or limit.window.kind == "rolling":
        return
    stood = [
        u for u in uses if u.at <= as_of and not (u.given_back_at and u.given_back_at <= as_of)
    ]
    before = first_day(limit.window, stood, found.next_reset - timedelta(days=1))
    assert first_day(limit.window, stood, found.next_reset) == found.next_reset
    assert before == found.since


LINES = st.lists(
    st.builds(
        Wanted,
        st.sampled_from(["A-1", "A-2", "B-1"]),
        st.sampled_from(["", "a", "b"]),
        st.integers(1, 9),
        st.integers(0, 5000).map(lambda cents: Decimal(cents) / 100),
    ),
    min_size=1,
    max_size=3,
)


@given(LIMITS, USES, LINES, MOMENTS)
def test_a_cart_is_refused_exactly_when_the_model_refuses_it(limit, uses, wanted, as_of):
    subjects = {
        subject
        for subject in ("", "a", "b", "A-1", "A-2", "B-1")
        if any(is_about(limit, subject, line) for line in wanted)
    }
    refused = set()
    for subject in subjects:
        before = seen(limit, uses, as_of, subject)
        mine = [line for line in wanted if is_about(limit, subject, line)]
        orders = [use.order for use in before]
        used = total(limit, before, orders)
        after = total(limit, [*before, *mine], [*orders, "the cart"])
        if after > limit.max and after > used:
            refused.add(subject)
    found = breaches([limit], uses, wanted, as_of=as_of)
    assert {one.subject for one in found} == refused
