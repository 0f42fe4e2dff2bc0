"""Likeness: how much two organizations look like one, on plain values.

`normalize` makes names meet that people write in different ways; `score` adds up what two have in
common and says what it was.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

PROBABLE: Final = 65
"""From here on somebody asks whether two are one."""
CERTAIN: Final = 100
SIMILAR: Final = 0.5
"""Names that have less in common say nothing."""

# What the same legal form is called; only at the end of a name, where it is written.
_LEGAL_FORMS = """
    inc incorporated incorporee ltd ltee limited limitee corp corporation cie co company compagnie
    obnl osbl obsl npo nfp asbl sencrl enr reg
"""
# Articles, and what joins words: people leave them out, or write them in the other language.
_SMALL_WORDS = "a an and au aux d de des du et in l la le les of the un une"
_SAINTS = "saint sainte saints saintes st ste sts stes"
# Everybody's: an address there says nothing about an organization.
_SHARED_DOMAINS = """
    gmail.com googlemail.com hotmail.com hotmail.ca outlook.com live.ca live.com yahoo.com yahoo.ca
    icloud.com me.com videotron.ca bell.net sympatico.ca rogers.com telus.net shaw.ca facebook.com
    instagram.com linkedin.com sites.google.com wixsite.com wordpress.com
"""
LEGAL_FORMS: Final = frozenset(_LEGAL_FORMS.split())
SMALL_WORDS: Final = frozenset(_SMALL_WORDS.split())
SAINTS: Final = frozenset(_SAINTS.split())
SHARED_DOMAINS: Final = frozenset(_SHARED_DOMAINS.split())


def folded(text: str) -> str:
    """In small letters without accents, and with nothing but letters, digits and spaces."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ø", "o")
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+|_", " ", "".join(letters)).strip()


def normalize(name: str) -> str:
    """One spelling for one name: "Les Amis de la Maison Ste-Anne inc." is "amis maison saint anne".

    A name of nothing but small words and legal forms stays as it is.
    """
    name = re.sub(r"(?<=\w)[’']s\b", "s", name)  # Paul’s
    words = folded(re.sub(r"(?<=\w)\.(?=\w)", "", name)).split()
    kept = ["saint" if word in SAINTS else word for word in words if word not in SMALL_WORDS]
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    return " ".join(kept or words)


def domain(address: str) -> str:
    """The site of a web or e-mail address, without "www."; "" when it is everybody's."""
    host = address.rpartition("@")[2] if "@" in address else urlsplit(address).hostname or ""
    host = host.casefold().removeprefix("www.").rstrip(".")
    return "" if host in SHARED_DOMAINS or "." not in host else host


def trigrams(name: str) -> frozenset[str]:
    """As pg_trgm counts them: each word with two spaces before it and one behind."""
    padded = (f"  {word} " for word in name.split())
    return frozenset(word[n : n + 3] for word in padded for n in range(len(word) - 2))


def similarity(one: str, other: str) -> float:
    """From 0 to 1: the share of trigrams that two normalized names have in common."""
    mine, theirs = trigrams(one), trigrams(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


@dataclass(frozen=True)
class Identity:
    """By what an organization is recognized; everything is normalized, "" is not known."""

    names: frozenset[str] = frozenset()
    """Present and past."""
    numbers: frozenset[tuple[str, str]] = frozenset()
    """("bn", nine digits), ("neq", …), ("corporation_number", …)."""
    city: str = ""
    postal_code: str = ""
    domains: frozenset[str] = frozenset()
    phone: str = ""


@dataclass(frozen=True)
class Likeness:
    """How much two look like one, from 0 to 100, and in what."""

    points: int = 0
    reasons: tuple[str, ...] = field(default=())
    """Of bn, neq, corporation_number, name, name_like, domain, postal_code, city, phone."""

    @property
    def is_probable(self) -> bool:
        return self.points >= PROBABLE

    @property
    def is_namesake(self) -> bool:
        """The same name and nothing else: another organization, elsewhere."""
        return "name" in self.reasons and not self.is_probable


def score(one: Identity, other: Identity) -> Likeness:
    """What two have in common. One number is certainty; else names, places and addresses add up.

    The same name in the same city is probable, in another city it is not; a name that is only
    like it asks for the same street corner or the same site.
    """
    reasons = sorted(kind for kind, _number in one.numbers & other.numbers)
    points = CERTAIN if reasons else 0
    name = _name(one.names, other.names)
    if name >= SIMILAR:
        reasons.append("name" if name == 1 else "name_like")
        points += round(60 * name)
    if one.domains & other.domains:
        reasons.append("domain")
        points += 35
    if one.postal_code and one.postal_code == other.postal_code:
        reasons.append("postal_code")
        points += 30
    elif one.city and one.city == other.city:
        reasons.append("city")
        points += 15
    if one.phone and one.phone == other.phone:
        reasons.append("phone")
        points += 25
    return Likeness(min(points, CERTAIN), tuple(reasons))


def _name(mine: Iterable[str], theirs: Iterable[str]) -> float:
    return max((similarity(a, b) for a in mine for b in theirs), default=0.0)
