"""What a catalogue file says of an organization and its orders, reckoned in the plainest way.

It shares no code with the portal: the sentences of the format, line by line.
"""

import calendar
from datetime import date, datetime
from decimal import Decimal

from tests.portal.thrown import TORONTO


def months_later(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_since(since, day):
    whole = 0
    while months_later(since, whole + 1) <= day:
        whole += 1
    return whole


def holds(criterion, organization, day):
    if criterion.get("unless") and organization["secular_arm"]:
        return True
    fact = criterion["fact"]
    if fact == "activities":
        does = set(organization["activities"])
        if "any_of" in criterion:
            return bool(does & set(criterion["any_of"]))
        return not does & set(criterion["none_of"])
    if fact in ("kind", "province"):
        return organization[fact] in criterion["in"]
    value = organization["annual_budget" if fact == "budget" else "staff"]
    if fact == "qualified_months":
        since, until = organization["qualified_since"], organization["qualified_until"]
        value = months_since(since, day) if since and since <= day <= until else None
    if value is None:
        return False
    low, high = criterion.get("min", value), criterion.get("max", value)
    return Decimal(low) <= Decimal(value) <= Decimal(high)


def verdict(program, organization, day):
    begun = [v for v in program["versions"] if v["effective"] <= day]
    if not begun:
        return None, ["no-version"]
    version = max(begun, key=lambda v: v["effective"])
    failing = [
        place for place, c in enumerate(version["criteria"]) if not holds(c, organization, day)
    ]
    return version["effective"].isoformat(), failing


def day_of(moment):
    return datetime.fromisoformat(moment).astimezone(TORONTO).date()


def uses(program, history, organization, as_of):
    """The lines that count at a moment: placed by then, and not given back by then."""
    products = {p["sku"]: p for p in program["products"]}
    for order in history["orders"]:
        if order["organization"] != organization:
            continue
        if datetime.fromisoformat(order["placed_at"]) > as_of:
            continue
        for line in order["lines"]:
            back = line.get("given_back_at") or order.get("given_back_at")
            if line["sku"] in products and not (back and datetime.fromisoformat(back) <= as_of):
                yield order, line, products[line["sku"]]


def until_of(limit, counted, all_of_program, today):
    """Which of these count in the window, and when it starts over."""
    window = limit["window"]
    day = lambda use: day_of(use[0]["placed_at"])  # noqa: E731
    if window == "lifetime":
        return counted, None
    if window == "order":
        return [], None
    if "fiscal_year" in window:
        month, start_day = map(int, window["fiscal_year"].split("-"))
        year = today.year if today >= date(today.year, month, start_day) else today.year - 1
        start, end = date(year, month, start_day), date(year + 1, month, start_day)
        return [use for use in counted if start <= day(use) < end], end
    if "rolling" in window:
        ends = [(months_later(day(use), window["months"]), use) for use in counted]
        still = [(end, use) for end, use in ends if today < end]
        return [use for _end, use in still], min((end for end, _use in still), default=None)
    if not all_of_program:
        return [], None
    anchor, turn = min(map(day, all_of_program)), 0
    while months_later(anchor, (turn + 1) * window["months"]) <= today:
        turn += 1
    start = months_later(anchor, turn * window["months"])
    end = months_later(anchor, (turn + 1) * window["months"])
    return [use for use in counted if day(use) >= start], end


def total(metric, counted):
    match metric:
        case "units":
            return sum(line["quantity"] * p["units_per_pack"] for _o, line, p in counted)
        case "orders":
            return len({order["number"] for order, _line, _p in counted})
        case "products":
            return len({line["sku"] for _o, line, _p in counted})
        case "title_groups":
            return len({p["title_group"] or ("alone", p["sku"]) for _o, _line, p in counted})
    fees = (line["quantity"] * Decimal(line.get("fee", p["fee"])) for _o, line, p in counted)
    return sum(fees, start=Decimal(0))


def standing(program, limit, subject, history, organization, as_of):
    """What is used, and when it starts over."""
    everything = list(uses(program, history, organization, as_of))
    named = limit.get("title_groups")
    counted = [use for use in everything if not named or use[2]["title_group"] in named]
    if limit["scope"] == "title_group":
        counted = [use for use in counted if use[2]["title_group"] == subject]
    elif limit["scope"] == "product":
        counted = [use for use in counted if use[2]["sku"] == subject]
    today = as_of.astimezone(TORONTO).date()
    counted, reset = until_of(limit, counted, everything, today)
    return total(limit["metric"], counted), reset


def subjects(program, limit, history, organization, as_of):
    """What a limit must have figures of, at the least: each group, each product with use."""
    named = limit.get("title_groups")
    if limit["scope"] == "program":
        return {""}
    if limit["scope"] == "title_group":
        return set(named or {p["title_group"] for p in program["products"]} - {None})
    counted = uses(program, history, organization, as_of)
    return {p["sku"] for _o, _line, p in counted if not named or p["title_group"] in named}
