"""Checks of a program's terms in a catalogue file: criteria, limits, windows, questions."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from catalog.catalogue import Choice, Question, Text
from catalog.terms import (
    FACTS,
    LONGEST_WINDOW,
    METRICS,
    QUESTION_TYPES,
    SCOPES,
    WAIVERS,
    Criterion,
    Limit,
    Version,
    Window,
)
from orgs.filecheck import Check, is_list, suggestion
from orgs.vocabulary import KINDS, PROVINCES
from orgs.yamlfile import Node

MONTH_DAY: Final = re.compile(r"[0-9]{2}-[0-9]{2}")
WHOLE_WINDOWS: Final = {"lifetime", "order"}
COMPARISONS: Final = ("in", "any_of", "none_of")
WORDS: Final[dict[str, Collection[str]]] = {"kind": KINDS, "province": PROVINCES}
"""What a fact may be one `in`."""


@dataclass
class TermsCheck(Check):
    """Checks of terms; they may name the activities and title groups that exist."""

    activities: Collection[str] | None = None
    """Codes in the file; None when they cannot be told."""

    def localized(self, node: Node | None, *, longest: int | None = None) -> Text:
        """A text in both languages."""
        if node is None:
            return Text("", "")
        what = "a text in both languages, {fr: …, en: …},"
        given = self.mapping(node, optional="fr en", what=what)
        if not isinstance(node.value, dict):
            return Text("", "")
        fr, en = (self._language(node, given.get(code), code, longest) for code in ("fr", "en"))
        return Text(fr, en)

    def _language(self, parent: Node, node: Node | None, code: str, longest: int | None) -> str:
        if node is None or node.value is None or not str(node.value).strip():
            at = node or Node(None, f"{parent.place}.{code}", parent.line)
            self.fault("missing_language", at, f"{code} is absent or blank", value="")
            return ""
        return self.text(node, longest=longest)

    def versions(self, node: Node | None) -> tuple[Version, ...]:
        """The rules over time."""
        seen: dict[Any, str] = {}
        return tuple(self._version(item, seen) for item in self.items(node, least=1))

    def _version(self, node: Node, seen: dict[Any, str]) -> Version:
        given = self.mapping(node, "effective criteria")
        effective = self.day(given.get("effective"))
        if effective != date.min:
            self.once(seen, given.get("effective"), effective)
        return Version(
            effective, tuple(self.criterion(n) for n in self.items(given.get("criteria")))
        )

    def criterion(self, node: Node) -> Criterion:
        """A fact, exactly one comparison that fits it, and perhaps a waiver."""
        given = self.mapping(node, "fact", "in any_of none_of min max unless")
        unless = self.word(given.get("unless"), WAIVERS)
        fact = self.text(given.get("fact"))
        if fact and fact not in FACTS:
            self.fault("unknown_fact", given["fact"], suggestion(fact, FACTS))
        comparison = self._comparison(node, given, fact)
        if comparison == "between":
            found = len(self.faults)
            low, high = (self._bound_of(fact, given.get(name)) for name in ("min", "max"))
            self._in_order(given, low, high, found)
            return Criterion(fact, comparison, min=low, max=high, unless=unless)
        values = self._values(given.get(comparison), fact) if comparison else []
        return Criterion(fact, comparison, tuple(values), unless=unless)

    def _comparison(self, node: Node, given: dict[str, Node], fact: str) -> str:
        """The one comparison of a criterion; "" after a fault."""
        found: list[str] = [name for name in COMPARISONS if name in given]
        found += ["between"] if "min" in given or "max" in given else []
        if not isinstance(node.value, dict):
            return ""
        if len(found) != 1:
            what = f"it has {', '.join(found)}" if found else "it has none"
            what = what.replace("between", "min or max")
            self.fault("wrong_comparison", node, f"exactly one comparison belongs here; {what}")
            return ""
        fitting = FACTS.get(fact)
        if fitting and found[0] not in fitting:
            names = " or ".join(sorted(fitting)).replace("between", "min and max")
            at = given.get(found[0]) or given.get("min") or given["max"]
            self.fault("wrong_comparison", at, f"{fact} is compared with {names}")
            return ""
        return found[0] if fitting else ""

    def _values(self, node: Node | None, fact: str) -> list[str]:
        if fact != "activities":
            return self.words(node, WORDS[fact], least=1)
        codes = self.items(node, least=1)
        found = [self.key(code) for code in codes]
        for code, at in zip(found, codes, strict=True):
            if code and self.activities is not None and code not in self.activities:
                self.fault("unknown_activity", at, suggestion(code, self.activities))
        return list(dict.fromkeys(found))

    def _bound_of(self, fact: str, node: Node | None) -> Any:
        if node is None:
            return None
        match fact:
            case "budget":
                return self.bound(node)
            case "qualified_months":
                return self.whole(node, most=LONGEST_WINDOW)
        return self.whole(node)

    def _in_order(self, given: dict[str, Node], low: Any, high: Any, found: int) -> None:
        """Name bounds that cross, unless one of them is at fault already (more than `found`)."""
        if len(self.faults) == found and low is not None and high is not None and low > high:
            self.fault("min_above_max", given["max"], f"min is {low}")

    def limit(self, node: Node, groups: Collection[str] | None) -> Limit:
        """A limit; `groups` are those of the program's products, None when they cannot be told."""
        given = self.mapping(node, "metric scope window", "max min title_groups")
        metric = self.word(given.get("metric"), METRICS)
        window = self.window(given.get("window"))
        found = len(self.faults)
        low, high = (self._quantity(metric, given.get(name)) for name in ("min", "max"))
        self._in_order(given, low, high, found)
        if isinstance(node.value, dict) and low is None and high is None:
            self.fault("no_bound", node, "a limit has a max or a min")
        if low is not None and window.kind not in ("order", ""):
            self.fault("wrong_comparison", given["min"], "min goes with the window order only")
        return Limit(
            metric=metric,
            scope=self.word(given.get("scope"), SCOPES),
            window=window,
            max=high,
            min=low,
            title_groups=tuple(self._groups(given.get("title_groups"), groups)),
        )

    def _quantity(self, metric: str, node: Node | None) -> Any:
        if node is None:
            return None
        is_whole = metric in METRICS and metric != "fees"
        return self.whole(node, least=1) if is_whole else self.bound(node, least=1)

    def _groups(self, node: Node | None, groups: Collection[str] | None) -> list[str]:
        items = self.items(node, least=1)
        found = [self.slug(item) for item in items]
        for group, at in zip(found, items, strict=True):
            if group and groups is not None and group not in groups:
                self.fault("unknown_title_group", at, suggestion(group, groups))
        return list(dict.fromkeys(found))

    def window(self, node: Node | None) -> Window:
        """Which days count; a window without a kind after a fault."""
        if node is None:
            return Window("")
        if isinstance(node.value, str):
            kind = self.word(node, WHOLE_WINDOWS)
            return Window(kind if kind in WHOLE_WINDOWS else "")
        if not isinstance(node.value, dict):
            self.wrong_type(node, "lifetime, order or a mapping")
            return Window("")
        given = self.mapping(node, optional="fiscal_year months from rolling")
        is_cycle = bool({"months", "from", "rolling"} & given.keys())
        if "fiscal_year" in given and is_cycle:
            self.fault("wrong_comparison", node, "fiscal_year goes with no other key")
        if "fiscal_year" in given:
            return Window("fiscal_year", month_day=self.month_day(given["fiscal_year"]))
        if not is_cycle:
            self.missing(node, "fiscal_year", "fiscal_year belongs here, or months")
            return Window("")
        return self._cycle(node, given)

    def _cycle(self, node: Node, given: dict[str, Node]) -> Window:
        if "months" not in given:
            self.missing(node, "months")
        months = self.whole(given.get("months"), least=1, most=LONGEST_WINDOW)
        if "from" in given:
            self.word(given["from"], {"first_order"})
        if "rolling" in given and not self.flag(given["rolling"], default=True):
            self.fault("unknown_value", given["rolling"], "rolling is true, or is left out")
        if "from" in given and "rolling" in given:
            self.fault("wrong_comparison", node, "from or rolling belongs here, not both")
        elif "from" not in given and "rolling" not in given:
            self.missing(node, "from", "from or rolling belongs here with months")
        return Window("first_order" if "from" in given else "rolling", months=months)

    def month_day(self, node: Node) -> str:
        """A day that every year has."""
        if not isinstance(node.value, str):
            self.wrong_type(node, 'a text such as "07-01"')
            return ""
        try:
            is_day = bool(MONTH_DAY.fullmatch(node.value)) and node.value != "02-29"
            date.fromisoformat(f"2024-{node.value}" if is_day else "none")
        except ValueError:
            self.fault("bad_month_day", node, "a day that every year has, such as 07-01")
        return node.value

    def questions(self, node: Node | None) -> tuple[Question, ...]:
        """What is asked at checkout."""
        seen: dict[Any, str] = {}
        return tuple(self._question(item, seen) for item in self.items(node))

    def _question(self, node: Node, seen: dict[Any, str]) -> Question:
        given = self.mapping(node, "key label type", "choices required refuse_if")
        key = self.key(given.get("key"))
        self.once(seen, given.get("key"), key)
        kind = self.word(given.get("type"), QUESTION_TYPES)
        choices = self._choices(node, given, kind)
        return Question(
            key=key,
            label=self.localized(given.get("label")),
            type=kind,
            choices=choices,
            required=self.flag(given.get("required"), default=True),
            refuse_if=self._refuse_if(given.get("refuse_if"), kind, choices),
        )

    def _choices(self, node: Node, given: Mapping[str, Node], kind: str) -> tuple[Choice, ...]:
        at = given.get("choices")
        seen: dict[Any, str] = {}
        choices = tuple(self._choice(item, seen) for item in self.items(at))
        if at is not None and kind in QUESTION_TYPES and kind != "choice":
            self.fault("missing_choices", at, f"choices go with the type choice, not {kind}")
        elif kind == "choice" and (at is None or (is_list(at) and len(choices) < 2)):
            self.fault("missing_choices", at or node, "a choice has at least two choices")
        return choices

    def _choice(self, node: Node, seen: dict[Any, str]) -> Choice:
        given = self.mapping(node, "value label")
        value = self.key(given.get("value"))
        self.once(seen, given.get("value"), value)
        return Choice(value, self.localized(given.get("label")))

    def _refuse_if(
        self, node: Node | None, kind: str, choices: tuple[Choice, ...]
    ) -> bool | str | None:
        if node is None:
            return None
        match kind:
            case "yesno":
                return self.flag(node)
            case "choice" if choices:
                return self.word(node, {choice.value for choice in choices})
            case "text" | "number" | "date":
                self.fault("wrong_comparison", node, f"no answer of the type {kind} is refused")
        return None
