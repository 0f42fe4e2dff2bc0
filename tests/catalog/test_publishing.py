"""catalog/publishing.py and catalog/effects.py: drafts, versions that stay, and what they do."""

from datetime import date, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from catalog import announcing, effects, publishing
from catalog.models import ProgramVersion, RuleDraft
from mail.models import Message
from orgs.days import today
from tests.conftest import at_once
from tests.factories import (
    CartItemFactory,
    MembershipFactory,
    OrganizationFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
)

ONLY_ONTARIO = [{"fact": "province", "in": ["ON"]}]
TOMORROW = timedelta(days=1)


@pytest.fixture
def by(db):
    return UserFactory(is_staff=True)


@pytest.fixture
def draft(by):
    """Ready to be published for tomorrow: Ontario alone, no longer everybody who is qualified."""
    begun = publishing.begin(ProgramFactory(), by=by)
    return edited(begun, by, criteria=ONLY_ONTARIO)


def edited(draft, by, **terms):
    ready = {"effective": today() + TOMORROW, "note_fr": "L’Ontario.", "note_en": "Ontario."}
    return publishing.edit(draft.pk, by=by, edition=draft.edition, **(ready | terms))


def codes(refusal):
    return {error.code for error in refusal.value.error_list}


def test_a_draft_begins_with_the_rules_in_force_and_changes_nothing(by):
    program = ProgramFactory()
    draft = publishing.begin(program, by=by)
    assert draft.criteria == [{"fact": "qualified_months", "min": 0}]
    edited(draft, by, criteria=ONLY_ONTARIO)
    assert program.versions.count() == 1


def test_published_a_draft_is_a_version_from_its_day_on(draft, by):
    version = publishing.publish(draft.pk, by=by, edition=draft.edition)

    assert (version.effective, version.criteria) == (today() + TOMORROW, ONLY_ONTARIO)
    assert (version.note_fr, version.published_by) == ("L’Ontario.", by)
    draft.refresh_from_db()
    assert (draft.status, draft.version) == (RuleDraft.Status.PUBLISHED, version)
    entry = Entry.objects.get(action="program.rules_published")
    assert (entry.by, entry.subject) == (by, draft.program)


