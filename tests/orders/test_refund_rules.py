"""What the rules of refunds say, on values."""

from datetime import date, timedelta

import pytest

from orders.refund_rules import Item, Policy, refusals

TODAY = date(2026, 11, 25)
UNUSED = Policy("uninstalled", days=60, whole_program=True)
NEVER = Policy("none")
GOODS = Policy("hardware", days=30)


def item(line=1, policy=UNUSED, *, days_ago=10, program="office", **fields):
    return Item(
        line=line,
        name=f"Product {line}",
        program=program,
        program_name="Office",
        policy=policy,
        delivered_on=None if days_ago is None else TODAY - timedelta(days=days_ago),
        **fields,
    )


def codes(items, chosen=None, *, is_unused=True):
    chosen = [one.line for one in items] if chosen is None else chosen
    return {why.code for why in refusals(items, chosen=chosen, is_unused=is_unused, on=TODAY)}


def test_unused_software_is_refunded_within_its_days():
    assert codes([item(days_ago=60)]) == set()
    assert codes([item(days_ago=61)]) == {"too_late"}


def test_before_delivery_no_day_has_passed():
    assert codes([item(days_ago=None)]) == set()


def test_what_was_installed_is_not_refunded():
    assert codes([item()], is_unused=False) == {"installed"}


def test_most_programs_refund_nothing():
    assert codes([item(policy=NEVER)]) == {"never"}


def test_goods_that_are_sent_back_need_no_word_about_installing():
    assert codes([item(policy=GOODS)], is_unused=False) == set()


def test_a_program_comes_back_as_a_whole():
    both = [item(1), item(2)]
    assert codes(both, [1]) == {"whole"}
    assert codes(both) == set()


def test_what_is_given_back_already_is_not_missed_in_the_whole():
    assert codes([item(1), item(2, is_over=True)], [1]) == set()


def test_another_program_stays():
    assert codes([item(1), item(2, GOODS, program="routers")], [1]) == set()


def test_every_reason_is_told_at_once():
    items = [item(1, days_ago=90), item(2, NEVER, program="other"), item(3, is_over=True)]
    assert codes(items, is_unused=False) == {"too_late", "never", "over", "installed"}


def test_a_line_that_cost_nothing_has_nothing_to_refund():
    assert codes([item(costs_nothing=True)]) == {"free"}


@pytest.mark.parametrize("chosen", [[], ()])
def test_nothing_chosen_is_nothing_asked(chosen):
    assert codes([item()], chosen) == {"nothing"}
