"""orgs/standing.py and orgs/notices.py: suspended, closed, and what everybody reads of it."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.languages import in_both
from audit.models import Entry
from mail.models import Message
from orgs import notices, standing
from orgs.models import Organization, Standing
from tests.conftest import at_once
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory
from tokens import issue

ON = date(2026, 11, 25)
WHY = in_both(fr="Le registre le dit révoqué.", en="The register says revoked.")


@pytest.fixture
def org(owner):
    return owner.organization


def letters(kind):
    return {m.language: m for m in Message.objects.filter(kind=f"orgs/{kind}")}


def test_a_suspension_stops_everything_and_each_reads_why_in_their_language(org, reviewer):
    MembershipFactory(organization=org, user=UserFactory(language="fr"))
    standing.suspend(org.pk, by=reviewer, reason=WHY)
    org.refresh_from_db()
    assert not org.is_qualified(date.today())
    assert "Le registre le dit révoqué." in letters("suspended")["fr"].text
    assert "The register says revoked." in letters("suspended")["en"].html
    entry = Entry.objects.about(org).get()
    assert (entry.action, entry.by, entry.note) == (
        "organization.suspended",
        reviewer,
        "The register says revoked.",
    )


def test_what_was_suspended_goes_on_to_the_day_it_had(org, reviewer):
    until = org.qualified_until
    standing.suspend(org.pk, by=None, reason=WHY)
    standing.reinstate(org.pk, by=reviewer, reason="It was a mistake.")
    org.refresh_from_db()
    assert (org.suspended_on, org.qualified_until) == (None, until)
    assert "can order again" in letters("reinstated")["en"].text


def test_a_closed_account_is_opened_again_as_it_stood(org, reviewer):
    standing.close(org.pk, by=reviewer, reason="It ended.")
    org.refresh_from_db()
    assert org.standing(ON) == Standing.CLOSED
    standing.reopen(org.pk, by=reviewer, reason="It did not.")
    org.refresh_from_db()
    assert org.standing(ON) == Standing.QUALIFIED
    assert set(letters("closed")) == set(letters("reopened")) == {"en"}


@pytest.mark.parametrize(
    ("deed", "facts"),
    [
        ("suspend", {"suspended_on": ON}),
        ("suspend", {"closed_on": ON}),
        ("reinstate", {}),
        ("reinstate", {"closed_on": ON, "suspended_on": ON}),
        ("close", {"closed_on": ON}),
        ("reopen", {}),
    ],
)
def test_what_cannot_be_done_is_refused_and_tells_nobody(org, reviewer, deed, facts):
    Organization.objects.filter(pk=org.pk).update(**facts)
    with pytest.raises(ValidationError):
        getattr(standing, deed)(org.pk, by=reviewer, reason="Why.")
    assert not Message.objects.exists()
    assert not Entry.objects.exists()


def test_what_was_merged_is_not_opened_by_itself(org, reviewer):
    Organization.objects.filter(pk=org.pk).update(closed_on=ON, merged_into=OrganizationFactory())
    with pytest.raises(ValidationError, match="undo the merge"):
        standing.reopen(org.pk, by=reviewer, reason="Why.")


def test_nothing_is_closed_while_staff_have_its_application(sent, reviewer):
    with pytest.raises(ValidationError, match="with our staff"):
        standing.close(sent.organization_id, by=reviewer, reason="It ended.")
    assert Organization.objects.get().closed_on is None


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_who_suspend_at_once_write_once(owner, reviewer):
    pk = owner.organization_id
    deeds = [lambda: standing.suspend(pk, by=reviewer, reason=WHY)] * 3
    results = [type(r).__name__ for r in at_once(*deeds)]
    assert sorted(results) == ["Organization", "ValidationError", "ValidationError"]
    assert Entry.objects.filter(action="organization.suspended").count() == 1


FACTS = {
    Standing.APPLICANT: {"qualified_since": None, "qualified_until": None},
    Standing.QUALIFIED: {},
    Standing.RENEWAL_DUE: {"qualified_until": date(2027, 1, 24)},
    Standing.LAPSED: {"qualified_until": date(2026, 11, 24)},
    Standing.SUSPENDED: {"suspended_on": date(2026, 3, 1)},
    Standing.CLOSED: {"closed_on": date(2026, 3, 1)},
}


@pytest.mark.parametrize("expected", FACTS)
def test_how_it_stands_is_one_answer_on_the_row_and_in_the_query(db, expected):
    org = OrganizationFactory(**FACTS[expected])
    assert org.standing(ON) == expected
    found = {s for s in Standing if Organization.objects.standing(s, on=ON).exists()}
    assert found == {expected}
    stands = expected in {Standing.QUALIFIED, Standing.RENEWAL_DUE}
    assert stands == org.is_qualified(ON) == (notices.why_not(org, on=ON) == "")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("expected", "day"),
    [
        (Standing.LAPSED, {"en": "November 24, 2026", "fr": "24 novembre 2026"}),
        (Standing.SUSPENDED, {"en": "March 1, 2026", "fr": "1er mars 2026"}),
        (Standing.CLOSED, {"en": "March 1, 2026", "fr": "1er mars 2026"}),
    ],
)
def test_members_read_since_when_and_what_to_do(
    client, db, expected, day, language, django_assert_max_num_queries
):
    member = MembershipFactory(organization=OrganizationFactory(**FACTS[expected]))
    client.force_login(member.user)
    address = f"/{language}/o/{member.organization.number}/"
    with time_machine.travel("2026-11-25 15:00Z", tick=False):
        client.get(address)  # what everybody shares is kept from now on
        with django_assert_max_num_queries(12):
            page = client.get(address)
    assert day[language] in page.text
    assert page.context["notice"].todo in page.text


def test_members_read_why_as_it_was_written(client, owner, reviewer):
    standing.suspend(owner.organization_id, by=reviewer, reason=WHY)
    client.force_login(owner.user)
    for language, text in (("fr", "dit révoqué"), ("en", "says revoked")):
        assert text in client.get(f"/{language}/o/{owner.organization.number}/").text


def test_a_merged_organization_leads_to_the_other(client, owner):
    other = OrganizationFactory(legal_name="Maison Réunie")
    Organization.objects.filter(pk=owner.organization_id).update(closed_on=ON, merged_into=other)
    MembershipFactory(user=owner.user, organization=other)
    client.force_login(owner.user)
    page = client.get(reverse("dashboard", args=[owner.organization.number]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("dashboard", args=[other.number])
    assert "Maison Réunie" in page.text


def test_tokens_are_refused_with_the_reason(org, owner, reviewer):
    standing.suspend(org.pk, by=reviewer, reason=WHY)
    with pytest.raises(ValidationError, match="is suspended since"):
        issue.issue(org, bearer_name="Noor", bearer_email="n@example.org", by=owner.user)


def test_an_owner_closes_the_account_after_reading_what_it_means(client, owner):
    client.force_login(owner.user)
    url = reverse("orgs:close", args=[owner.organization.number])
    page = client.post(url, {"reason": "We have ended."})
    assert page.status_code == 422
    assert "We have ended." in page.text
    assert Organization.objects.get(pk=owner.organization_id).closed_on is None
    page = client.post(url, {"reason": "We have ended.", "confirmed": "on"}, follow=True)
    assert "The account is closed" in page.text
    assert "We have ended." in page.text
    assert client.get(url).status_code == 302


def test_the_way_out_says_that_staff_come_first(client, sent, applicant):
    client.force_login(applicant)
    url = reverse("orgs:close", args=[sent.organization.number])
    assert "after the decision" in client.get(url).text
    page = client.post(url, {"reason": "We have ended.", "confirmed": "on"})
    assert page.status_code == 422
    assert Organization.objects.get().closed_on is None


def test_a_text_in_both_languages_is_read_in_each(db):
    with translation.override("fr"):
        assert str(WHY).startswith("Le registre")
    assert str(WHY).startswith("The register")
