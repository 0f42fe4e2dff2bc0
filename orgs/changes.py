"""Changes: a member asks that the file say something else.

The old value is in force until staff approve it (`orgs/deciding.py`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import clock, documents, facts, identity, registration
from orgs.contents import MOST_A_MESSAGE, Contents, examine_all
from orgs.days import today, written_moment
from orgs.emails import changes as emails
from orgs.fieldclasses import FREE, Subject, as_data, changed
from orgs.holidays import holidays_of
from orgs.models import (
    Application,
    ChangeMessage,
    ChangeRequest,
    Document,
    Evidence,
    Organization,
)
from orgs.requirements import Profile, Requirement, missing

Status = ChangeRequest.Status
REVIEW_DAYS = 5  # business days from sending to the decision
NUMBERS = ("bn", "neq", "corporation_number")
UNDER_WAY = _(
    "A request to change this is under way already. Withdraw it first, or wait for its answer."
)


def current(organization: Organization, subject: Subject) -> dict[str, Any]:
    """What the file says about a subject today, as JSON."""
    return {name: _on_file(organization, name) for name in subject.fields}


def _on_file(organization: Organization, name: str) -> Any:
    if name == "activities":
        return as_data(activity.code for activity in organization.activities.all())
    return as_data(getattr(organization, name))


def is_open_to(organization: Organization) -> bool:
    """Whether facts are changed by request: not in a first draft, where one simply edits them."""
    if organization.closed_on:
        return False
    first = Application.Kind.FIRST, Application.Status.DRAFT
    newest = Application.objects.of(organization).newest()
    return newest is not None and (newest.kind, newest.status) != first


@transaction.atomic
def save_free(organization: Organization, *, by: User, values: Mapping[str, Any]) -> list[str]:
    """Write facts that need no check; returns the names of those that changed."""
    organization = Organization.objects.lock(pk=organization.pk)
    old = {name: as_data(getattr(organization, name)) for name in FREE if name in values}
    for name in old:
        setattr(organization, name, values[name])
    new = {name: as_data(getattr(organization, name)) for name in old}
    if found := changed(old, new):
        organization.save(update_fields=found)
        identity.index(organization)
        facts.declare(organization, facts.of_fields(found), by=by)
        note(organization, old, new, by=by)
    return found


def note(
    organization: Organization, old: Mapping[str, Any], new: Mapping[str, Any], **more: Any
) -> None:
    """The trail of a change of facts: each field with what it said and says."""
    names = changed(old, new)
    was, now = {n: old.get(n) for n in names}, {n: new[n] for n in names}
    record(organization, "organization.changed", fields=names, old=was, new=now, **more)


def send(
    organization: Organization,
    subject: Subject,
    *,
    by: User,
    new: Mapping[str, Any],
    words: str = "",
    files: Sequence[UploadedFile] = (),
) -> ChangeRequest:
    """Ask that a subject's facts become `new` (as JSON, every field of it).

    Raises ValidationError with every reason why not; then nothing is kept.
    """
    contents = examine_all(files, by=by, most=MOST_A_MESSAGE)
    if subject.paper and not contents:
        raise ValidationError(_("Add the paper that shows the change."), "no_paper")
    with documents.keeping() as kept:
        organization = Organization.objects.lock(pk=organization.pk)
        old = current(organization, subject)
        if reasons := [*_not_now(organization, subject)] or refusals(
            organization, subject, new, old=old
        ):
            raise ValidationError(reasons)
        change = ChangeRequest.objects.create(
            organization=organization,
            subject=subject.code,
            old=old,
            new=dict(new),
            words=words,
            sent_by=by,
            due_on=_due(organization, today()),
        )
        _keep(change, contents, by=by, kept=kept)
        record(change, "changerequest.sent", by=by, fields=change.differing)
        emails.received(change)
    return change


def _not_now(organization: Organization, subject: Subject) -> Iterator[ValidationError]:
    if not is_open_to(organization):
        text = _("The facts of this organization cannot be changed by request now.")
        yield ValidationError(text, "closed")
    elif ChangeRequest.objects.of(organization).open().filter(subject=subject.code).exists():
        yield ValidationError(UNDER_WAY, "under_way")


def refusals(
    organization: Organization, subject: Subject, new: Mapping[str, Any], *, old: Mapping[str, Any]
) -> list[ValidationError]:
    """Why these facts cannot be proposed: nothing differs, something lacks, a number is taken."""
    if not changed(old, new):
        return [ValidationError(_("This is what the file says already."), "same")]
    found = [
        ValidationError(registration.REGISTERED, "registered")
        for name in NUMBERS
        if new.get(name) and new[name] != old[name]
        if registration.is_taken(name, new[name], by=organization)
    ]
    mine = {*subject.fields, *subject.lacks}
    lacking = (need for need in _lacking(organization, new) if need.code in mine)
    return found + [ValidationError(str(need.text), need.code) for need in lacking]


def _lacking(organization: Organization, new: Mapping[str, Any]) -> list[Requirement]:
    """What an application would lack, were the facts `new`."""
    known = {"budget" if name == "annual_budget" else name: v for name, v in new.items()}
    if "activities" in known:
        known["activities"] = frozenset(known["activities"])
    names = {field.name for field in fields(Profile)} & set(known)
    profile = registration.profile_of(organization)
    return missing(replace(profile, **{name: known[name] for name in names}))


def _due(organization: Organization, start: date) -> date:
    return clock.due(start, REVIEW_DAYS, _holidays(organization, start, start))


def _holidays(organization: Organization, first: date, last: date) -> frozenset[date]:
    return holidays_of(organization.province, range(first.year, last.year + 2))


def _keep(
    change: ChangeRequest, contents: Iterable[Contents], *, by: User, kept: list[Document]
) -> None:
    is_budget = change.subject == "budget"
    kind = Document.Kind.STATEMENTS if is_budget else Document.Kind.OTHER
    for content in contents:
        document = documents.keep(change.organization, contents=content, kind=kind, by=by)
        kept.append(document)
        Evidence.objects.create(request=change, document=document)


@transaction.atomic
def withdraw(change: ChangeRequest, *, by: User) -> ChangeRequest:
    """The member takes the request back; twice is once.

    Raises ValidationError once it is decided.
    """
    change = lock(change.pk)
    if change.status == Status.WITHDRAWN:
        return change
    refuse_decided(change)
    move(change, Status.WITHDRAWN, by=by, waiting_since=None)
    bump(change)
    return change


def answer(
    change: ChangeRequest, *, by: User, text: str, files: Sequence[UploadedFile] = ()
) -> ChangeRequest:
    """The member's answer to our question, or a word more while we have it; the clock goes on."""
    contents = examine_all(files, by=by, most=MOST_A_MESSAGE)
    with documents.keeping() as kept:
        change = lock_open(change.pk)
        ChangeMessage.objects.create(request=change, by=by, is_staffs=False, text=text)
        _keep(change, contents, by=by, kept=kept)
        if change.status == Status.INFO_NEEDED:
            move(change, Status.ANSWERED, by=by, note=text, **_going_on(change))
        else:
            record(change, "changerequest.more", by=by, note=text)
        bump(change)
    return change


