"""Merging: two organizations are made one, and two again: the part that organizations have in it.

`portal.merging` opens a merge here, lets every app give its rows, and closes it, in one
transaction. Whatever hangs on an organization is in `tests/portal/test_merging.py`: it moves, or it
is said there why it stays.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import identity
from orgs.days import today
from orgs.emails import merges as emails
from orgs.models import (
    Application,
    BranchLetter,
    Claim,
    Document,
    Invitation,
    JoinRequest,
    Membership,
    Merge,
    MovedRow,
    Organization,
    Role,
)

Status = Merge.Status
NUMBERS: Final = ("bn", "neq", "corporation_number")
DATES: Final = ("qualified_since", "qualified_until", "closed_on")
COLUMNS: Final = (*NUMBERS, *DATES, "former_names")
"""What a merge may change of the two organizations themselves."""


@transaction.atomic
def propose(gone: Organization, kept: Organization, *, by: User, reason: str) -> Merge:
    """The first of two people: `gone` should become part of `kept`.

    Raises ValidationError with every reason against it.
    """
    gone, kept = lock_both(gone.pk, kept.pk)
    refuse(gone, kept)
    if Merge.objects.filter(gone=gone, status=Status.PROPOSED).exists():
        text = _("A merge of %(number)s is proposed already.")
        raise ValidationError(text, "proposed", {"number": gone.number})
    merge = Merge.objects.create(gone=gone, kept=kept, reason=reason, proposed_by=by)
    record(merge, "merge.proposed", by=by, note=reason, gone=gone.number, kept=kept.number)
    return merge


@transaction.atomic
def drop(pk: int, *, by: User, reason: str) -> Merge:
    """Do not carry out what was proposed; twice is once."""
    merge = Merge.objects.lock(pk=pk)
    if merge.status == Status.PROPOSED:
        move(merge, Status.DROPPED, by=by, note=reason)
    return merge


def lock_both(one: int, other: int) -> tuple[Organization, Organization]:
    """Two organizations with their rows locked, in the one order that no two deeds reverse."""
    rows = Organization.objects.filter(pk__in={one, other}).order_by("pk")
    locked = {row.pk: row for row in rows.select_for_update(of=("self",))}
    return locked[one], locked[other]


def refuse(gone: Organization, kept: Organization) -> None:
    """Raise ValidationError with every reason why these two cannot be merged."""
    if reasons := list(reasons_against(gone, kept)):
        raise ValidationError(reasons)


def reasons_against(gone: Organization, kept: Organization) -> Iterator[ValidationError]:
    """Each with what to do first."""
    if gone.pk == kept.pk:
        yield ValidationError(_("An organization cannot be merged with itself."), "itself")
    if gone.merged_into_id or kept.merged_into_id:
        yield ValidationError(_("One of them is merged already: undo that first."), "merged")
    elif kept.closed_on:
        text = _("%(number)s is closed: open it again, or keep the other one.")
        yield ValidationError(text, "closed", {"number": kept.number})
    if kept.parent_id == gone.pk or gone.parent_id == kept.pk:
        text = _("One is a branch of the other: end that first, or leave them two.")
        yield ValidationError(text, "branch")
    under_way = Application.objects.filter(status__in=Application.OPEN_SENT)
    if under_way.filter(organization=gone).exists() and _has_open_application(kept):
        text = _("Both have an application under way: decide on one of them first.")
        yield ValidationError(text, "applications")


def _has_open_application(organization: Organization) -> bool:
    statuses = (Application.Status.DRAFT, *Application.OPEN_SENT)
    return Application.objects.of(organization).filter(status__in=statuses).exists()


# Rows that hang on an organization: given, remembered, taken back


def give(merge: Merge, rows: models.QuerySet[Any], *, field: str = "organization") -> int:
    """Give the rows that hang on `gone` to `kept`, and remember which; returns how many."""
    pks = list(rows.filter(**{field: merge.gone_id}).values_list("pk", flat=True))
    label = rows.model._meta.label_lower
    MovedRow.objects.bulk_create(
        MovedRow(merge=merge, model=label, row=pk, was={"field": field}) for pk in pks
    )
    rows.model._base_manager.filter(pk__in=pks).update(**{field: merge.kept_id})
    return len(pks)


def take_back(merge: Merge, rows: models.QuerySet[Any], *, field: str = "organization") -> int:
    """Give back what `give` moved and is still there; what came later stays. Returns how many."""
    back = rows.filter(pk__in=moved(merge, rows.model), **{field: merge.kept_id})
    return back.order_by().update(**{field: merge.gone_id})


def moved(merge: Merge, model: type[models.Model]) -> list[int]:
    """The keys of the rows of a model that a merge has moved."""
    rows = merge.rows.filter(model=model._meta.label_lower)
    return list(rows.values_list("row", flat=True))


# The deed


def begin(pk: int, *, by: User) -> Merge:
    """A proposed merge with both organizations locked, for the second person.

    Raises ValidationError when that is the first one again, or it cannot be done any more.
    """
    merge = _lock(pk)
    if merge.status != Status.PROPOSED:
        text = _("This merge is not proposed any more: %(status)s.")
        raise ValidationError(text, "not_proposed", {"status": merge.get_status_display()})
    if merge.proposed_by_id == by.pk:
        raise ValidationError(_("A colleague carries out what you proposed."), "same")
    refuse(merge.gone, merge.kept)
    return merge


def move_rows(merge: Merge) -> None:
    """What of this app hangs on the organization. A person who is in both stays what they are in
    the one that stays."""
    both = Membership.objects.filter(organization=merge.kept_id).values("user")
    give(merge, Membership.objects.exclude(user__in=both))
    _give_roles(merge)
    give(merge, Document.objects.all())
    give(merge, Application.objects.filter(status__in=Application.OPEN_SENT))
    give(merge, Claim.objects.filter(status=Claim.Status.FILED))
    _give_who_comes_in(merge)
    give(merge, BranchLetter.objects.exclude(branch=merge.kept_id), field="parent")
    give(merge, Organization.objects.all(), field="parent")
    give(merge, Organization.objects.all(), field="merged_into")


def _give_roles(merge: Merge) -> None:
    """Roles of its own; a code that the other has too gets the number behind it."""
    there = set(Role.objects.filter(organization=merge.kept_id).values_list("code", flat=True))
    for role in Role.objects.filter(organization=merge.gone_id, code__in=there):
        role.code = f"{role.code[:30]}-{merge.gone.number}"
        role.save(update_fields=["code"])
    give(merge, Role.objects.all())


def _give_who_comes_in(merge: Merge) -> None:
    """Open invitations and requests to join, unless the other has the same, or the person."""
    there = Invitation.objects.filter(organization=merge.kept_id, status=Invitation.Status.OPEN)
    invited = there.annotate(address=Lower("email")).values("address")
    rows = Invitation.objects.filter(status=Invitation.Status.OPEN)
    give(merge, rows.annotate(address=Lower("email")).exclude(address__in=invited))
    asked = JoinRequest.objects.filter(
        organization=merge.kept_id, status=JoinRequest.Status.OPEN
    ).values("user")
    members = Membership.objects.filter(organization=merge.kept_id).values("user")
    requests = JoinRequest.objects.filter(status=JoinRequest.Status.OPEN)
    give(merge, requests.exclude(user__in=asked).exclude(user__in=members))


def finish(merge: Merge, *, by: User) -> Merge:
    """Numbers, names and days; the one is closed and leads to the other from now on."""
    gone, kept = merge.gone, merge.kept
    before = {"gone": snapshot(gone), "kept": snapshot(kept)}
    for name in NUMBERS:
        if getattr(gone, name) and not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
            setattr(gone, name, "")
    names = [*kept.former_names, gone.legal_name, *gone.former_names]
    kept.former_names = [n for n in dict.fromkeys(names) if n and n != kept.legal_name]
    if gone.is_qualified(today()) and not kept.is_qualified(today()) and not kept.suspended_on:
        kept.qualified_since, kept.qualified_until = gone.qualified_since, gone.qualified_until
    gone.closed_on, gone.merged_into = gone.closed_on or today(), kept
    gone.save(update_fields=[*COLUMNS, "merged_into"])  # first: what is unique is free then
    kept.save(update_fields=COLUMNS)
    _index(merge)
    after = {"gone": snapshot(gone), "kept": snapshot(kept)}
    done = {"done_by": by, "done_at": timezone.now(), "before": before, "after": after}
    move(merge, Status.DONE, by=by, note=merge.reason, **done)
    record(gone, "organization.merged", by=by, note=merge.reason, into=kept.number)
    record(kept, "organization.took_in", by=by, note=merge.reason, number=gone.number)
    emails.merged(merge)
    return merge


# And back


def begin_undoing(pk: int) -> Merge:
    """A merge that was carried out, with both organizations locked.

    Raises ValidationError when its 30 days are over, or what came later stands in the way.
    """
    merge = _lock(pk)
    if not merge.is_reversible:
        raise ValidationError(_("This merge cannot be undone (any more)."), "over")
    if merge.kept.merged_into_id or merge.gone.merged_into_id != merge.kept_id:
        text = _("%(number)s was merged again since: undo that first.")
        raise ValidationError(text, "merged", {"number": merge.kept.number})
    stay = Membership.objects.filter(organization=merge.kept_id).exclude(
        pk__in=moved(merge, Membership)
    )
    rows = stay.select_related("role")
    if not any(m.may("members.manage") for m in rows) and merge.kept.memberships.exists():
        text = _("%(number)s would be without an administrator: add one first.")
        raise ValidationError(text, "nobody", {"number": merge.kept.number})
    return merge


def take_rows_back(merge: Merge) -> None:
    """What `move_rows` gave; an application that was decided since stays where it was decided."""
    take_back(merge, Organization.objects.all(), field="merged_into")
    take_back(merge, Organization.objects.all(), field="parent")
    take_back(merge, BranchLetter.objects.all(), field="parent")
    take_back(merge, JoinRequest.objects.filter(status=JoinRequest.Status.OPEN))
    take_back(merge, Invitation.objects.filter(status=Invitation.Status.OPEN))
    take_back(merge, Claim.objects.filter(status=Claim.Status.FILED))
    take_back(merge, Application.objects.filter(status__in=Application.OPEN_SENT))
    take_back(merge, Document.objects.all())
    take_back(merge, Role.objects.all())
    for role in Role.objects.filter(pk__in=moved(merge, Role)):
        role.code = role.code.removesuffix(f"-{merge.gone.number}")
        role.save(update_fields=["code"])
    take_back(merge, Membership.objects.all())


def end_undoing(merge: Merge, *, by: User, reason: str) -> Merge:
    """Columns that nobody has changed since get their old value again."""
    gone, kept = merge.gone, merge.kept
    gone.merged_into = None
    restore(kept, before=merge.before["kept"], after=merge.after["kept"])
    restore(gone, before=merge.before["gone"], after=merge.after["gone"])
    kept.save(update_fields=COLUMNS)
    gone.save(update_fields=[*COLUMNS, "merged_into"])
    _index(merge)
    undone = {"undone_by": by, "undone_at": timezone.now()}
    move(merge, Status.UNDONE, by=by, note=reason, **undone)
    record(gone, "organization.merge_undone", by=by, note=reason, out_of=kept.number)
    record(kept, "organization.gave_back", by=by, note=reason, number=gone.number)
    emails.undone(merge)
    return merge


def snapshot(organization: Organization) -> dict[str, Any]:
    """What a merge may change, as JSON keeps it."""
    return {name: _plain(getattr(organization, name)) for name in COLUMNS}


def restore(organization: Organization, *, before: dict[str, Any], after: dict[str, Any]) -> None:
    """The old value of each column that is still what the merge made of it; names that it added
    are taken out, whatever came beside them."""
    for name in (*NUMBERS, *DATES):
        if _plain(getattr(organization, name)) == after[name] != before[name]:
            value = before[name]
            is_day = name in DATES and value
            setattr(organization, name, date.fromisoformat(value) if is_day else value)
    added = set(after["former_names"]) - set(before["former_names"])
    organization.former_names = [n for n in organization.former_names if n not in added]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _lock(pk: int) -> Merge:
    """The merge and both organizations, organizations first."""
    sides = Merge.objects.values_list("gone", "kept").get(pk=pk)
    gone, kept = lock_both(*sides)
    merge = Merge.objects.lock(pk=pk)
    merge.gone, merge.kept = gone, kept
    return merge


def _index(merge: Merge) -> None:
    for organization in (merge.gone, merge.kept):
        identity.index(organization)
