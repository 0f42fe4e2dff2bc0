"""Amounts: what PayPal takes for money, and whether an order adds up."""

from collections.abc import Iterator
from decimal import Decimal

from paypal_simulator.contract import Refusal
from paypal_simulator.state import Record

CURRENCIES = (
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD "
    "USD"
)
WITHOUT_CENTS = {"HUF", "JPY", "TWD"}
PARTS = {  # of an amount's breakdown, and whether they add to it
    "item_total": 1,
    "tax_total": 1,
    "shipping": 1,
    "handling": 1,
    "insurance": 1,
    "shipping_discount": -1,
    "discount": -1,
}
ITEM_SUMS = {"item_total": "unit_amount", "tax_total": "tax"}  # of the breakdown, of the items


def value(money: Record, *, at: str) -> Decimal:
    """The number of an amount, in a currency that PayPal takes and no finer than it."""
    if money["currency_code"] not in CURRENCIES.split():
        raise Refusal(422, "INVALID_CURRENCY_CODE", field=f"{at}/currency_code")
    places = 0 if money["currency_code"] in WITHOUT_CENTS else 2
    if len(money["value"].partition(".")[2]) > places:
        raise Refusal(422, "DECIMAL_PRECISION", field=f"{at}/value")
    return Decimal(money["value"])


def positive(money: Record, *, at: str) -> Decimal:
    """The number of an amount that is more than nothing."""
    if (found := value(money, at=at)) <= 0:
        raise Refusal(422, "CANNOT_BE_ZERO_OR_NEGATIVE", field=f"{at}/value")
    return found


def check(unit: Record, *, at: str) -> None:
    """Refuses a purchase unit unless its sums are of one currency and add up."""
    amount, breakdown = unit["amount"], unit["amount"].get("breakdown", {})
    if {money["currency_code"] for money in moneys(unit)} != {amount["currency_code"]}:
        raise Refusal(422, "MULTI_CURRENCY_ORDER", field=f"{at}/amount")
    for money in moneys(unit):
        value(money, at=f"{at}/amount")
    for name, key in ITEM_SUMS.items():
        check_items(unit, name, key, at=at)
    parts = (sign * Decimal(breakdown[p]["value"]) for p, sign in PARTS.items() if p in breakdown)
    if positive(amount, at=f"{at}/amount") != sum(parts) and breakdown:
        raise Refusal(422, "AMOUNT_MISMATCH", field=f"{at}/amount/value")


def check_items(unit: Record, name: str, key: str, *, at: str) -> None:
    """What the items have of something is what the breakdown says of it."""
    items = [item for item in unit.get("items", ()) if key in item]
    if not items:
        return
    told = unit["amount"].get("breakdown", {}).get(name)
    field = f"{at}/amount/breakdown/{name}"
    if told is None:
        raise Refusal(422, f"{name.upper()}_REQUIRED", field=field)
    if sum(int(i["quantity"]) * Decimal(i[key]["value"]) for i in items) != Decimal(told["value"]):
        raise Refusal(422, f"{name.upper()}_MISMATCH", field=field)


def moneys(unit: Record) -> Iterator[Record]:
    """Every amount in a purchase unit."""
    yield unit["amount"]
    yield from unit["amount"].get("breakdown", {}).values()
    for item in unit.get("items", ()):
        yield from (item[key] for key in ITEM_SUMS.values() if key in item)
