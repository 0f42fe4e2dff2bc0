"""catalog/reevaluating.py: each night, who may have what now, told once with its reason."""

from datetime import timedelta

import pytest

from catalog import announcing, publishing, reevaluating
from catalog.models import LastAnswer, ProgramVersion
from mail.models import Message
from orgs.days import today
from tests.factories import MembershipFactory, OverrideFactory, ProgramFactory, UserFactory

SMALL = [{"fact": "budget", "max": 600_000}]


@pytest.fixture
def member(db):
    """Of an organization without an address of its own, so that one e-mail is one change."""
    return MembershipFactory(organization__email="", user__language="fr")


@pytest.fixture
def program(member):
    found = ProgramFactory(criteria=SMALL)
    reevaluating.look(today())
    assert not Message.objects.exists(), "the first answers are no change"
    return found


def letters():
    return list(Message.objects.filter(kind="catalog/eligibility_changed").order_by("pk"))


def change_budget(member, amount):
    member.organization.annual_budget = amount
    member.organization.save()


def test_nothing_changed_nobody_is_told(program, member):
    assert reevaluating.look(today() + timedelta(days=1)) == 0
    assert letters() == []


def test_a_change_is_told_once_with_its_reason(program, member):
    change_budget(member, 700_000)
    tomorrow = today() + timedelta(days=1)
    assert reevaluating.look(tomorrow) == 1
    assert reevaluating.look(tomorrow) == 0
    assert reevaluating.look(tomorrow + timedelta(days=1)) == 0

    (letter,) = letters()
    assert (letter.to, letter.language) == ([member.user.email], "fr")
    assert program.name_fr in letter.text and "600\xa0000" in letter.text.replace("\u202f", "\xa0")


def test_changed_back_it_is_told_again(program, member):
    for days, amount in ((1, 700_000), (2, 500_000)):
        change_budget(member, amount)
        reevaluating.look(today() + timedelta(days=days))
    assert len(letters()) == 2


def test_new_rules_of_a_file_are_told_as_the_cause(program, member):
    day = today() + timedelta(days=1)
    ProgramVersion.objects.create(
        program=program, effective=day, criteria=[{"fact": "budget", "max": 5}]
    )
    reevaluating.look(day)
    (letter,) = letters()
    assert "règles" in letter.text
    row = LastAnswer.objects.get()
    assert (row.is_eligible, row.is_by_rules, row.version) == (False, True, day)


def test_an_exception_counts_as_open(program, member):
    change_budget(member, 700_000)
    OverrideFactory(organization=member.organization, program=program)
    assert reevaluating.look(today() + timedelta(days=1)) == 0


def test_whose_qualification_is_over_is_not_told_of_every_program(program, member):
    organization = member.organization
    organization.qualified_until = today()
    organization.save()
    assert reevaluating.look(today() + timedelta(days=1)) == 0


def test_who_was_told_when_the_rules_were_published_is_not_told_again(program, member):
    by, day = UserFactory(is_staff=True), today() + timedelta(days=1)
    draft = publishing.begin(program, by=by)
    new = {"criteria": [{"fact": "budget", "max": 5}], "effective": day}
    draft = publishing.edit(draft.pk, by=by, edition=1, note_fr="Non.", note_en="No.", **new)
    publishing.publish(draft.pk, by=by, edition=draft.edition)
    assert announcing.tell_due() == 1

    assert reevaluating.look(day) == 0
    assert not LastAnswer.objects.filter(is_told=False).exists()
    assert letters() == []
