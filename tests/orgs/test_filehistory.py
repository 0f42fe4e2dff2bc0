import pytest
from django.urls import reverse

from orgs import changes, deciding, filehistory
from orgs.fieldclasses import SUBJECTS
from orgs.models import Organization
from tests.factories import ActivityFactory, ApplicationFactory, OrganizationFactory


@pytest.fixture
def org(owner, reviewer):
    """One fact changed by a member, two by staff, one by nobody that we know."""
    org = owner.organization
    ApplicationFactory(organization=org, status="qualified")
    changes.save_free(org, by=owner.user, values={"mission": "We teach."})
    ActivityFactory(code="literacy")
    for subject, new in (("staff", {"staff": 9}), ("activities", {"activities": ["literacy"]})):
        change = changes.send(org, SUBJECTS[subject], by=owner.user, new=new)
        deciding.approve(change.pk, by=reviewer, version=1)
    Organization.objects.filter(pk=org.pk).update(city="Magog")
    OrganizationFactory(city="Elsewhere")
    return org


def test_every_change_has_both_values_and_who_made_it(org, owner, reviewer):
    found = {next(iter(c.new)): c for c in filehistory.of(org)}
    assert (found["mission"].old, found["mission"].new) == (
        {"mission": "We feed people."},
        {"mission": "We teach."},
    )
    assert found["mission"].entry.by == owner.user
    assert (found["staff"].new, found["staff"].entry.by) == ({"staff": 9}, reviewer)
    assert found["activities"].old == {"activities": ["food_security"]}
    assert (found["city"].new, found["city"].entry) == ({"city": "Magog"}, None)
    assert len(found) == 4


def test_the_page_tells_it(as_member, org, django_assert_max_num_queries):
    page_url = reverse("orgs:history", args=[org.number])
    with django_assert_max_num_queries(12):
        page = as_member.get(page_url).text
    for words in ("Magog", "We teach.", "Activity literacy", "Approved by our staff: request M-"):
        assert words in page
    assert "Quinn" not in page


def test_an_untouched_file_says_so(as_member, owner):
    page = as_member.get(reverse("orgs:history", args=[owner.organization.number]))
    assert "Nothing has changed since" in page.text
