import pytest
from django.urls import reverse

from audit.models import Entry
from catalog.whatif import effects
from orgs.days import today
from orgs.models import ChangeRequest, Organization
from tests.factories import (
    ActivityFactory,
    ApplicationFactory,
    ChangeRequestFactory,
    MembershipFactory,
    ProgramFactory,
)
from tests.orgs.conftest import pdf

UP_TO = {"fact": "budget", "max": "1000000.00"}
BUDGET = {"annual_budget": "1620000", "budget_source": "return", "budget_year": "2026"}


@pytest.fixture
def org(owner) -> Organization:
    ApplicationFactory(organization=owner.organization, status="qualified")
    return owner.organization


def at(name, org, *more):
    return reverse(f"orgs:{name}", args=[org.number, *more])


def test_the_page_has_every_group_with_its_source_and_what_is_asked(
    as_member, org, django_assert_max_num_queries
):
    ChangeRequestFactory(organization=org)
    with django_assert_max_num_queries(12):
        page = as_member.get(at("detail", org)).text
    for words in (
        "Kind and numbers",
        "A change is asked for",
        "$900,000.00",
        "Checked by our",
    ):
        assert words in page
    assert at("change", org, "address") in page
    assert at("change", org, "budget") not in page


def test_who_may_not_change_reads_only(client, org):
    client.force_login(MembershipFactory(organization=org, role_code="viewer").user)
    page = client.get(at("detail", org)).text
    assert "/organization/change/" not in page
    assert "Kind and numbers" in page


def test_an_old_budget_is_warned_about(as_member, org):
    Organization.objects.filter(pk=org.pk).update(budget_year=2020)
    assert "more than 18 months ago" in as_member.get(at("detail", org)).text


def test_a_change_is_asked_for_from_start_to_end(as_member, org):
    ProgramFactory(criteria=[UP_TO], name_en="Small Budgets")
    page = as_member.get(at("change_start", org), {"field": "budget"}, follow=True)
    assert 'value="500,000.00"' in page.text
    check = as_member.post(at("change", org, "budget"), BUDGET | {"act": "continue"})
    for words in ("$500,000.00", "$1,620,000.00", "Small Budgets", "No longer eligible"):
        assert words in check.text
    assert not ChangeRequest.objects.exists()

    sent = BUDGET | {"act": "send", "words": "New year.", "papers": [pdf("a.pdf"), pdf("b.pdf")]}
    page = as_member.post(at("change", org, "budget"), sent, follow=True)

    assert page.redirect_chain[0][0] == at("change_request", org, ChangeRequest.objects.get().pk)
    for words in ("We have your request", "New year.", "a.pdf", "b.pdf", "Withdraw the request"):
        assert words in page.text
    again = as_member.get(at("change", org, "budget"), follow=True)
    assert "under way already" in again.text


def test_what_was_typed_stays_when_something_is_wrong(as_member, org):
    page = as_member.post(at("change", org, "budget"), BUDGET | {"annual_budget": "many"})
    assert page.status_code == 422
    assert 'value="many"' in page.text
    same = {"annual_budget": "500000", "budget_source": "statements", "budget_year": "2025"}
    assert "says already" in as_member.post(at("change", org, "budget"), same).text
    unproven = as_member.post(
        at("change", org, "budget"), BUDGET | {"act": "send", "words": "My words."}
    )
    assert unproven.status_code == 422
    assert "My words." in unproven.text
    assert "Add the paper" in unproven.text
    back = as_member.post(at("change", org, "budget"), BUDGET | {"act": "back"})
    assert (back.status_code, 'value="1620000"' in back.text) == (200, True)


def test_activities_go_through_both_steps(as_member, org):
    ActivityFactory(code="literacy")
    chosen = {"activities": ["literacy", "food_security"]}
    check = as_member.post(at("change", org, "activities"), chosen | {"act": "continue"})
    assert check.text.count('type="hidden" name="activities"') == 2
    as_member.post(at("change", org, "activities"), chosen | {"act": "send"})
    assert ChangeRequest.objects.get().new == {"activities": ["food_security", "literacy"]}


@pytest.mark.parametrize(
    ("field", "name", "args"),
    [("phone", "edit", ()), ("email", "licence_address", ()), ("bn", "change", ("kind",))],
)
def test_an_outdated_fact_leads_to_its_form(as_member, org, field, name, args):
    answer = as_member.get(at("change_start", org), {"field": field})
    assert answer["Location"] == at(name, org, *args)


def test_every_form_opens(as_member, org):
    for code in ("name", "kind", "address", "activities", "budget", "staff"):
        assert as_member.get(at("change", org, code)).status_code == 200
    assert as_member.get(at("change", org, "nothing")).status_code == 404
    assert "Paid employees" in as_member.get(at("change_start", org)).text


def test_free_facts_are_saved_on_their_page(as_member, org):
    values = {"phone": "819 555-0199", "website": "new.example", "mission": "We feed.",
              "language": "fr"}  # fmt: skip
    page = as_member.post(at("edit", org), values, follow=True)
    assert "https://new.example" in page.text
    assert Entry.objects.about(org).get().data["fields"] == [
        "phone", "website", "mission", "language",
    ]  # fmt: skip
    refused = as_member.post(at("edit", org), values | {"phone": "12"})
    assert refused.status_code == 422
    assert 'value="12"' in refused.text


def test_a_message_and_a_withdrawal(as_member, org, owner):
    change = ChangeRequestFactory(organization=org, sent_by=owner.user)
    page = as_member.post(at("change_request", org, change.pk), {"text": "More."}, follow=True)
    assert "More." in page.text
    page = as_member.post(at("withdraw_change", org, change.pk), follow=True)
    assert "Withdrawn" in page.text
    late = as_member.post(at("change_request", org, change.pk), {"text": "Too late."})
    assert (late.status_code, "Too late." in late.text) == (422, True)


def test_why_not_leads_to_the_form_of_its_fact(as_member, org):
    ProgramFactory(criteria=[{"fact": "budget", "max": "1.00"}])
    page = as_member.get(reverse("catalog:eligibility", args=[org.number])).text
    assert f"{at('change_start', org)}?field=budget" in page


def test_the_effect_names_the_rule_that_makes_the_difference(db, org):
    few = ProgramFactory(criteria=[UP_TO, {"fact": "qualified_months", "min": 0}])
    ProgramFactory()
    found = effects(org, {"annual_budget": "1000000.01"}, on=today())
    assert [(e.program, len(e.rules)) for e in found.lost] == [(few, 1)]
    assert (found.gained, found.unchanged) == ([], 1)
    org.annual_budget = "2000000.00"
    org.save()
    org.refresh_from_db()
    assert [e.program for e in effects(org, {"annual_budget": "5.00"}, on=today()).gained] == [few]


@pytest.mark.parametrize("code", ["kind", "address", "activities", "staff"])
def test_every_fact_of_the_rules_has_an_effect(db, org, code):
    rule, new = {
        "kind": ({"fact": "kind", "in": ["charity"]}, {"kind": "library"}),
        "address": ({"fact": "province", "in": ["QC"]}, {"province": "ON"}),
        "activities": (
            {"fact": "activities", "none_of": ["literacy"]}, {"activities": ["literacy"]},
        ),
        "staff": ({"fact": "staff", "max": 5}, {"staff": 6}),
    }[code]  # fmt: skip
    ProgramFactory(criteria=[rule])
    assert len(effects(org, new, on=today()).lost) == 1
