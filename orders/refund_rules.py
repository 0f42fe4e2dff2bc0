"""Rules of refunds: what a program's policy says, to whom and until when. Plain values only."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NEVER, UNINSTALLED, SENT_BACK = "none", "uninstalled", "hardware"


@dataclass(frozen=True)
class Policy:
    """What a program's data says of refunds."""

    allowed: str
    days: int | None = None  # after delivery; None is no end
    whole_program: bool = False


@dataclass(frozen=True)
class Item:
    """One line of a paid order, as a refund sees it."""

    line: int
    name: str
    program: str
    program_name: str
    policy: Policy
    delivered_on: date | None = None
    is_over: bool = False  # given back, or in a refund already
    costs_nothing: bool = False

    @property
    def last_day(self) -> date | None:
        """The last day on which it can be asked for; None is no end, or not delivered yet."""
        if self.delivered_on is None or self.policy.days is None:
            return None
        return self.delivered_on + timedelta(days=self.policy.days)


class Refusal(ValidationError):
    """A reason against a refund, of a line or (None) of the whole request."""

    def __init__(self, text: Any, code: str, *, line: int | None = None, **params: Any) -> None:
        super().__init__(text, code, params)
        self.line = line


def against(item: Item, *, on: date, in_words: Any = str) -> Iterator[Refusal]:
    """Why one line cannot be refunded at its buyer's wish; nothing when it can."""
    if item.is_over:
        text = _("%(name)s: it is given back, or in a refund already.")
        yield Refusal(text, "over", line=item.line, name=item.name)
        return
    if item.costs_nothing:
        text = _("%(name)s: it cost nothing, so there is nothing to refund.")
        yield Refusal(text, "free", line=item.line, name=item.name)
    if item.policy.allowed == NEVER:
        text = _("%(name)s: the program %(program)s refunds nothing, even a wrong product.")
        yield Refusal(text, "never", line=item.line, name=item.name, program=item.program_name)
    if item.last_day and on > item.last_day:
        text = _(
            "%(name)s: a refund could be asked for until %(day)s, %(days)s days after delivery."
        )
        params = {"name": item.name, "day": in_words(item.last_day), "days": item.policy.days}
        yield Refusal(text, "too_late", line=item.line, **params)


def refusals(
    items: Sequence[Item],
    *,
    chosen: Collection[int],
    is_unused: bool,
    on: date,
    in_words: Any = str,
) -> list[Refusal]:
    """Every reason against refunding the chosen lines at their buyer's wish."""
    if not chosen:
        return [Refusal(_("Choose what you want to give back."), "nothing")]
    asked = [item for item in items if item.line in chosen]
    found = [why for item in asked for why in against(item, on=on, in_words=in_words)]
    found += _split(items, asked)
    needs_word = any(item.policy.allowed == UNINSTALLED for item in asked)
    if needs_word and not is_unused:
        text = _(
            "Confirm that nothing of it was installed or activated: otherwise there is no refund."
        )
        found.append(Refusal(text, "installed"))
    return found


def _split(items: Iterable[Item], asked: Sequence[Item]) -> Iterator[Refusal]:
    """A program that is refunded as a whole comes back as a whole."""
    named = {item.line for item in asked}
    whole = {item.program: item.program_name for item in asked if item.policy.whole_program}
    for program, name in whole.items():
        rest = [
            item.name
            for item in items
            if item.program == program and item.line not in named and not item.is_over
        ]
        if rest:
            text = _("%(program)s comes back as a whole: choose %(names)s too.")
            yield Refusal(text, "whole", program=name, names=", ".join(rest))
