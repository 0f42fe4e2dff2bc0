"""Publishing: from a draft of rules to a version that nobody changes any more."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from catalog import announcing, effects
from catalog.eligibility import version_in_force
from catalog.models import Program, ProgramVersion, RuleDraft
from catalog.terms import Criterion
from orgs.days import today

Status = RuleDraft.Status
TERMS = ("criteria", "grace_days", "note_fr", "note_en", "effective")
"""What can be edited of a draft."""


@transaction.atomic
def begin(program: Program, *, by: User) -> RuleDraft:
    """A draft that says what holds today."""
    before = version_in_force(program.versions.all(), today())
    criteria = before.criteria if before else []
    draft = RuleDraft.objects.create(
        program=program, criteria=criteria, based_on=before, changed_by=by
    )
    record(draft, "ruledraft.begun", by=by)
    return draft


@transaction.atomic
def edit(pk: int, *, by: User, edition: int, **terms: Any) -> RuleDraft:
    """Change a draft that somebody read as `edition`; it is compared with today's versions anew.

    Raises ValidationError when it is published or discarded, or a colleague changed it meanwhile.
    """
    draft = _locked(pk)
    if reasons := [*_open(draft), *_unseen(draft, edition)]:
        raise ValidationError(reasons)
    changed = [name for name in TERMS if name in terms and getattr(draft, name) != terms[name]]
    for name in changed:
        setattr(draft, name, terms[name])
    draft.based_on = _before(draft)
    if changed:
        draft.edition += 1
    draft.changed_by = by
    draft.save()
    if changed:
        record(draft, "ruledraft.changed", by=by, fields=changed)
    return draft


@transaction.atomic
def publish(pk: int, *, by: User, edition: int) -> ProgramVersion:
    """Make a version of a draft as it was read; from its day on it decides.

    Those for whom it changes the answer are told by a task. Raises ValidationError with every
    reason against it.
    """
    draft = _locked(pk)
    if reasons := [*_open(draft), *_unseen(draft, edition), *_unfit(draft)]:
        raise ValidationError(reasons)
    effective = draft.effective or today()  # it has one: see _unfit
    found = effects.of(draft.program, draft.criteria, on=effective)
    version = ProgramVersion.objects.create(
        program=draft.program,
        effective=effective,
        criteria=draft.criteria,
        grace_days=draft.grace_days,
        note_fr=draft.note_fr,
        note_en=draft.note_en,
        published_by=by,
    )
    move(draft, Status.PUBLISHED, by=by, version=version)
    version.announcements.create(total=announcing.concerned(version).count())
    transaction.on_commit(announcing.wake, robust=True)
    effect = {"gained": found.gained, "lost": found.lost, "carts": found.carts}
    record(draft.program, "program.rules_published", by=by, on=str(effective), effect=effect)
    return version


@transaction.atomic
def withdraw(pk: int, *, by: User, reason: str) -> None:
    """Take back a draft's published version before its day: the rules before it go on.

    Who was told that the rules change is told that they do not; the others are no longer told.
    Raises ValidationError with every reason against it.
    """
    draft = _locked(pk)
    version = draft.version
    if version is None or draft.status != Status.PUBLISHED:
        raise ValidationError(_("Only rules that are published can be withdrawn."), "not_published")
    if reasons := _standing(version, reason):
        raise ValidationError(reasons)
    now = timezone.now()
    # The announcement first: a batch that is being written is waited for.
    version.announcements.filter(done_at=None).update(done_at=now)
    ProgramVersion.objects.filter(pk=version.pk).update(withdrawn_at=now)
    move(draft, Status.WITHDRAWN, by=by, note=reason)
    version.announcements.create(is_withdrawal=True, total=announcing.told_of(version).count())
    transaction.on_commit(announcing.wake, robust=True)
    on = str(version.effective)
    record(draft.program, "program.rules_withdrawn", by=by, note=reason, on=on)


def _standing(version: ProgramVersion, reason: str) -> list[ValidationError]:
    """What stands against withdrawing."""
    reasons = []
    if version.effective <= today():
        text = _("These rules hold already. Publish others that follow them.")
        reasons.append(ValidationError(text, "begun"))
    if not reason.strip():
        text = _("Say why the rules are withdrawn: it is kept with them.")
        reasons.append(ValidationError(text, "no_reason"))
    return reasons


@transaction.atomic
def discard(pk: int, *, by: User) -> None:
    """Put a draft away; it can still be read. Raises ValidationError when it is not open."""
    draft = _locked(pk)
    if reasons := _open(draft):
        raise ValidationError(reasons)
    move(draft, Status.DISCARDED, by=by)


def _locked(pk: int) -> RuleDraft:
    # The program first: two drafts of one program are published one after the other.
    program = RuleDraft.objects.values_list("program_id", flat=True).get(pk=pk)
    Program.objects.select_for_update().get(pk=program)
    return RuleDraft.objects.lock(pk=pk)


def _before(draft: RuleDraft) -> ProgramVersion | None:
    """The version that this one would follow."""
    on = draft.effective or today()
    return version_in_force(draft.program.versions.all(), on)


def _open(draft: RuleDraft) -> list[ValidationError]:
    if draft.is_open:
        return []
    text = _("This draft is published or discarded already. Begin a new one.")
    return [ValidationError(text, "not_open")]


def _unseen(draft: RuleDraft, edition: int) -> list[ValidationError]:
    if draft.edition == edition:
        return []
    text = _("%(person)s changed this draft after you opened it. Look at it again.")
    return [ValidationError(text, "conflict", {"person": draft.changed_by})]


def _unfit(draft: RuleDraft) -> list[ValidationError]:
    reasons = [*_day(draft.effective, draft.program)]
    before = _before(draft)
    if before != draft.based_on:
        text = _(
            "Other rules have been published since. Save the draft again to compare with them."
        )
        reasons.append(ValidationError(text, "outdated"))
    elif before and _rules(before) == _rules(draft):
        text = _("These are the rules that hold already: nothing would change.")
        reasons.append(ValidationError(text, "same"))
    if not draft.note_fr.strip() or not draft.note_en.strip():
        text = _("Say what changes in both languages: the organizations concerned read it.")
        reasons.append(ValidationError(text, "no_note"))
    return reasons


def _rules(terms: ProgramVersion | RuleDraft) -> list[Criterion]:
    """In whatever order lists were written."""
    rows = (Criterion.from_data(data) for data in terms.criteria)
    return [replace(row, values=tuple(sorted(row.values))) for row in rows]


def _day(effective: date | None, program: Program) -> list[ValidationError]:
    if effective is None:
        return [ValidationError(_("Choose the day from which the rules hold."), "no_day")]
    reasons = []
    if effective < today():
        text = _("Rules cannot hold from a day in the past. Choose today or a later day.")
        reasons.append(ValidationError(text, "past"))
    if program.versions.filter(effective=effective).exists():
        text = _("There are rules from this day already. Choose another day.")
        reasons.append(ValidationError(text, "taken"))
    return reasons
