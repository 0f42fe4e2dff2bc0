"""Watching the registers: what they say of qualified organizations now, and what staff do about it.

The registers' import leaves its rows; `look` comes for them. It tells once, however often it runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import standing
from orgs.days import day_of, today, written_moment
from orgs.emails import registers as emails
from orgs.models import Application, Membership, Organization, RegisterAlert
from registers import codes
from registers.models import Charity, Corporation, Import, Register

Status = RegisterAlert.Status
What = RegisterAlert.What
NUMBER = {Register.CRA: "bn", Register.CORPORATIONS: "corporation_number"}


@dataclass(frozen=True)
class Trouble:
    """What a register says of an entry that should be in good standing."""

    register: Register
    entry: str
    what: str
    said: str
    on: date
    learnt_on: date
    """The day of the file that said so first, as far as is known."""


def look() -> tuple[int, int]:
    """Open an alert for each qualified organization in trouble; clear those that are over.

    Returns how many were opened and cleared. Each is a transaction of its own.
    """
    opened = sum(raise_alert(pk, trouble) for pk, trouble in list(troubles()))
    open_ones = list(RegisterAlert.objects.open().values_list("pk", flat=True))
    return opened, sum(clear(pk) for pk in open_ones)


def troubles() -> Iterator[tuple[int, Trouble]]:
    """Qualified organizations whose entry is not in good standing; four queries."""
    for entries, register in (
        (Charity.objects.in_trouble(), Register.CRA),
        (Corporation.objects.all(), Register.CORPORATIONS),
    ):
        field = NUMBER[register]
        numbers = qualified().exclude(**{field: ""}).values(field)
        column = "bn" if register == Register.CRA else "number"
        found = {
            entry.number: trouble
            for entry in entries.filter(**{f"{column}__in": numbers})
            if (trouble := trouble_of(entry))
        }
        rows = qualified().filter(**{f"{field}__in": list(found)}).values_list("pk", field)
        for pk, number in rows.order_by("pk"):
            yield pk, found[number]


def qualified() -> Any:
    return Organization.objects.qualified(on=today())


def trouble_of(entry: Charity | Corporation) -> Trouble | None:
    """What is wrong with an entry; None when it is as it should be."""
    good = codes.REGISTERED if isinstance(entry, Charity) else codes.ACTIVE
    if entry.vanished_on:
        day = entry.vanished_on
        return Trouble(entry.register, entry.number, What.VANISHED, "", day, day)
    if entry.status in {"", good}:
        return None
    since, day = entry.since, entry.changed_on
    return Trouble(entry.register, entry.number, What.STATUS, entry.status, since or day, day)


@transaction.atomic
def raise_alert(pk: int, trouble: Trouble) -> bool:
    """Open an alert and tell staff and members; False when it is known, or staff decided since."""
    organization = Organization.objects.lock(pk=pk)
    if not organization.is_qualified(today()) or _was_decided_since(organization, trouble):
        return False
    same = RegisterAlert.objects.filter(
        organization=organization,
        register=trouble.register,
        entry=trouble.entry,
        what=trouble.what,
        said=trouble.said,
    )
    known = same.filter(on=trouble.on).first() or same.open().first()
    if known and known.status != Status.CLEARED:
        return False
    newest = Import.objects.newest_day(trouble.register) or trouble.learnt_on
    if known:
        entry = move(known, Status.OPEN, by=None, closed_at=None, reason="", read_on=newest)
    else:
        known = RegisterAlert.objects.create(
            organization=organization,
            register=trouble.register,
            entry=trouble.entry,
            what=trouble.what,
            said=trouble.said,
            on=trouble.on,
            read_on=newest,
        )
        entry = record(known, "registeralert.open", by=None)
    emails.opened(known, key=f"register-alert:{entry.pk}")
    return True


def _was_decided_since(organization: Organization, trouble: Trouble) -> bool:
    """Whether staff qualified it on a later day than the register said so: they saw it then."""
    decided = organization.applications.filter(status=Application.Status.QUALIFIED)
    newest = decided.order_by("-decided_at").values_list("decided_at", flat=True).first()
    return newest is not None and day_of(newest) > trouble.learnt_on


@transaction.atomic
def clear(pk: int) -> bool:
    """Close an alert whose entry is in good standing again, and tell who was told."""
    alert = lock(pk)
    if not alert.is_open or _entry_trouble(alert):
        return False
    entry = move(alert, Status.CLEARED, by=None, closed_at=timezone.now())
    emails.cleared(alert, key=f"register-cleared:{entry.pk}")
    return True


def _entry_trouble(alert: RegisterAlert) -> Trouble | None:
    """Whether the entry is in any trouble still."""
    entry: Charity | Corporation | None
    if alert.register == Register.CRA:
        entry = Charity.objects.filter(bn=alert.entry).first()
    else:
        entry = Corporation.objects.filter(number=alert.entry).first()
    return trouble_of(entry) if entry else None


def lock(pk: int) -> RegisterAlert:
    """An alert with its organization's row and its own locked, in that order."""
    organization_id = RegisterAlert.objects.values_list("organization_id", flat=True).get(pk=pk)
    Organization.objects.lock(pk=organization_id)
    return RegisterAlert.objects.lock(pk=pk)


@transaction.atomic
def suspend(pk: int, *, by: User, reason: str) -> RegisterAlert:
    """Suspend the organization, which tells its members why. Raises ValidationError."""
    alert = _lock_open(pk, by=by, reason=reason)
    standing.suspend(alert.organization_id, by=by, reason=reason)
    move(alert, Status.SUSPENDED, by=by, note=reason, **_closed(by, reason))
    return alert


@transaction.atomic
def dismiss(pk: int, *, by: User, reason: str) -> RegisterAlert:
    """Leave the organization qualified, for a reason that colleagues read.

    Raises ValidationError.
    """
    alert = _lock_open(pk, by=by, reason=reason)
    move(alert, Status.DISMISSED, by=by, note=reason, **_closed(by, reason))
    return alert


def _closed(by: User, reason: str) -> dict[str, Any]:
    return {"closed_at": timezone.now(), "closed_by": by, "reason": reason}


def _lock_open(pk: int, *, by: User, reason: str) -> RegisterAlert:
    """An open alert that this person may close; raises ValidationError with every reason."""
    alert = lock(pk)
    if not alert.is_open:
        text = _("%(person)s closed this on %(at)s: %(state)s.")
        params = {
            "person": alert.closed_by or _("The portal"),
            "at": written_moment(alert.closed_at),
            "state": alert.get_status_display(),
        }
        raise ValidationError(text, "closed", params)
    reasons = []
    if not reason.strip():
        reasons.append(ValidationError(_("Write the reason."), "reason"))
    if Membership.objects.of(by).filter(organization=alert.organization_id).exists():
        text = _("You are a member of this organization: a colleague has to decide.")
        reasons.append(ValidationError(text, "own"))
    if reasons:
        raise ValidationError(reasons)
    return alert