def _going_on(change: ChangeRequest) -> dict[str, Any]:
    """The due date put off by as long as the member was awaited."""
    since = change.waiting_since or today()
    due_on = clock.resumed(
        change.due_on,
        paused_on=since,
        resumed_on=today(),
        holidays=_holidays(change.organization, since, today()),
    )
    return {"waiting_since": None, "due_on": due_on}


def lock(pk: int) -> ChangeRequest:
    """The request and its organization, locked in the order of the house."""
    organization_pk = ChangeRequest.objects.values_list("organization", flat=True).get(pk=pk)
    organization = Organization.objects.lock(pk=organization_pk)
    change = ChangeRequest.objects.lock(pk=pk)
    change.organization = organization
    return change


def lock_open(pk: int, *, version: int | None = None) -> ChangeRequest:
    """An open request, locked, as its reader saw it.

    Raises ValidationError naming what became of it, or that it changed meanwhile.
    """
    change = lock(pk)
    refuse_decided(change)
    if change.status == Status.WITHDRAWN:
        raise ValidationError(_("The member has withdrawn this request."), "withdrawn")
    if version is not None and change.version != version:
        text = _("The request has changed since you opened it. Look at it again, then decide.")
        raise ValidationError(text, "changed")
    return change


def refuse_decided(change: ChangeRequest) -> None:
    if change.decided_at is None:
        return
    text = _("This request was decided on %(at)s: %(decision)s.")
    at = written_moment(change.decided_at)
    params = {"at": at, "decision": change.get_status_display()}
    raise ValidationError(text, "decided", params)


def bump(change: ChangeRequest) -> None:
    """What a reviewer has on the screen is out of date now."""
    ChangeRequest.objects.filter(pk=change.pk).update(version=F("version") + 1)
