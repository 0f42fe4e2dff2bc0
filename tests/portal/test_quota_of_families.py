"""Quotas of organizations that became one, or two again, and of branches: whose use counts."""

from datetime import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from orders import cancellation, quota
from orders.models import Order
from orgs.days import TORONTO
from orgs.models import Membership
from tests.factories import BranchLetterFactory, MembershipFactory
from tests.orders.conftest import fill, limited, place
from tests.portal.test_merging import FIVE, carry_out, gone, kept, merge, quinn, sound, undo, used

__all__ = ["gone", "kept", "merge", "quinn"]
CYCLE = {"metric": "units", "scope": "program", "max": 5}
CYCLE |= {"window": {"months": 24, "from": "first_order"}}


def codes(refused):
    return [reason.code for reason in refused.value.error_list]


def standing(organization):
    ((_program, _index, found),) = quota.standings(organization, as_of=timezone.now())
    return found


def at(*moment):
    return time_machine.travel(datetime(*moment, tzinfo=TORONTO), tick=False)


def test_what_both_used_leaves_the_rest_and_not_one_more(merge, gone, kept):
    product = limited(FIVE)
    place(fill(gone, product, 2))
    place(fill(kept, product, 2))
    carry_out(merge)
    with pytest.raises(ValidationError) as refused:
        place(fill(kept, product, 2))
    assert codes(refused) == ["over_limit"]
    kept.cart.items.all().delete()
    place(fill(kept, product, 1))
    assert used(kept.organization) == 5
    assert sound() == []


def test_more_than_the_limit_together_leaves_nothing_until_there_is_room(merge, gone, kept):
    product = limited(FIVE)
    first = place(fill(gone, product, 4))
    place(fill(kept, product, 4))
    carry_out(merge)
    assert (used(kept.organization), standing(kept.organization).left) == (8, 0)
    with pytest.raises(ValidationError):
        place(fill(kept, product, 1))
    cancellation.cancel(first.pk, by=gone.user)
    assert standing(kept.organization).left == 1
    place(kept.cart)
    assert sound() == []


def test_undone_each_has_its_own_count_and_its_own_room_again(merge, gone, kept):
    product = limited(FIVE)
    place(fill(gone, product, 4))
    place(fill(kept, product, 3))
    carry_out(merge)
    undo(merge)
    gone.refresh_from_db()
    assert (used(merge.gone), used(merge.kept)) == (4, 3)
    place(fill(Membership.objects.get(pk=gone.pk), product, 1))
    place(fill(kept, product, 2))
    for member in (gone, kept):
        with pytest.raises(ValidationError):
            place(fill(Membership.objects.get(pk=member.pk), product, 1))
    assert sound() == []


def test_what_both_used_starts_over_on_the_first_of_july(merge, gone, kept):
    product = limited(FIVE)
    with at(2027, 6, 1, 12):
        place(fill(gone, product, 3))
        place(fill(kept, product, 2))
    carry_out(merge)
    with at(2027, 6, 30, 23, 59, 59):
        assert (standing(kept.organization).total, standing(kept.organization).left) == (5, 0)
    with at(2027, 7, 1, 0, 0, 0):
        assert (standing(kept.organization).total, standing(kept.organization).left) == (0, 5)
        place(fill(kept, product, 5))


def test_a_cycle_is_anchored_on_the_first_order_of_either_and_goes_back_with_it(merge, gone, kept):
    product = limited(CYCLE)
    with at(2024, 2, 29, 12):
        place(fill(gone, product, 2))
    with at(2024, 9, 15, 12):
        place(fill(kept, product, 1))
    carry_out(merge)
    with at(2026, 2, 27, 23, 59, 59):
        found = standing(kept.organization)
        assert (found.total, str(found.next_reset)) == (3, "2026-02-28")
    with at(2026, 2, 28, 0, 0, 0):
        found = standing(kept.organization)
        assert (found.total, str(found.next_reset)) == (0, "2028-02-29")
    undo(merge)
    with at(2026, 2, 28, 0, 0, 0):
        mine, theirs = standing(merge.kept), standing(merge.gone)
        assert (mine.total, str(mine.next_reset)) == (1, "2026-09-15")
        assert (theirs.total, str(theirs.next_reset)) == (0, "2028-02-29")


def test_a_rolling_year_from_a_leap_day_ends_with_february(owner):
    rolling = {"metric": "units", "scope": "program", "max": 5}
    product = limited(rolling | {"window": {"months": 12, "rolling": True}})
    with at(2028, 2, 29, 23, 59, 59):
        place(fill(owner, product, 5))
    with at(2029, 2, 27, 23, 59, 59), pytest.raises(ValidationError):
        place(fill(owner, product, 5))
    with at(2029, 2, 28, 0, 0, 0):
        place(owner.cart)
    assert Order.objects.count() == 2


def test_a_branch_and_the_organization_above_have_each_their_own(db):
    above, branch, other = MembershipFactory(), MembershipFactory(), MembershipFactory()
    for one in (branch, other):
        BranchLetterFactory(parent=above.organization, branch=one.organization)
    product = limited(FIVE)
    place(fill(above, product, 5))
    assert standing(branch.organization).left == 5
    place(fill(branch, product, 3))
    left = [standing(m.organization).left for m in (above, branch, other)]
    assert left == [0, 2, 5]
    with pytest.raises(ValidationError) as refused:
        place(fill(above, product, 1))
    assert codes(refused) == ["over_limit"]
