"""Facts with their source: written down by whoever changes a fact, read beside it on every page.

Call one of `declare`, `enter`, `from_document` and `from_register` in the transaction that has
saved the organization; what did not change keeps the source it had.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orgs.days import day_of, today
from orgs.models import Document, Organization
from orgs.models.fact import Fact
from registers import words

Source = Fact.Source

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "legal_name": ("legal_name",),
    "former_names": ("former_names",),
    "kind": ("kind",),
    "bn": ("bn",),
    "neq": ("neq",),
    "corporation_number": ("corporation_number",),
    "address": ("street", "unit", "city", "province", "postal_code"),
    "phone": ("phone",),
    "website": ("website",),
    "email": ("email",),
    "mission": ("mission",),
    "activities": (),  # their codes are rows of their own: the source is kept, not the value
    "budget": ("annual_budget", "budget_source", "budget_year"),
    "staff": ("staff",),
}
"""Each fact, and the organization's columns that it is made of."""
LABELS: Final = {
    "legal_name": _("Legal name"),
    "former_names": _("Former names"),
    "kind": _("Kind of organization"),
    "bn": _("Business number"),
    "neq": _("Québec enterprise number (NEQ)"),
    "corporation_number": _("Federal corporation number"),
    "address": _("Address"),
    "phone": _("Telephone"),
    "website": _("Website"),
    "email": _("E-mail address for licences"),
    "mission": _("Mission"),
    "activities": _("Activities"),
    "budget": _("Annual budget"),
    "staff": _("Paid employees"),
}


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from, as `orgs/_fact_source.html` says it."""

    source: str
    on: date
    by: str = ""
    document: str = ""
    register: str = ""
    register_name: Any = ""
    entry: str = ""


def of_fields(fields: Iterable[str]) -> list[str]:
    """The facts that these columns (or form fields) are part of."""
    changed = set(fields)
    return [
        name for name, columns in FIELDS.items() if changed.intersection(columns) or name in changed
    ]


def value_of(organization: Organization, name: str) -> str:
    """What is on file, as one text: to tell whether a source still speaks of it."""
    values = [getattr(organization, column) for column in FIELDS[name]]
    if name == "budget" and values[0] is not None:
        values[0] = f"{values[0]:.2f}"  # a form gives 120000, the database 120000.00
    return "\n".join(
        "\n".join(value) if isinstance(value, list) else str(value or "") for value in values
    ).strip()


def declare(organization: Organization, names: Iterable[str], *, by: User) -> None:
    """A member said so, today; what a register said, in other letters, stays the register's."""
    known = newest(organization)
    for name in names:
        value, fact = value_of(organization, name), known.get(name)
        if fact and fact.source == Source.REGISTER and words.key(fact.value) == words.key(value):
            if fact.value != value:
                fact.pk, fact.value = None, value
                fact.save(force_insert=True)
        else:
            _keep(organization, name, fact, source=Source.DECLARED, by=by)


def enter(organization: Organization, names: Iterable[str], *, by: User) -> None:
    """Our staff wrote it."""
    known = newest(organization)
    for name in names:
        _keep(organization, name, known.get(name), source=Source.STAFF, by=by)


def from_document(
    organization: Organization, names: Iterable[str], *, document: Document, by: User
) -> None:
    """A document of the organization shows it."""
    for name in names:
        _keep(organization, name, None, source=Source.DOCUMENT, document=document, by=by)


def from_register(
    organization: Organization,
    names: Iterable[str],
    *,
    register: str,
    entry: str,
    on: date,
    by: User | None,
) -> None:
    """A register's entry of a day says it; `by` chose the entry."""
    origin = {"register": register, "entry": entry, "on": on}
    for name in names:
        _keep(organization, name, None, source=Source.REGISTER, by=by, **origin)


def _keep(organization: Organization, name: str, known: Fact | None, **origin: Any) -> None:
    """A new row, unless the newest says the same of the same value."""
    value = value_of(organization, name)
    is_same = known is not None and known.value == value and known.source == origin["source"]
    if is_same and name != "activities":
        return
    Fact.objects.create(
        organization=organization, name=name, value=value, **({"on": today()} | origin)
    )


def newest(organization: Organization) -> dict[str, Fact]:
    """The newest source of each fact, stale or not; one query, always fresh."""
    return {fact.name: fact for fact in organization.facts.order_by("pk")}


def origins(organization: Organization) -> dict[str, Origin]:
    """Where every fact on file comes from; one query, the first time on a page.

    What has no source, or was changed without one, counts as declared at the registration.
    """
    rows = Fact.objects.select_related("by", "document").order_by("pk")
    prefetch_related_objects([organization], Prefetch("facts", rows))
    known = {fact.name: fact for fact in organization.facts.all()}
    found = {}
    for name in FIELDS:
        fact = known.get(name)
        if fact is None or (FIELDS[name] and fact.value != value_of(organization, name)):
            found[name] = Origin(Source.DECLARED, day_of(organization.created_at))
        else:
            found[name] = _origin(fact)
    return found


def _origin(fact: Fact) -> Origin:
    return Origin(
        source=fact.source,
        on=fact.on,
        by=str(fact.by or ""),
        document=fact.document.name if fact.document else "",
        register=fact.register,
        register_name=fact.get_register_display(),
        entry=fact.entry,
    )
