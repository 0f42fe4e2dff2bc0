"""Explaining eligibility: what a rule asks, what the file says, what would change the answer.

Whole sentences in the reader's language, with numbers and dates as it writes them: call it when a
page or an e-mail is rendered, and keep the result of `eligibility.judge`, not these texts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import date_format, number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.languages import reader_language
from catalog.eligibility import Result
from catalog.terms import Bound, Criterion
from orgs.vocabulary import PROVINCES

KINDS_MANY: Final = {
    "charity": gettext_lazy("registered charities"),
    "nonprofit": gettext_lazy("nonprofit organizations"),
    "library": gettext_lazy("public libraries"),
}
KIND_ON_FILE: Final = {
    "charity": gettext_lazy("Your file says that you are a registered charity."),
    "nonprofit": gettext_lazy("Your file says that you are a nonprofit organization."),
    "library": gettext_lazy("Your file says that you are a public library."),
}


@dataclass(frozen=True)
class Explanation:
    """One criterion in words."""

    rule: str
    """What the program asks."""
    fact: str
    """What is on file, and from where."""
    remedy: str
    """What the organization can do; "" when the criterion holds."""


def explain(result: Result, activities: Mapping[str, str]) -> Explanation:
    """A result in words; `activities` gives the names of activity codes to the reader."""
    rule = RULES[result.criterion.fact](result.criterion, activities)
    if result.criterion.unless:
        exception = _("A secular arm that our staff have recognized is exempt.")
        rule = f"{rule} {exception}"
    return Explanation(
        rule=rule,
        fact=_with_source(result, ON_FILE[result.criterion.fact](result, activities)),
        remedy="" if result.passed else _remedy(result),
    )


def _with_source(result: Result, fact: str) -> str:
    if result.waived:
        waived = _("Our staff have recognized your secular arm, so this rule is waived for you.")
        return f"{fact} {waived}"
    if result.source is None:
        return fact
    params = {"source": result.source.name}
    if result.source.on is None:
        where = _("Source: %(source)s.") % params
    else:
        params["day"] = in_words(result.source.on)
        where = _("Source: %(source)s, %(day)s.") % params
    return f"{fact} {where}"


def listed(words: Iterable[object]) -> str:
    """`a, b or c`, as the reader's language has it."""
    return get_text_list([str(word) for word in words], _("or"))


def dollars(amount: Bound) -> str:
    """An amount, with cents only when it has some: `$1,400,000`, `1 400 000,01 $`."""
    is_whole = amount == int(amount)
    figures = number_format(amount, 0 if is_whole else 2, use_l10n=True, force_grouping=True)
    return _("$%(figures)s") % {"figures": figures}


def in_words(day: date) -> str:
    """`March 1, 2028`; in French the first of a month is an ordinal: `1er mars 2028`."""
    words = date_format(day, "DATE_FORMAT")
    return f"1er{words[1:]}" if reader_language() == "fr" and day.day == 1 else words


# What a program asks


def _kind_rule(criterion: Criterion, activities: Mapping[str, str]) -> str:
    kinds = listed(_in_order(criterion.values, KINDS_MANY))
    return _("This program is for %(kinds)s.") % {"kinds": kinds}


def _province_rule(criterion: Criterion, activities: Mapping[str, str]) -> str:
    names = listed(_in_order(criterion.values, PROVINCES))
    return _("This program is for organizations with an address in: %(provinces)s.") % {
        "provinces": names
    }


def _activities_rule(criterion: Criterion, activities: Mapping[str, str]) -> str:
    params = {"activities": _names(criterion.values, activities)}
    if criterion.comparison == "any_of":
        return (
            _("This program is for organizations with one of these activities: %(activities)s.")
            % params
        )
    return (
        _("This program is not for organizations with any of these activities: %(activities)s.")
        % params
    )


def _names(codes: Collection[str], activities: Mapping[str, str]) -> str:
    # Names of activities have commas of their own.
    return "; ".join(str(name) for name in _in_order(codes, activities))


def _in_order(codes: Collection[str], names: Mapping[str, Any]) -> list[Any]:
    """The names of codes in the order of `names`, so that the same rules read the same."""
    known = [name for code, name in names.items() if code in codes]
    return [*known, *sorted(code for code in codes if code not in names)]


def _budget_rule(criterion: Criterion, activities: Mapping[str, str]) -> str:
    low, high = criterion.min, criterion.max
    if low is None and high is not None:
        return _("This program is for organizations with a yearly budget of up to %(high)s.") % {
            "high": dollars(high)
        }
    if high is None and low is not None:
        return _("This program is for organizations with a yearly budget of %(low)s or more.") % {
            "low": dollars(low)
        }
    return _("This program is for organizations with a yearly budget from %(low)s to %(high)s.") % {
        "low": dollars(low or 0),
        "high": dollars(high or 0),
    }


def _staff_rule(criterion: Criterion, activities: Mapping[str, str]) -> str:
    low, high = criterion.min, criterion.max
    params = {"low": _figures(low), "high": _figures(high)}
    if low is None:
        text = ngettext(
            "This program is for organizations with at most %(high)s paid employee.",
            "This program is for organizations with at most %(high)s paid employees.",
            int(high or 0),
        )
    elif high is None:
        text = ngettext(
            "This program is for organizations with at least %(low)s paid employee.",
            "This program is for organizations with at least %(low)s paid employees.",
            int(low),
        )
    else:
        text = ngettext(
            "This program is for organizations with %(low)s to %(high)s paid employee.",
            "This program is for organizations with %(low)s to %(high)s paid employees.",
            int(high),
        )
    return text % params


