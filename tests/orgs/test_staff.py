import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from orgs import staff
from tests.factories import UserFactory


def rights(name):
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


@pytest.mark.django_db
def test_the_groups_are_made_on_a_fresh_database_and_again():
    for _ in range(2):
        call_command("staff_groups", verbosity=0)
    assert set(Group.objects.values_list("name", flat=True)) >= set(staff.GROUPS)
    assert "change_application" in rights("qualification")
    assert "change_application" not in rights("fulfilment")


@pytest.mark.django_db
@pytest.mark.parametrize("name", staff.GROUPS)
def test_no_group_deletes_anything(name):
    staff.ensure_groups()
    assert not [right for right in rights(name) if right.startswith("delete_")]


@pytest.mark.django_db
def test_a_right_too_many_is_taken_back():
    staff.ensure_groups()
    person = UserFactory(is_staff=True)
    group = Group.objects.get(name="qualification")
    person.groups.add(group)
    group.permissions.add(*Group.objects.get(name="fulfilment").permissions.all())
    staff.ensure_groups()
    assert not person.has_perm("orders.change_order")
