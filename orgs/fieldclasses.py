"""Field classes: which facts change at once, which after a confirmation, which after a check.

Pure: names of fields, and how a value is kept as JSON beside another. Every fact of an
organization that its people may change is in exactly one class.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orgs.clock import add_months

FREE: Final = ("phone", "website", "mission", "language")
"""Saved at once, with an entry in the trail."""

NOTIFY: Final = ("email",)
"""Where licences go: the new address confirms, the old one is told and can stop it."""

STALE_MONTHS: Final = 18  # after the end of its year, a budget is old


@dataclass(frozen=True)
class Subject:
    """Facts that are changed together, after our staff have checked them: one open request each."""

    code: str
    title: str | Promise
    fields: tuple[str, ...]
    checks: Mapping[str, str | Promise]
    """What staff look at before they approve."""
    paper: str | Promise = ""
    """Which paper shows it; "" when none is needed."""
    renews: tuple[str, ...] = ()
    """Fields that say what the organization is: once one changes, it is qualified anew."""
    lacks: tuple[str, ...] = field(default=())
    """Codes of `requirements` that these facts answer, where they are not the fields' names."""


SUBJECTS: Final[Mapping[str, Subject]] = {
    subject.code: subject
    for subject in (
        Subject(
            "name",
            _("Legal name"),
            ("legal_name",),
            {
                "paper": _("The paper, or the register, shows the new name"),
                "same": _("It is the same body: its numbers stay what they are"),
            },
            paper=_("The amended letters patent, or the register’s notice of the new name."),
        ),
        Subject(
            "kind",
            _("Kind and numbers"),
            ("kind", "bn", "neq", "corporation_number"),
            {
                "register": _("The register, or the paper, shows this number and kind"),
                "standing": _("It is in good standing there"),
            },
            paper=_("The notice of registration, or the letters patent, with the number."),
            renews=("kind", "bn", "neq", "corporation_number"),
        ),
        Subject(
            "address",
            _("Address"),
            ("street", "unit", "city", "province", "postal_code"),
            {"paper": _("The paper, or the register, shows the new address")},
            paper=_("A letter, an invoice or the register’s page with the new address."),
        ),
        Subject(
            "activities",
            _("Activities"),
            ("activities",),
            {"mission": _("The activities fit the mission")},
        ),
        Subject(
            "budget",
            _("Annual budget"),
            ("annual_budget", "budget_source", "budget_year"),
            {
                "figure": _("The figure is all expenses of that year (of a return, line 4950)"),
                "source": _("The year and the source are those of the paper"),
            },
            paper=_("The financial statements, the return or the adopted budget."),
            lacks=("budget",),
        ),
        Subject(
            "staff",
            _("Paid employees"),
            ("staff",),
            {"plausible": _("The number fits the budget")},
        ),
    )
}

LABELS: Final = {
    "legal_name": _("Legal name"),
    "kind": _("Kind of organization"),
    "bn": _("Business number"),
    "neq": _("Québec enterprise number (NEQ)"),
    "corporation_number": _("Federal corporation number"),
    "street": _("Street address"),
    "unit": _("Unit"),
    "city": _("City"),
    "province": _("Province or territory"),
    "postal_code": _("Postal code"),
    "activities": _("Activities"),
    "annual_budget": _("Annual budget"),
    "budget_source": _("Source of the figure"),
    "budget_year": _("Year of the budget"),
    "staff": _("Paid employees"),
    "phone": _("Telephone"),
    "website": _("Website"),
    "mission": _("Mission"),
    "language": _("Language in which we write to your organization"),
    "email": _("E-mail address for licences"),
}
# What the rules of programs call a fact, where the file has another name for it.
OF_RULES: Final = {"budget": "annual_budget"}


def subject_of(name: str) -> Subject | None:
    """The subject that a field, or a fact of a program's rules, belongs to; None when it has none.

    A fact that changes at once or by confirmation has none, and neither has an unknown word.
    """
    name = OF_RULES.get(name, name)
    return next((s for s in SUBJECTS.values() if name in s.fields or name == s.code), None)


def as_data(value: Any) -> Any:
    """A value as it is kept in JSON: amounts as text, lists in one order."""
    match value:
        case None | bool() | int():
            return value
        case Decimal():
            return f"{value:.2f}"
        case str():
            return value
        case Iterable():
            return sorted(map(str, value))
    return str(value)


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names of the fields that differ."""
    return [name for name in new if old.get(name) != new[name]]


def renews(subject: Subject, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether an identity is replaced by another, so that the organization is to be qualified anew.

    A number that is only added to the file replaces nothing.
    """
    return any(old.get(name) and name in subject.renews for name in changed(old, new))


def is_stale_budget(year: int | None, *, on: date) -> bool:
    """A budget's year ended more than 18 months ago."""
    return year is not None and on > add_months(date(year, 12, 31), STALE_MONTHS)
