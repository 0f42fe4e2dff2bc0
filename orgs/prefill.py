"""Prefill: begin a registration with what a public register knows about the organization."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.models import record
from orgs import evidence, facts, identity, matches, numbers, registration
from orgs.models import Application, Organization
from orgs.vocabulary import PROVINCES
from registers.models import Charity, Corporation, Register

Kind = Organization.Kind
NUMBERS = ("bn", "corporation_number")


class NotListed(Exception):
    """No register has this entry (any more)."""


@dataclass(frozen=True)
class Begun:
    """The organization, and whether its number was left out because somebody has it."""

    organization: Organization
    is_taken: bool = False


def entry_of(key: str) -> Charity | Corporation:
    """The entry that a search showed under this key ("cra:…"); raises NotListed."""
    register, _colon, number = key.partition(":")
    rows: Any = None
    if register == Register.CRA:
        rows = Charity.objects.with_budget().with_day().filter(bn=number)
    elif register == Register.CORPORATIONS:
        corporations: Any = Corporation.objects
        rows = corporations.with_day().filter(number=number)
    entry: Charity | Corporation | None = rows.first() if rows is not None else None
    if entry is None:
        raise NotListed(key)
    return entry


@transaction.atomic
def begin(key: str, *, by: User) -> Begun:
    """A draft with what the entry says; choosing it again leads to the draft there is.

    A number that somebody has stays with the match (`registration.disputed`). Raises NotListed, and
    ValidationError when the person has too many drafts.
    """
    entry = entry_of(key)
    alone(by)
    if draft := _draft(entry, by=by):
        return Begun(draft.organization)
    organization = registration.start(by=by)
    told = evidence.budget_of(entry) if isinstance(entry, Charity) else None
    taken = _write(organization, known(entry, told))
    identity.index(organization)
    matches.look(organization, typed=taken)
    _note_sources(organization, entry, told, by=by)
    application = organization.applications.get()
    record(application, "application.prefilled", by=by, register=entry.register, entry=entry.number)
    return Begun(organization, bool(taken))


def alone(by: User) -> None:
    """One beginning of a person at a time, so that two clicks are one draft."""
    User.objects.select_for_update().get(pk=by.pk)


def known(entry: Charity | Corporation, told: evidence.Budget | None) -> dict[str, Any]:
    """What an entry says, as the columns of an organization; unknown ones are left out."""
    values: dict[str, Any] = {"legal_name": entry.name[:200]}
    if isinstance(entry, Charity):
        values |= {"bn": entry.bn, "kind": Kind.CHARITY if entry.is_charity else ""}
    else:
        values |= {
            "corporation_number": entry.number,
            "kind": Kind.NONPROFIT if entry.is_nonprofit else "",
        }
    if told:
        values |= {
            "annual_budget": told.amount,
            "budget_source": Organization.BudgetSource.RETURN,
            "budget_year": told.period_end.year,
        }
    return values | address(entry)


def address(entry: Charity | Corporation) -> dict[str, str]:
    """Its address, when it is in Canada; a postal code only when it is one of its province."""
    if entry.province not in PROVINCES:
        return {}
    found = {
        "street": entry.street[:200],
        "city": entry.city[:100],
        "province": entry.province,
    }
    if isinstance(entry, Corporation):
        found["unit"] = entry.unit[:40]
    with suppress(ValidationError):  # then the applicant is asked
        found["postal_code"] = numbers.clean_postal_code(entry.postal_code, province=entry.province)
    return found


def _draft(entry: Charity | Corporation, *, by: User) -> Application | None:
    """The draft that this person began with this entry."""
    drafts = Application.objects.filter(
        started_by=by,
        status=Application.Status.DRAFT,
        organization__facts__register=entry.register,
        organization__facts__entry=entry.number,
    )
    return drafts.select_related("organization").first()


def _write(organization: Organization, values: dict[str, Any]) -> dict[str, str]:
    """Fill in what is known; returns the numbers that are somebody's and were left out."""
    given = {name: values[name] for name in NUMBERS if values.get(name)}
    taken = {
        name: number
        for name, number in given.items()
        if registration.is_taken(name, number, by=organization)
    }
    for name, value in values.items():
        setattr(organization, name, "" if name in taken else value)
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError:  # somebody took it at this very moment
        taken = given
        for name in NUMBERS:
            setattr(organization, name, "")
        organization.save()
    return taken


def _note_sources(
    organization: Organization,
    entry: Charity | Corporation,
    told: evidence.Budget | None,
    *,
    by: User,
) -> None:
    """Each fact that was filled in is the register's, of the day of its file."""
    names = [
        name
        for name in ("legal_name", "kind", "bn", "corporation_number", "address")
        if facts.value_of(organization, name)
    ]
    day = getattr(entry, "read_on", None) or entry.changed_on
    facts.from_register(
        organization, names, register=entry.register, entry=entry.number, on=day, by=by
    )
    if told:
        number = f"{entry.number} {told.period_end}"
        facts.from_register(
            organization,
            ["budget"],
            register=Register.T3010,
            entry=number,
            on=told.read_on or day,
            by=by,
        )