def test_a_published_version_never_changes(draft, by):
    version = publishing.publish(draft.pk, by=by, edition=draft.edition)
    rows = ProgramVersion.objects.filter(pk=version.pk)
    for deed in (
        lambda: rows.update(criteria=[]),
        lambda: rows.update(effective=today()),
        lambda: rows._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            deed()
    assert rows.get().criteria == ONLY_ONTARIO


def test_neither_a_published_nor_a_discarded_draft_is_edited(draft, by):
    publishing.publish(draft.pk, by=by, edition=draft.edition)
    other = publishing.begin(draft.program, by=by)
    publishing.discard(other.pk, by=by)
    for closed in (draft, other):
        with pytest.raises(ValidationError) as refusal:
            edited(closed, by, criteria=[])
        assert codes(refusal) == {"not_open"}


def test_everything_against_publishing_is_said_at_once(by):
    draft = publishing.begin(ProgramFactory(), by=by)
    draft = edited(draft, by, effective=date(2020, 1, 1), note_fr="", note_en=" ")

    with pytest.raises(ValidationError) as refusal:
        publishing.publish(draft.pk, by=by, edition=draft.edition)

    assert codes(refusal) == {"past", "taken", "same", "no_note"}
    assert draft.program.versions.count() == 1


def test_a_draft_without_a_day_is_not_published(draft, by):
    draft = edited(draft, by, effective=None)
    with pytest.raises(ValidationError) as refusal:
        publishing.publish(draft.pk, by=by, edition=draft.edition)
    assert codes(refusal) == {"no_day"}


def test_who_read_an_older_edition_overwrites_and_publishes_nothing(draft, by):
    edited(draft, by, grace_days=3)
    for deed in (publishing.edit, publishing.publish):
        with pytest.raises(ValidationError) as refusal:
            deed(draft.pk, by=by, edition=draft.edition)
        assert codes(refusal) == {"conflict"}


def test_rules_that_were_published_meanwhile_are_compared_first(draft, by):
    other = publishing.begin(draft.program, by=by)
    other = edited(other, by, effective=today(), criteria=[])
    publishing.publish(other.pk, by=by, edition=other.edition)

    with pytest.raises(ValidationError) as refusal:
        publishing.publish(draft.pk, by=by, edition=draft.edition)
    assert codes(refusal) == {"outdated"}

    again = edited(draft, by)
    assert publishing.publish(again.pk, by=by, edition=again.edition).criteria == ONLY_ONTARIO


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_one_draft_publish_it_once():
    by = UserFactory(is_staff=True)
    draft = edited(publishing.begin(ProgramFactory(), by=by), by, criteria=ONLY_ONTARIO)

    def publish():
        return publishing.publish(draft.pk, by=by, edition=draft.edition)

    _one, other = sorted(at_once(publish, publish), key=lambda r: isinstance(r, ValidationError))
    assert isinstance(other, ValidationError)
    assert draft.program.versions.count() == 2


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_locks_the_database_alone_would_refuse_the_second(monkeypatch):
    """Shows that the test above can fail: both find the draft open before either publishes."""
    by = UserFactory(is_staff=True)
    draft = edited(publishing.begin(ProgramFactory(), by=by), by, criteria=ONLY_ONTARIO)
    meet, unfit = Barrier(2, timeout=10), publishing._unfit

    def both_have_looked(row):
        reasons = unfit(row)
        meet.wait()
        return reasons

    monkeypatch.setattr(publishing, "_locked", lambda pk: RuleDraft.objects.get(pk=pk))
    monkeypatch.setattr(publishing, "_unfit", both_have_looked)
    answers = at_once(*[lambda: publishing.publish(draft.pk, by=by, edition=draft.edition)] * 2)
    assert {type(answer) for answer in answers} == {ProgramVersion, IntegrityError}
    assert draft.program.versions.count() == 2


def test_lists_in_another_order_are_the_same_rules(by):
    rules = [{"fact": "province", "in": ["ON", "QC"]}]
    draft = publishing.begin(ProgramFactory(criteria=rules), by=by)
    draft = edited(draft, by, criteria=[{"fact": "province", "in": ["QC", "ON"]}])
    with pytest.raises(ValidationError) as refusal:
        publishing.publish(draft.pk, by=by, edition=draft.edition)
    assert codes(refusal) == {"same"}


def test_the_effect_names_who_gains_and_who_loses_and_their_carts(by):
    product = ProductFactory()
    loses = MembershipFactory()
    gains = OrganizationFactory(unqualified=True, province="ON")
    OrganizationFactory(province="ON")  # as before
    OrganizationFactory(closed_on=today())
    CartItemFactory(cart__membership=loses, product=product)
    CartItemFactory(cart__membership=loses, cart=loses.cart, is_set_aside=True)

    effect = effects.of(product.program, ONLY_ONTARIO, on=today())

    assert (effect.total, effect.before, effect.after) == (3, 2, 2)
    assert (effect.gained, effect.lost, effect.carts) == (1, 1, 1)
    rows = effects.compared(product.program, ONLY_ONTARIO, on=today())
    assert list(effects.losing(rows)) == [loses.organization]
    assert list(effects.gaining(rows)) == [gains]
    heads, *table = effects.table(product.program, ONLY_ONTARIO, on=today())
    assert [dict(zip(heads, row, strict=True))["change"] for row in table] == ["loses", "gains"]
    assert table[0][-1] == 1


def test_those_concerned_are_told_once_in_their_language_with_both_rules(draft, by):
    loses = MembershipFactory(user__language="fr", organization__email="")
    OrganizationFactory(province="ON")  # nothing changes
    OrganizationFactory(province="ON", unqualified=True)  # gains, and cannot order yet
    draft = edited(draft, by, grace_days=10)
    version = publishing.publish(draft.pk, by=by, edition=draft.edition)
    announced = version.announcements.get()
    assert announced.total == 1

    assert announcing.tell_due() == 1
    assert announcing.tell_due() == 0

    letter = Message.objects.get(kind="catalog/rules_changed")
    assert (letter.to, letter.language) == ([loses.user.email], "fr")
    for words in ("L’Ontario.", "organismes qualifiés", "Ontario", "Québec"):
        assert words in letter.text
    announced.refresh_from_db()
    assert (announced.told, bool(announced.done_at)) == (1, True)


def test_an_announcement_goes_on_where_it_was_broken_off(draft, by, monkeypatch):
    for _one in range(3):
        MembershipFactory(organization__email="")
    version = publishing.publish(draft.pk, by=by, edition=draft.edition)
    monkeypatch.setattr(announcing, "BATCH", 2)

    announced = version.announcements.get()
    assert announcing.tell_some(announced.pk) == 2
    announced.refresh_from_db()
    assert (announced.told, announced.done_at) == (2, None)

    assert announcing.tell_due() == 1
    assert Message.objects.filter(kind="catalog/rules_changed").count() == 3


def withdrawn(draft, by, reason="Adobe changed its mind."):
    publishing.withdraw(draft.pk, by=by, reason=reason)


def test_withdrawn_before_their_day_rules_never_decide_and_the_day_is_free_again(draft, by):
    version = publishing.publish(draft.pk, by=by, edition=draft.edition)

    withdrawn(draft, by)

    draft.refresh_from_db()
    assert (draft.status, draft.version) == (RuleDraft.Status.WITHDRAWN, version)
    assert [row.effective < today() for row in draft.program.versions.all()] == [True]
    entry = Entry.objects.get(action="program.rules_withdrawn")
    assert (entry.by, entry.note) == (by, "Adobe changed its mind.")
    again = edited(publishing.begin(draft.program, by=by), by, criteria=[])
    assert publishing.publish(again.pk, by=by, edition=again.edition).effective == version.effective


def test_who_was_told_is_told_that_nothing_changes_and_the_others_are_told_nothing(
    draft, by, monkeypatch
):
    told, _untold = (MembershipFactory(user__language="fr", organization__email="") for _ in "ab")
    version = publishing.publish(draft.pk, by=by, edition=draft.edition)
    monkeypatch.setattr(announcing, "BATCH", 1)
    assert announcing.tell_some(version.announcements.get().pk) == 1

    withdrawn(draft, by)

    assert announcing.tell_due() == 1
    assert announcing.tell_due() == 0
    letter = Message.objects.get(kind="catalog/rules_withdrawn")
    assert (letter.to, letter.language) == ([told.user.email], "fr")
    assert "organismes qualifiés" in letter.text and "Ontario" not in letter.text
    assert Message.objects.filter(kind="catalog/rules_changed").count() == 1
    rows = version.announcements.values_list("is_withdrawal", "total", "told")
    assert list(rows) == [(False, 2, 1), (True, 1, 1)]


def test_rules_that_hold_already_are_not_withdrawn_nor_without_a_reason(draft, by):
    draft = edited(draft, by, effective=today())
    publishing.publish(draft.pk, by=by, edition=draft.edition)
    with pytest.raises(ValidationError) as refusal:
        withdrawn(draft, by, reason=" ")
    assert codes(refusal) == {"begun", "no_reason"}
    assert draft.program.versions.filter(effective=today()).exists()


def test_only_what_is_published_is_withdrawn_and_once(draft, by):
    other = publishing.begin(draft.program, by=by)
    publishing.publish(draft.pk, by=by, edition=draft.edition)
    withdrawn(draft, by)
    for row in (draft, other):
        with pytest.raises(ValidationError) as refusal:
            withdrawn(row, by)
        assert codes(refusal) == {"not_published"}
    assert Entry.objects.filter(action="program.rules_withdrawn").count() == 1


def test_the_database_lets_nothing_else_change_with_it(draft, by):
    version = publishing.publish(draft.pk, by=by, edition=draft.edition)
    rows = ProgramVersion.objects.filter(pk=version.pk)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        rows.update(withdrawn_at=timezone.now(), grace_days=9)
    in_force = draft.program.versions.filter(effective__lt=today())
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        in_force.update(withdrawn_at=timezone.now())


def test_a_draft_that_followed_on_withdrawn_rules_is_compared_again(draft, by):
    publishing.publish(draft.pk, by=by, edition=draft.edition)
    later = publishing.begin(draft.program, by=by)
    later = edited(later, by, effective=today() + 2 * TOMORROW, criteria=[])
    withdrawn(draft, by)
    with pytest.raises(ValidationError) as refusal:
        publishing.publish(later.pk, by=by, edition=later.edition)
    assert codes(refusal) == {"outdated"}
