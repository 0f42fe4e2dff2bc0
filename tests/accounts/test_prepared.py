"""accounts/prepared.py: what comes back is what the query itself finds."""

import pytest

from accounts.prepared import Prepared
from orgs.models import Membership, Organization
from tests.factories import MembershipFactory, OrganizationFactory

MINE = Prepared(lambda user: Membership.objects.of(user), user=-1)
NUMBERS = Prepared(
    lambda pk: Organization.objects.filter(pk=pk).values_list("number", flat=True), pk=-1
)


def test_the_rows_are_those_of_the_query_with_what_was_selected_along(
    owner, django_assert_num_queries
):
    second = MembershipFactory(user=owner.user)
    MembershipFactory()
    asked = list(Membership.objects.of(owner.user))
    with django_assert_num_queries(1):
        rows = MINE.rows(user=owner.user.pk)
        names = {row.organization.legal_name for row in rows}
    assert rows == asked == [owner, second]
    assert names == {owner.organization.legal_name, second.organization.legal_name}
    for row, same in zip(rows, asked, strict=True):
        assert vars(row.organization).keys() == vars(same.organization).keys()
        assert row.organization.phone == same.organization.phone


def test_values_come_as_values(db):
    first, second = OrganizationFactory(), OrganizationFactory()
    assert NUMBERS.rows(pk=second.pk) == [second.number]
    assert NUMBERS.rows(pk=first.pk) == [first.number]
    assert NUMBERS.rows(pk=0) == []


def test_a_stand_in_that_the_query_does_not_ask_for_is_a_mistake(db):
    wrong = Prepared(lambda pk, city: Organization.objects.filter(pk=pk), pk=-1, city="-")
    with pytest.raises(ValueError, match="city"):
        wrong.rows(pk=1, city="Magog")
