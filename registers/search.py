"""Searching the registers: by number, or by a name or part of one, without minding accents.

What is found are entries of public registers; nothing here knows who uses the portal.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import BooleanField, F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise

from registers import words
from registers.layouts import BN, CORPORATION
from registers.models import Charity, Corporation, Plain, Register

MOST: Final = 10
"""Shown at once; whoever sees more types a word more."""
SHORTEST: Final = 3
"""Letters of a name; below, everything matches."""
LONGEST: Final = 100


@dataclass(frozen=True)
class Listed:
    """One body as the registers know it; in two registers, it is still one."""

    register: Register
    number: str
    name: str
    street: str
    city: str
    province: str
    postal_code: str
    status: str | Promise
    is_good: bool
    vanished_on: date | None
    other_names: tuple[str, ...] = ()
    corporation_number: str = ""

    @property
    def key(self) -> str:
        """What a page sends back when it is chosen."""
        return f"{self.register.value}:{self.number}"


@dataclass
class Found:
    """What a search found; `is_more` when there is more than is shown."""

    entries: list[Listed] = field(default_factory=list)
    is_more: bool = False
    is_guess: bool = False
    """Only alike: no entry has every word that was typed."""


def find(typed: str) -> Found:
    """The entries that answer to a number or a name; at most four queries."""
    typed = typed[:LONGEST].replace("\x00", "")
    if digits := number_in(typed):
        return _found(*_by_number(digits))
    if len(words.plain(typed).replace(" ", "")) < SHORTEST:
        return Found()
    charities, corporations = by_words(Charity, typed), by_words(Corporation, typed)
    if charities or corporations:
        return _found(charities, corporations)
    found = _found(alike(Charity, typed), alike(Corporation, typed))
    found.is_guess = bool(found.entries)
    return found


def number_in(typed: str) -> str:
    """The number somebody typed, without spaces and dashes; "" when it is a name."""
    number = re.sub(r"[\s.\-‐‑‒–—]", "", typed).upper()
    is_number = BN.fullmatch(number) or CORPORATION.fullmatch(number) or len(number) == 9
    return number if is_number and number[:1].isdecimal() and number[:9].isdecimal() else ""


def _by_number(number: str) -> tuple[list[Any], list[Any]]:
    """A business number, with or without its account, or a federal corporation's number."""
    if len(number) < 9:
        dashed = f"{number[:-1]}-{number[-1]}"
        return [], list(Corporation.objects.filter(number=dashed))
    root = number[:9]
    charities = Charity.objects.filter(
        bn__startswith=root, **({"bn": number} if len(number) > 9 else {})
    )
    return list(charities.order_by("bn")[: MOST + 1]), list(
        Corporation.objects.filter(bn_root=root)[: MOST + 1]
    )


def name_of(model: type[Charity] | type[Corporation]) -> Any:
    """The indexed expression: all names of an entry, plain."""
    if model is Charity:
        return Plain(F("name"))
    return Plain(Concat(F("name"), Value(" "), F("other_name")))


def by_words(model: type[Charity] | type[Corporation], typed: str) -> list[Any]:
    """Entries whose name has every word typed, the likest first."""
    every = Q()
    for word in words.plain(typed).split():
        every &= Q(plain__contains=word)
    rows: Any = model.objects.alias(plain=name_of(model))
    return _likest(rows.filter(every), typed)


def alike(model: type[Charity] | type[Corporation], typed: str) -> list[Any]:
    """Entries whose name has something like what was typed: for a typing error."""
    rows: Any = model.objects.alias(plain=name_of(model))
    return _likest(rows.filter(plain__trigram_word_similar=words.plain(typed)), typed)


def alike_in_both(typed: str) -> list[Any]:
    """The entries of both registers most like a name: one query, and one more a register found."""
    found = []
    for model in (Charity, Corporation):
        rows: Any = model.objects.alias(plain=name_of(model))
        near = TrigramWordSimilarity(words.plain(typed), "plain")
        rows = rows.filter(plain__trigram_word_similar=words.plain(typed))
        is_charity = Value(model is Charity, output_field=BooleanField())
        found.append(
            rows.order_by().annotate(near=near, c=is_charity).values_list("pk", "c", "near")
        )
    places = list(found[0].union(found[1], all=True).order_by("-near")[:MOST])
    entries: list[Any] = []
    for model, is_charity_row in ((Charity, True), (Corporation, False)):
        if pks := [pk for pk, is_one, _near in places if is_one is is_charity_row]:
            entries += model.objects.filter(pk__in=pks)
    return entries


def _likest(rows: QuerySet[Any], typed: str) -> list[Any]:
    """Those in the newest files before those that vanished, then by likeness."""
    near = TrigramWordSimilarity(words.plain(typed), "plain")
    ordered = rows.annotate(near=near).order_by(
        F("vanished_on").asc(nulls_first=True), "-near", "name", "pk"
    )
    return list(ordered[: MOST + 1])


def _found(charities: Iterable[Charity], corporations: Iterable[Corporation]) -> Found:
    """Both registers' entries side by side; a charity that is a corporation too is one entry."""
    by_root = {c.bn_root: c for c in corporations if c.bn_root}
    entries, told = [], set()
    for charity in charities:
        twin = by_root.get(charity.bn[:9]) if charity.bn.endswith("RR0001") else None
        if twin is not None and any(words.is_same_name(charity.name, n) for n in twin.names):
            told.add(twin.pk)
        else:
            twin = None
        entries.append(_charity(charity, twin))
    entries += [_corporation(c) for c in corporations if c.pk not in told]
    return Found(entries[:MOST], is_more=len(entries) > MOST)


def _charity(charity: Charity, twin: Corporation | None) -> Listed:
    return Listed(
        register=Register.CRA,
        number=charity.bn,
        status=charity.status_words,
        is_good=charity.is_good,
        vanished_on=charity.vanished_on,
        other_names=tuple(twin.names) if twin else (),
        corporation_number=twin.number if twin else "",
        **_place(charity),
    )


def _corporation(corporation: Corporation) -> Listed:
    return Listed(
        register=Register.CORPORATIONS,
        number=corporation.number,
        status=corporation.status_words,
        is_good=corporation.is_good,
        vanished_on=corporation.vanished_on,
        other_names=tuple(corporation.names[1:]),
        corporation_number=corporation.number,
        **_place(corporation),
    )


def _place(entry: Charity | Corporation) -> dict[str, str]:
    return {
        name: getattr(entry, name) for name in ("name", "street", "city", "province", "postal_code")
    }
