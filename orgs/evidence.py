"""Evidence: what public registers say about an organization, beside what is on file.

`of` asks the registers; `judge` decides on values what their entries prove. A point of the staff's
checklist that is proved carries the words to say so: "charity register, 12 November 2026".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orgs.days import written
from orgs.models import Organization
from orgs.models.organization import BN_ROOT
from registers import search, words
from registers.models import Charity, Corporation, Import, Register

Kind = Organization.Kind


@dataclass(frozen=True)
class Match:
    """An entry that is this organization's, or may be: then only the name says so."""

    register: Register
    number: str
    names: tuple[str, ...]
    street: str
    city: str
    province: str
    postal_code: str
    status: str | Promise
    status_on: date | None
    read_on: date | None
    """The day of the newest file that was read."""
    is_good: bool
    vanished_on: date | None = None
    note: str = ""
    """What else the register says: a sanction, the act it is incorporated under."""

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def register_name(self) -> str:
        return str(Register(self.register).label)

    @property
    def field(self) -> str:
        """The number by which it is known."""
        return "bn" if self.register == Register.CRA else "corporation_number"

    @property
    def words(self) -> str:
        """Which register, and of which day."""
        day = f", {written(self.read_on)}" if self.read_on else ""
        return f"{self.register_name}{day}"

    @property
    def address(self) -> str:
        parts = (self.street, self.city, self.province, self.postal_code)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Doubt:
    """Something worth a second look, not a refusal; `field` is the fact it is about."""

    field: str
    text: Any

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True)
class Budget:
    """The newest yearly return that says line 4950."""

    amount: Decimal
    period_end: date
    read_on: date | None

    @property
    def words(self) -> str:
        text = _("registered charity return for the year ended %(day)s")
        return text % {"day": written(self.period_end)}


@dataclass
class Evidence:
    """What there is to say; `proves` has the points of the checklist that need no second look."""

    matches: list[Match] = field(default_factory=list)
    proves: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    budget: Budget | None = None
    confirmed: dict[str, str] = field(default_factory=dict)
    """Facts on file that a register has too: {fact: which register, of which day}."""
    differs: dict[str, str] = field(default_factory=dict)
    """Facts that a register has otherwise: {fact: what it says}."""

    @property
    def is_clean(self) -> bool:
        """A register proves who it is, and nothing contradicts."""
        return {"name", "number", "status", "address"} <= self.proves.keys() and not self.doubts


def of(organization: Organization) -> Evidence:
    """What the registers say of an organization as it is on file; one query a register or two."""
    charity = charity_of(organization)
    corporation = corporation_of(organization, charity)
    found = [match for match in (as_match(charity), as_match(corporation)) if match]
    evidence = Evidence(matches=found, budget=budget_of(charity))
    judge(organization, evidence, charity, corporation)
    is_missing = charity is None and organization.kind == Kind.CHARITY and organization.bn
    if is_missing and (day := Import.objects.newest_day(Register.CRA)):
        text = _("The charity register of %(day)s does not have this number.")
        evidence.doubts.append(Doubt("bn", text % {"day": written(day)}))
    evidence.confirmed = _confirmations(evidence)
    evidence.differs = dict(_differences(evidence))
    return evidence


def charity_of(organization: Organization) -> Charity | None:
    """The entry of the charity register with this organization's number.

    When its account is in no entry, the entry of its nine digits: unless it is a branch, whose
    digits are another's.
    """
    if not organization.bn:
        return None
    return _once(organization, _charity_of)


def _charity_of(organization: Organization) -> Charity | None:
    root = organization.bn[:BN_ROOT]
    rows = Charity.objects.with_budget().with_day().filter(bn__startswith=root)
    entries = {entry.bn: entry for entry in rows}
    of_root = None if organization.parent_id else entries.get(f"{root}RR0001")
    return entries.get(organization.bn, of_root)


def _once(organization: Organization, look: Callable[[Organization], Any]) -> Any:
    """The answer for this organization's present number: asked once, several times on a page."""
    known = organization.__dict__.setdefault("_told_by_registers", {})
    key = (look.__name__, organization.bn, organization.parent_id)
    if key not in known:
        known[key] = look(organization)
    return known[key]


def corporation_of(
    organization: Organization, charity: Charity | None = None
) -> Corporation | None:
    """The federal corporation with its number, or else, unless it is a charity, its nine digits."""
    rows: Any = Corporation.objects
    rows = rows.with_day()
    if organization.corporation_number:
        found: Corporation | None = rows.filter(number=organization.corporation_number).first()
        return found
    if charity is None and organization.bn and organization.parent_id is None:
        of_root: Corporation | None = rows.filter(bn_root=organization.bn[:BN_ROOT]).first()
        return of_root
    return None


def budget_of(charity: Charity | None) -> Budget | None:
    """What the newest return of this charity says it spent in a year (`with_budget`)."""
    amount = getattr(charity, "told_amount", None)
    if charity is None or amount is None:
        return None
    return Budget(amount, charity.told_end, charity.told_on)  # type: ignore[attr-defined]  # annotated


def is_listed_charity(organization: Organization) -> bool:
    """Whether the charity register has it as registered, under its name or a former one."""
    if organization.kind != Kind.CHARITY:
        return False
    entry = charity_of(organization)
    names = [organization.legal_name, *organization.former_names]
    return (
        entry is not None
        and entry.bn == organization.bn
        and entry.is_good
        and entry.is_charity
        and any(words.is_same_name(name, entry.name) for name in names)
    )


