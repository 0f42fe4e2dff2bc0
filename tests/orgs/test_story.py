"""orgs/story.py: what the demo says besides its file, as often as one likes."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from orgs import story, thread
from orgs.days import TORONTO
from orgs.models import Application, Case, ChangeRequest, Claim, Document, Membership
from portal.invariants import breaches
from tests.factories import (
    ApplicationFactory,
    MembershipFactory,
    OrganizationFactory,
    UserFactory,
)


@pytest.fixture
def pending(db, reviewer):
    lea = UserFactory()
    return ApplicationFactory(
        organization=OrganizationFactory(number=story.PENDING, unqualified=True),
        status="submitted",
        submitted_at=datetime(2026, 11, 12, 10, tzinfo=TORONTO),
        submitted_by=lea,
        due_on=date(2026, 11, 26),
    )


def test_a_conversation_with_its_papers_told_once(pending):
    for _ in range(2):
        story.tell()
    application = Application.objects.get(pk=pending.pk)
    said = [(post.is_ours, [f.name for f in post.files]) for post in thread.posts(application)]
    assert said == [
        (True, []),
        (False, ["lettres-patentes.pdf", "reglement.pdf"]),
        (False, ["bail.pdf"]),
    ]
    assert (application.status, application.due_on) == ("in_review", date(2026, 11, 27))
    assert list(breaches()) == []


def test_somebody_is_in_every_situation_that_is_there(db):
    lapsed = OrganizationFactory(number=100018, qualified_until=date(2026, 5, 31))
    story.tell()
    story.tell()
    assert Membership.objects.get().organization == lapsed
    assert Membership.objects.get().may("profile.edit")


def test_every_queue_of_the_staff_has_something_to_do_and_only_once(db):
    rows = [
        OrganizationFactory(number=100001, legal_name="Maison d’entraide"),
        OrganizationFactory(number=100004, legal_name="Two Hats"),
        OrganizationFactory(
            number=100005, legal_name="North Shore Food Rescue Society", city="North Vancouver"
        ),
        OrganizationFactory(
            number=100019,
            legal_name="North Shore Food Rescue Soc.",
            city="North Vancouver",
            unqualified=True,
        ),
        OrganizationFactory(number=100013, unqualified=True),
    ]
    for organization in (rows[0], rows[1], rows[4]):
        MembershipFactory(organization=organization)
    ApplicationFactory(organization=rows[0], status="qualified")
    ApplicationFactory(organization=rows[3])
    ApplicationFactory(organization=rows[4], status="in_review", submitted_at=timezone.now())
    for _ in range(2):
        story.tell()
    assert ChangeRequest.objects.get().differing == ["unit"]
    assert Case.objects.get().status == Case.Status.WAITING_US
    assert Claim.objects.get().organization == rows[2]
    papers = Document.objects.of_applications().values_list("organization__number", "kind")
    assert sorted(papers) == [(100013, "registration"), (100013, "statements")]
