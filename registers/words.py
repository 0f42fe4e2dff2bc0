"""Names and addresses as one compares them: without accents, capitals, points and short forms.

Pure: the registers write in capitals, drop accents and shorten what people spell out.
"""

import re
import unicodedata
from typing import Final

# One spelling for what is written long or short, in either language.
SHORT: Final = {
    "street": "st",
    "saint": "st",
    "sainte": "ste",
    "avenue": "av",
    "ave": "av",
    "road": "rd",
    "drive": "dr",
    "boulevard": "boul",
    "blvd": "boul",
    "chemin": "ch",
    "crescent": "cres",
    "court": "crt",
    "place": "pl",
    "highway": "hwy",
    "route": "rte",
    "square": "sq",
    "terrace": "terr",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "nord": "n",
    "sud": "s",
    "est": "e",
    "ouest": "w",
    "o": "w",
    "and": "et",
    "incorporated": "inc",
    "limited": "ltd",
    "limitee": "ltd",
    "ltee": "ltd",
    "association": "assn",
    "assoc": "assn",
    "society": "soc",
    "societe": "soc",
}
# They stand before or after a name and do not make another of it.
SILENT: Final = {"the", "inc", "ltd"}
# They come with the number of a unit.
UNITS: Final = {"unit", "suite", "ste", "bureau", "bur", "apt", "app", "appartement", "office"}


def plain(text: str) -> str:
    """In small letters, without accents and marks; each run of anything else is one space."""
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("&", " and ")
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in letters if not unicodedata.combining(c)).casefold()
    # "St." and "d'entraide": an apostrophe parts words, a point inside letters does not.
    bare = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", bare)
    return " ".join(re.findall(r"\w+", bare))


def key(name: str) -> str:
    """A name as one compares it: two that differ in writing only have the same key."""
    words = [SHORT.get(word, word) for word in plain(name).split()]
    return " ".join(word for word in words if word not in SILENT) or " ".join(words)


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ at most in how they are written."""
    return bool(one.strip()) and key(one) == key(other)


def is_same_street(one: str, other: str) -> bool:
    """Whether two street addresses of one postal code are the same door, units apart.

    One may name the unit before the number, after the street, or not at all: the words must be
    the same, and the numbers of one all be in the other.
    """
    words, numbers = _street(one)
    other_words, other_numbers = _street(other)
    if not numbers or not other_numbers:
        return words == other_words and numbers == other_numbers and bool(words)
    return words == other_words and (numbers <= other_numbers or other_numbers <= numbers)


def _street(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of an address and its numbers; what only announces a unit is neither."""
    found = [SHORT.get(word, word) for word in plain(text).split()]
    words = {word for word in found if not word[0].isdigit() and word not in UNITS}
    return frozenset(words), frozenset(word for word in found if word[0].isdigit())


def is_same_postal_code(one: str, other: str) -> bool:
    """Whether two postal codes are one, with or without its space."""
    return bool(one.strip()) and "".join(one.split()).upper() == "".join(other.split()).upper()
