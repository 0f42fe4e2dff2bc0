"""Checks of the values in a file that people write: every fault is named, none stops the rest.

A check takes a node (None where a key is absent and its absence was named already) and returns
its value, or after a fault something harmless of the same type; a file with faults is never used.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from orgs.yamlfile import Fault, Node, Refused, cut

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KEY: Final = re.compile(r"[a-z][a-z0-9_]*")
SKU: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
AMOUNT: Final = re.compile(r"-?[0-9]+\.[0-9]{2}")
DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS: Final = range(1900, 2200)
MAX_NAME: Final = 200
MAX_WHOLE: Final = 2**31 - 1


def shown(node: Node) -> str:
    """A value as a message quotes it."""
    match node.value:
        case list():
            return "a list" if node.value else "an empty list"
        case dict():
            return "a mapping" if node.value else "an empty mapping"
        case None:
            return "nothing"
    return cut(node.written) or "an empty text"


def is_list(node: Node | None) -> bool:
    """A list stands there."""
    return node is not None and isinstance(node.value, list)


def suggestion(word: str, known: Iterable[str]) -> str:
    """What may have been meant; else everything that is known."""
    known = sorted(known)
    # Comparing is slow: a hostile file has many words, and long ones.
    is_small = len(word) <= MAX_NAME and len(known) <= MAX_NAME
    close = get_close_matches(word, known, n=1) if is_small else []
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(known)}" if 0 < len(known) <= 20 else "there is no such word"


@dataclass
class Check:
    """The faults found so far, and the checks that add to them."""

    faults: list[Fault] = field(default_factory=list)

    def end(self) -> None:
        """Raise Refused with every fault, when there is one."""
        if self.faults:
            raise Refused(self.faults)

    def fault(self, kind: str, node: Node, message: str, *, value: str | None = None) -> None:
        """Name a fault of a value."""
        value = shown(node) if value is None else cut(value)
        self.faults.append(Fault(kind, node.place, value, message, node.line))

    def wrong_type(self, node: Node, expected: str) -> None:
        """Name a value of another type, and how YAML came to it."""
        why = ""
        if isinstance(node.value, bool):
            why = (
                f'; YAML reads {node.written} without quotes as a yes/no, so write "{node.written}"'
            )
        elif isinstance(node.value, float):
            why = '; write decimals in quotes, such as "15.00"'
        elif isinstance(node.value, int | date) and "text" in expected:
            why = f'; write it in quotes: "{cut(node.written)}"'
        self.fault("wrong_type", node, f"{expected} belongs here{why}")

    def mapping(
        self,
        node: Node | None,
        required: str = "",
        optional: str = "",
        *,
        what: str = "a mapping",
    ) -> dict[str, Node]:
        """The keys of a mapping; names those that are unknown, and required ones not there."""
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.wrong_type(node, what)
            return {}
        known = {*required.split(), *optional.split()}
        prefix = f"{node.place}." if node.place else ""
        for key, child in node.value.items():
            if key in known:
                continue
            place, message = f"{prefix}{cut(key)}", suggestion(key, known)
            self.faults.append(Fault("unknown_key", place, cut(key), message, child.line))
        for key in required.split():
            if key not in node.value:
                self.missing(node, key)
        return {key: child for key, child in node.value.items() if key in known}

    def missing(self, node: Node, key: str, message: str = "this key is required") -> None:
        """Name a key that is not there."""
        place = f"{node.place}.{key}" if node.place else key
        self.faults.append(Fault("missing_key", place, "", message, node.line))

    def items(self, node: Node | None, *, least: int = 0) -> list[Node]:
        """The values of a list."""
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.wrong_type(node, "a list")
            return []
        if len(node.value) < least:
            self.fault("wrong_type", node, "a list with something in it belongs here")
        return list(node.value)

    def once(self, seen: dict[Any, str], node: Node | None, value: Any) -> None:
        """Name a value that stands at another place already."""
        if node is None or not value:
            return
        if value in seen:
            self.fault("duplicate", node, f"already at {seen[value]}")
        seen.setdefault(value, node.place)

    def text(self, node: Node | None, *, longest: int | None = None) -> str:
        """A text that is not blank."""
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.wrong_type(node, "a text")
            return ""
        if not node.value.strip():
            self.fault("wrong_type", node, "a text that is not blank belongs here")
        elif longest and len(node.value) > longest:
            self.fault("wrong_type", node, f"longer than {longest} characters")
        return node.value

    def word(self, node: Node | None, known: Collection[str]) -> str:
        """One of a closed list."""
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.wrong_type(node, "a text")
            return ""
        if node.value not in known:
            self.fault("unknown_value", node, suggestion(node.value, known))
        return node.value

    def words(self, node: Node | None, known: Collection[str], *, least: int = 0) -> list[str]:
        """Some of a closed list, each once."""
        found = [self.word(item, known) for item in self.items(node, least=least)]
        return list(dict.fromkeys(found))

    def shape(self, node: Node | None, pattern: re.Pattern[str], longest: int, what: str) -> str:
        """A name of machines; one of another shape is returned as it is, so that it is found."""
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.wrong_type(node, "a text")
            return ""
        if len(node.value) > longest or not pattern.fullmatch(node.value):
            self.fault("bad_slug", node, what)
        return node.value

    def slug(self, node: Node | None) -> str:
        """A slug of at most 80 characters."""
        rule = "a slug has small letters and digits with single dashes between, at most 80"
        return self.shape(node, SLUG, 80, rule)

    def key(self, node: Node | None) -> str:
        """A key of at most 40 characters."""
        rule = "a key has small letters, digits and _, begins with a letter, at most 40"
        return self.shape(node, KEY, 40, rule)

    def sku(self, node: Node | None) -> str:
        """A SKU of at most 40 characters."""
        rule = "a SKU has capitals and digits with single dashes between, at most 40"
        return self.shape(node, SKU, 40, rule)

    def flag(self, node: Node | None, *, default: bool = False) -> bool:
        """A yes or no."""
        if node is None:
            return default
        if not isinstance(node.value, bool):
            self.wrong_type(node, "true or false")
            return default
        return node.value

    def whole(self, node: Node | None, *, least: int = 0, most: int = MAX_WHOLE) -> int:
        """A whole number, written in digits."""
        if node is None:
            return least
        value = node.value
        is_plain = str(value) == node.written.replace("_", "")
        if not isinstance(value, int) or isinstance(value, bool) or not is_plain:
            self.wrong_type(node, "a whole number")
            return least
        return value if self._in_range(node, value, least, most) else least

    def _in_range(self, node: Node, value: int | Decimal, least: int, most: int) -> bool:
        if value < 0:
            self.fault("negative_amount", node, f"{least} or more belongs here")
        elif not least <= value <= most:
            self.fault("bad_amount", node, f"{least} to {most} belongs here")
        return least <= value <= most

    def amount(self, node: Node | None, *, digits: int = 7) -> Decimal:
        """Dollars and cents, as a text with two decimals; at most so many digits of dollars."""
        if node is None:
            return Decimal(0)
        if not isinstance(node.value, str):
            self.wrong_type(node, 'money, as a text with two decimals such as "15.00",')
            return Decimal(0)
        rule = 'an amount has two decimals after a point: "15.00"'
        return self._decimal(node, AMOUNT, rule, digits)

    def _decimal(self, node: Node, pattern: re.Pattern[str], rule: str, digits: int) -> Decimal:
        dollars = node.value.partition(".")[0].lstrip("-")
        if len(dollars) > digits:
            rule = f"at most {digits} digits of dollars; {rule}"
        if not pattern.fullmatch(node.value) or len(dollars) > digits:
            self.fault("bad_amount", node, rule)
            return Decimal(0)
        if node.value.startswith("-"):
            self.fault("negative_amount", node, "an amount is never negative")
            return Decimal(0)
        return Decimal(node.value)

    def bound(self, node: Node | None, *, least: int = 0) -> int | Decimal:
        """A whole number, or a text with at most two decimals."""
        if node is None or not isinstance(node.value, str):
            return self.whole(node, least=least, most=10**12)
        rule = 'a bound is a whole number, or a text with at most two decimals: "6500.00"'
        faults = len(self.faults)
        value = self._decimal(node, DECIMAL, rule, 12)
        if len(self.faults) == faults:
            self._in_range(node, value, least, 10**12)
        return value

    def day(self, node: Node | None) -> date:
        """A day, quoted or not."""
        value = None if node is None else node.value
        if isinstance(value, str) and DAY.fullmatch(value):
            value = _or_none(date.fromisoformat, value)
        is_moment = isinstance(value, datetime)
        if isinstance(value, date) and not is_moment and value.year in YEARS:
            return value
        if node is not None:
            self.wrong_type(node, "a day such as 2026-07-01")
        return date.min

    def moment(self, node: Node | None) -> datetime:
        """A day and time with its offset, quoted or not."""
        value = None if node is None else node.value
        if isinstance(value, str):
            value = _or_none(datetime.fromisoformat, value)
        if isinstance(value, datetime) and value.tzinfo and value.year in YEARS:
            return value
        if node is not None:
            self.wrong_type(node, "a moment with its offset, such as 2026-07-01T09:00:00-04:00,")
        return datetime.min


def _or_none(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        return None
