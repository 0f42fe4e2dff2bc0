"""orgs/story.py: what the demo says besides its file, as often as one likes."""

from datetime import date, datetime

import pytest

from orgs import story, thread
from orgs.days import TORONTO
from orgs.models import Application, Membership
from portal.invariants import breaches
from tests.factories import ApplicationFactory, OrganizationFactory, UserFactory


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