def _figures(number: Bound | None) -> str:
    return "" if number is None else number_format(number, use_l10n=True, force_grouping=True)


def _months_rule(criterion: Criterion, activities: Mapping[str, str]) -> str:
    low, high = int(criterion.min or 0), criterion.max
    params = {"low": low, "high": high}
    if high is not None:
        return (
            ngettext(
                "This program is for organizations that have been qualified for %(low)s to "
                "%(high)s month.",
                "This program is for organizations that have been qualified for %(low)s to "
                "%(high)s months.",
                int(high),
            )
            % params
        )
    if low == 0:
        return _("This program is for qualified organizations.")
    return (
        ngettext(
            "This program is for organizations that have been qualified for %(low)s month or more.",
            "This program is for organizations that have been qualified for %(low)s months or "
            "more.",
            low,
        )
        % params
    )


RULES: Final = {
    "kind": _kind_rule,
    "province": _province_rule,
    "activities": _activities_rule,
    "budget": _budget_rule,
    "staff": _staff_rule,
    "qualified_months": _months_rule,
}

# What is on file


def _kind_on_file(result: Result, activities: Mapping[str, str]) -> str:
    known = KIND_ON_FILE.get(str(result.fact))
    return str(known) if known else _("Your file does not say what kind of organization you are.")


def _province_on_file(result: Result, activities: Mapping[str, str]) -> str:
    if not result.fact:
        return _("Your file has no province or territory.")
    name = PROVINCES.get(str(result.fact), str(result.fact))
    return _("The address on file is in: %(province)s.") % {"province": name}


def _activities_on_file(result: Result, activities: Mapping[str, str]) -> str:
    listed_on_file = result.fact if isinstance(result.fact, frozenset) else frozenset[str]()
    named = [code for code in result.criterion.values if code in listed_on_file]
    if named:
        # Only what the rule speaks of: this is what made the difference.
        return _("Your file lists: %(activities)s.") % {"activities": _names(named, activities)}
    if result.criterion.comparison == "none_of":
        return _("Your file lists none of them.")
    if not listed_on_file:
        return _("Your file lists no activities.")
    others = _names(listed_on_file, activities)
    return _("Your file lists none of them, but: %(activities)s.") % {"activities": others}


def _budget_on_file(result: Result, activities: Mapping[str, str]) -> str:
    if not isinstance(result.fact, Decimal | int):
        return _("Your yearly budget is not on file.")
    return _("Your file says %(amount)s.") % {"amount": dollars(result.fact)}


def _staff_on_file(result: Result, activities: Mapping[str, str]) -> str:
    if not isinstance(result.fact, int):
        return _("Your number of paid employees is not on file.")
    text = ngettext(
        "Your file says %(number)s paid employee.",
        "Your file says %(number)s paid employees.",
        result.fact,
    )
    return text % {"number": _figures(result.fact)}


def _months_on_file(result: Result, activities: Mapping[str, str]) -> str:
    if not isinstance(result.fact, int):
        return _("Your organization is not qualified at the moment.")
    if result.fact == 0:
        return _("Your organization has been qualified for less than a month.")
    text = ngettext(
        "Your organization has been qualified for %(months)s month.",
        "Your organization has been qualified for %(months)s months.",
        result.fact,
    )
    return text % {"months": result.fact}


ON_FILE: Final = {
    "kind": _kind_on_file,
    "province": _province_on_file,
    "activities": _activities_on_file,
    "budget": _budget_on_file,
    "staff": _staff_on_file,
    "qualified_months": _months_on_file,
}

# What the organization can do


def _remedy(result: Result) -> str:
    if result.holds_on is not None:
        return _("Nothing to do: this rule will be met on %(day)s.") % {
            "day": in_words(result.holds_on)
        }
    is_unknown = result.fact is None or result.fact in ("", frozenset())
    text = UNKNOWN[result.criterion.fact] if is_unknown else OTHERWISE[result.criterion.fact]
    if result.criterion.unless and not is_unknown:
        return _(
            "If your services are run by a separate secular arm and are open to everyone, write to "
            "us: our staff can recognize it."
        )
    return str(text)


UNKNOWN: Final = {
    "kind": gettext_lazy("Tell us what kind of organization you are, on its page."),
    "province": gettext_lazy("Complete the address on your organization’s page."),
    "activities": gettext_lazy("Choose your activities on your organization’s page."),
    "budget": gettext_lazy(
        "Enter your yearly budget on your organization’s page, and add a document that shows it."
    ),
    "staff": gettext_lazy("Enter your number of paid employees on your organization’s page."),
    "qualified_months": gettext_lazy(
        "Have your organization qualified, or renew its qualification."
    ),
}
OTHERWISE: Final = {
    "kind": gettext_lazy(
        "If your registration has changed, propose the correction on your organization’s page and "
        "add the new papers."
    ),
    "province": gettext_lazy(
        "If your organization has moved, propose the new address on your organization’s page."
    ),
    "activities": gettext_lazy(
        "If this is not what your organization does, propose the correction on your organization’s "
        "page."
    ),
    "budget": gettext_lazy(
        "If this figure is out of date, propose the new one on your organization’s page and add "
        "your latest financial statements."
    ),
    "staff": gettext_lazy(
        "If this number is out of date, propose the new one on your organization’s page."
    ),
    "qualified_months": gettext_lazy(
        "This program is for another stage in the life of an organization; see what else is open "
        "to you."
    ),
}
