from copy import copy

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from orgs import registration
from orgs.forms.registration import IdentityForm
from orgs.models import Match, Membership, Organization
from tests.conftest import at_once
from tests.factories import OrganizationFactory, UserFactory

NEQ = "1100000125"


def saving(application, by):
    """The deed of saving the NEQ, its form checked already: nobody had the number then."""
    organization = copy(application.organization)
    typed = {"legal_name": "Maison", "kind": "nonprofit", "neq": NEQ}
    form = IdentityForm(typed, instance=organization)
    assert form.is_valid()
    return lambda: registration.save_step(form, version=1, by=by)


def test_who_starts_is_the_owner(draft, applicant):
    membership = Membership.objects.get()
    assert (membership.user, membership.role.code) == (applicant, "owner")
    assert membership.organization == draft.organization


def test_a_sixth_draft_is_refused(draft, applicant):
    for _ in range(registration.MOST_DRAFTS - 1):
        registration.start(by=applicant)
    with pytest.raises(ValidationError, match="Finish one"):
        registration.start(by=applicant)
    assert Organization.objects.count() == registration.MOST_DRAFTS


@pytest.mark.parametrize("typed", ["1100 000 125", "1100-000-125", "1100000125"])
def test_a_number_is_taken_as_people_write_it(draft, typed):
    form = IdentityForm({"neq": typed}, instance=draft.organization)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["neq"] == NEQ


def test_the_hint_for_the_business_number_can_be_typed(draft):
    typed = {"kind": "charity", "bn": "00000 0018 RR 0001"}
    form = IdentityForm(typed, instance=draft.organization)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["bn"] == "000000018RR0001"


def test_a_doubtful_check_digit_is_a_doubt_and_no_refusal(draft):
    draft.organization.neq = "1100000126"
    assert [doubt.field for doubt in registration.doubts(draft.organization)] == ["neq"]


@pytest.mark.django_db
def test_a_branch_shares_nine_digits_and_no_account():
    head = OrganizationFactory(bn="000000018RR0001")
    branch = OrganizationFactory(bn="000000018RR0002", parent=head)
    assert not registration.is_taken("bn", "000000018RR0003", by=branch)
    assert registration.is_taken("bn", "000000018RR0001", by=branch)
    assert registration.is_taken("bn", "000000018RC0001", by=OrganizationFactory())


@pytest.mark.django_db
def test_the_database_keeps_nine_digits_to_one_organization():
    OrganizationFactory(bn="000000018RR0001")
    with pytest.raises(IntegrityError, match="orgs_one_per_bn_root"):
        OrganizationFactory(bn="000000018RC0001")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_who_register_one_number_at_once_are_one(draft, applicant):
    other = UserFactory()
    theirs = registration.start(by=other).applications.get()
    results = at_once(saving(draft, applicant), saving(theirs, other))
    assert [type(r).__name__ for r in results] == ["Application", "Application"]
    assert Organization.objects.filter(neq=NEQ).count() == 1
    assert Match.objects.get().typed == {"neq": NEQ}


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_save_one(draft, applicant):
    results = at_once(saving(draft, applicant), saving(draft, applicant))
    assert sorted(type(r).__name__ for r in results) == ["Application", "ChangedMeanwhile"]
