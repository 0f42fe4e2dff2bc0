"""orgs/appeals.py: once, decided by somebody else; or another application."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from mail.models import Message
from orgs import appeals, drafts, qualification
from orgs.contents import examine_all
from orgs.models import Application, Organization
from tests.conftest import at_once
from tests.factories import UserFactory
from tests.orgs.conftest import PDF, pdf


@pytest.fixture
def declined(sent, reviewer) -> Application:
    return qualification.decline(sent.pk, by=reviewer, version=sent.version, reason="A business.")


def appeal(declined, applicant, **more):
    return appeals.send(declined.organization, by=applicant, words="It is not.", **more)


def address(name, application, *more):
    return reverse(f"orgs:{name}", args=[application.organization.number, *more])


def test_somebody_else_decides_an_appeal(declined, applicant, reviewer):
    found = appeal(declined, applicant, files=examine_all([pdf(content=PDF + b"2")]))
    assert (found.kind, found.status, found.previous) == ("appeal", "submitted", declined)
    assert found.files.count() == 1
    with pytest.raises(ValidationError, match="a colleague has to look"):
        qualification.qualify(found.pk, by=reviewer, version=found.version)
    qualification.qualify(found.pk, by=UserFactory(), version=found.version)
    assert Organization.objects.get().qualified_since is not None


def test_a_decision_is_appealed_once(declined, applicant):
    found = appeal(declined, applicant)
    assert appeal(declined, applicant) == found, "a second click brings back the first"
    qualification.decline(found.pk, by=UserFactory(), version=found.version, reason="It is.")
    with pytest.raises(ValidationError, match="no decision that you could appeal"):
        appeal(declined, applicant)
    letter = Message.objects.filter(kind="orgs/declined", language="en").first()
    assert "final" in letter.text
    assert Application.objects.count() == 2


def test_what_was_not_declined_is_not_appealed(sent, applicant):
    with pytest.raises(ValidationError):
        appeal(sent, applicant)
    with pytest.raises(ValidationError):
        appeals.apply_again(sent.organization, by=applicant)


def test_a_bad_paper_sends_nothing_and_keeps_the_words(client, declined, applicant, private_files):
    files = sorted(private_files.rglob("*"))
    client.force_login(applicant)
    typed = {"words": "It is not.", "papers": [pdf(), pdf("bad.pdf", b"MZ")]}
    page = client.post(address("appeal", declined), typed)
    assert page.status_code == 422
    assert "bad.pdf – This is not a PDF" in page.text
    assert "It is not." in page.text
    assert Application.objects.count() == 1
    assert sorted(private_files.rglob("*")) == files


def test_the_way_from_the_refusal_to_the_appeal(client, declined, applicant):
    client.force_login(applicant)
    dashboard = client.get(reverse("dashboard", args=[declined.organization.number]))
    assert address("appeal", declined) in dashboard.text
    assert "A business." in client.get(address("appeal", declined)).text
    page = client.post(address("appeal", declined), {"words": "It is not."}, follow=True)
    assert "Somebody else looks at it" in page.text
    assert "It is not." in page.text
    assert client.get(address("appeal", declined)).status_code == 302


def test_one_can_apply_again_instead_and_still_appeal_when_that_is_thrown_away(
    client, declined, applicant
):
    client.force_login(applicant)
    for _ in range(2):
        page = client.post(address("apply_again", declined), follow=True)
    assert "Check and send" in page.text
    draft = Application.objects.newest()
    assert (draft.kind, draft.status) == ("first", "draft")
    assert appeals.open_to(declined.organization) is None
    drafts.discard(draft.pk, by=applicant)
    assert Organization.objects.get().closed_on is None
    assert appeals.open_to(declined.organization) == declined
    appeal(declined, applicant)
    with pytest.raises(ValidationError, match="under way"):
        drafts.take_up(draft.pk, by=applicant)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_three_clicks_are_one_appeal(declined, applicant):
    found = at_once(*[lambda: appeal(declined, applicant)] * 3)
    assert len({application.pk for application in found}) == 1
    assert Application.objects.filter(kind="appeal").count() == 1