def as_match(entry: Charity | Corporation | None) -> Match | None:
    """An entry as pages show it."""
    if entry is None:
        return None
    return Match(
        register=entry.register,
        number=entry.number,
        names=entry.names,
        street=entry.door,
        city=entry.city,
        province=entry.province,
        postal_code=entry.postal_code,
        status=entry.status_words,
        status_on=entry.since,
        read_on=getattr(entry, "read_on", None),
        is_good=entry.is_good,
        vanished_on=entry.vanished_on,
        note=entry.note,
    )


def namesakes(name: str) -> list[Match]:
    """Entries of the registers whose name is the same but for its writing; three at most.

    For when no number on file is in a register: `of` does not look for them.
    """
    if not name:
        return []
    matches = (as_match(entry) for entry in search.alike_in_both(name))
    return [m for m in matches if m and any(words.is_same_name(name, n) for n in m.names)][:3]


def judge(
    organization: Organization,
    evidence: Evidence,
    charity: Charity | None,
    corporation: Corporation | None,
) -> None:
    """Enter what the entries prove and what contradicts; needs no query."""
    for match in evidence.matches:
        _judge_match(organization, evidence, match)
    _judge_address(organization, evidence)
    kind = organization.kind
    if charity and charity.is_good and charity.is_charity and kind == Kind.CHARITY:
        _prove_status(evidence, Register.CRA)
    if corporation and corporation.is_good and kind == Kind.NONPROFIT:
        _prove_status(evidence, Register.CORPORATIONS)
    root = organization.bn[:BN_ROOT]
    if corporation and corporation.bn_root and root and corporation.bn_root != root:
        text = _("The register of federal corporations gives another business number: %(number)s.")
        evidence.doubts.append(Doubt("bn", text % {"number": corporation.bn_root}))
    declared, told = organization.annual_budget, evidence.budget
    if told and declared is not None and declared == told.amount:
        evidence.proves["budget"] = told.words


def _prove_status(evidence: Evidence, register: Register) -> None:
    """The register says that it is in good standing: of this body, if name or number agree."""
    match = next(m for m in evidence.matches if m.register == register)
    if "number" in evidence.proves:
        evidence.proves["status"] = match.words


def _judge_match(organization: Organization, evidence: Evidence, match: Match) -> None:
    said = {"register": match.register_name, "name": match.name, "number": match.number}
    names = [organization.legal_name, *organization.former_names]
    agreeing = [n for n in names if any(words.is_same_name(n, other) for other in match.names)]

    def doubt(field: str, text: str) -> None:
        evidence.doubts.append(Doubt(field, text))

    if agreeing:
        evidence.proves.setdefault("number", match.words)
    if organization.legal_name in agreeing:
        evidence.proves.setdefault("name", match.words)
    elif agreeing:
        doubt("legal_name", _("The %(register)s has a former name: %(name)s.") % said)
    else:
        text = _("The %(register)s has this number under another name: %(name)s.")
        doubt("legal_name", text % said)
    if match.number not in numbers_of(organization):
        doubt(match.field, _("The %(register)s has the number %(number)s.") % said)
    if match.vanished_on:
        text = _("The %(register)s of %(day)s does not list it any more.")
        doubt(match.field, text % (said | {"day": written(match.vanished_on)}))
    elif not match.is_good:
        told = ", ".join(filter(None, [str(match.status), match.note]))
        doubt(match.field, _("The %(register)s says: %(told)s.") % (said | {"told": told}))


def _judge_address(organization: Organization, evidence: Evidence) -> None:
    """One register with the same address is enough; else each says what it has."""
    for match in evidence.matches:
        if is_same_address(organization, match):
            evidence.proves["address"] = match.words
            return
    text = _("The %(register)s has another address: %(address)s.")
    for match in evidence.matches:
        if match.address:
            said = {"register": match.register_name, "address": match.address}
            evidence.doubts.append(Doubt("address", text % said))


def numbers_of(organization: Organization) -> set[str]:
    return {organization.bn, organization.corporation_number} - {""}


def is_same_address(organization: Organization, match: Match) -> bool:
    """The same postal code and door; the unit may be missing from one of them."""
    street = f"{organization.street} {organization.unit}"
    return words.is_same_postal_code(organization.postal_code, match.postal_code) and (
        words.is_same_street(street, match.street)
    )


def _confirmations(evidence: Evidence) -> dict[str, str]:
    """Facts on file by what proves them."""
    found = {
        "legal_name": evidence.proves.get("name", ""),
        "address": evidence.proves.get("address", ""),
        "kind": evidence.proves.get("status", ""),
        "budget": evidence.proves.get("budget", ""),
    }
    if "number" in evidence.proves:
        found |= {match.field: match.words for match in evidence.matches}
    return found


def _differences(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Facts that a register has otherwise: (fact, what it says)."""
    for match in evidence.matches:
        if "name" not in evidence.proves:
            yield "legal_name", match.name
        if "address" not in evidence.proves and match.address:
            yield "address", match.address
    if evidence.budget and "budget" not in evidence.proves:
        amount = number_format(evidence.budget.amount, decimal_pos=2, force_grouping=True)
        yield "budget", f"{amount} $ ({evidence.budget.words})"
