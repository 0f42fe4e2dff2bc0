"""The numbers and codes that organizations give: one spelling each, and what was wrong.

Each `clean_…` ignores spaces, dashes, dots and case, returns the one spelling that is stored, and
raises ValidationError when the shape is wrong. A check digit that fails is not a refusal, because
a few registered numbers fail it too and the rule for the NEQ was never published: ask
`is_plausible_bn` or `is_plausible_neq`, and warn.
"""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import luhn

BN_SHAPE: Final = re.compile(r"([0-9]{9})([A-Z]{2})([0-9]{4})")
BN_ACCOUNTS: Final = {"RR", "RC"}
"""Charity registration and corporate income tax: the two that say what an organization is."""

NEQ_SHAPE: Final = re.compile(r"(11|22|33|88)[0-9]{8}")
POSTAL_SHAPE: Final = re.compile(
    r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]"
)
POSTAL_LETTERS: Final = {
    "AB": "T",
    "BC": "V",
    "MB": "R",
    "NB": "E",
    "NL": "A",
    "NS": "B",
    "NT": "X",
    "NU": "X",
    "ON": "KLMNP",
    "PE": "C",
    "QC": "GHJ",
    "SK": "S",
    "YT": "Y",
}
GOVERNMENT_OF_CANADA: Final = "K1A"
"""Federal offices on both banks of the Ottawa River."""


def compact(text: str) -> str:
    """Without the spaces, dashes and dots that people put in for reading; in capitals."""
    return re.sub(r"[\s.\-‐‑‒–—]", "", text).upper()


def clean_bn(text: str, *, account: str = "") -> str:
    """A business number with its program account, as "000000018RR0001".

    `account` is "RR" or "RC" when only that one will do.
    """
    number = compact(text)
    if re.fullmatch(r"[0-9]{9}", number):
        raise ValidationError(
            _(
                "%(number)s is the business number without its account. Add the two letters and "
                "four digits that follow it on the letters of the Canada Revenue Agency, "
                "such as RR0001."
            ),
            "bn_without_account",
            {"number": number},
        )
    shape = BN_SHAPE.fullmatch(number)
    if shape is None:
        raise ValidationError(
            _(
                "A business number has nine digits, two letters and four digits, such as "
                "123456782RR0001. Copy it from a letter of the Canada Revenue Agency."
            ),
            "bn_shape",
        )
    _check_account(shape[2], account)
    return number


def _check_account(letters: str, account: str) -> None:
    if letters not in BN_ACCOUNTS:
        raise ValidationError(
            _(
                "%(letters)s is another account of the business number. Give the one that has RR "
                "(registered charity) or RC (income tax)."
            ),
            "bn_account",
            {"letters": letters},
        )
    if account == "RR" != letters:
        raise ValidationError(
            _("A registered charity’s number has RR after the nine digits; this one has RC."),
            "bn_account",
        )
    if account == "RC" != letters:
        raise ValidationError(
            _(
                "A number with RR belongs to a registered charity. Choose that kind of "
                "organization, or give the number that has RC."
            ),
            "bn_account",
        )


def is_plausible_bn(bn: str) -> bool:
    """The nine digits pass their check digit (Luhn); takes a number that clean_bn returned."""
    return bool(luhn.is_valid(bn[:9]))


def clean_neq(text: str) -> str:
    """A Quebec enterprise number (NEQ), as "1100000125"."""
    number = compact(text)
    if not re.fullmatch(r"[0-9]{10}", number):
        raise ValidationError(
            _("An NEQ has ten digits, such as 1100000125. Copy it from the Quebec register."),
            "neq_shape",
        )
    if not NEQ_SHAPE.fullmatch(number):
        raise ValidationError(
            _(
                "An NEQ begins with 11, 22, 33 or 88, and this one with %(start)s. "
                "Copy it from the Quebec register."
            ),
            "neq_prefix",
            {"start": number[:2]},
        )
    return number


def is_plausible_neq(neq: str) -> bool:
    """The last eight digits pass their check digit (Luhn); takes what clean_neq returned.

    No publication says so; every number of the Quebec register that we have seen does.
    """
    return bool(luhn.is_valid(neq[2:]))


def clean_corporation_number(text: str) -> str:
    """A federal corporation number, as "9900001-1": the last digit after a dash."""
    number = compact(text)
    if not re.fullmatch(r"[0-9]{3,8}", number):
        raise ValidationError(
            _(
                "A federal corporation number has up to eight digits, such as 1234567-8. "
                "Copy it from the certificate of incorporation."
            ),
            "corporation_number_shape",
        )
    return f"{number[:-1]}-{number[-1]}"


def clean_postal_code(text: str, *, province: str = "") -> str:
    """A postal code, as "J1H 9Z9"; with a province, also one whose first letter is that of it."""
    code = compact(text)
    if not POSTAL_SHAPE.fullmatch(code):
        raise ValidationError(
            _(
                "A postal code has a letter and a digit in turn, such as J1H 2B3, and never the "
                "letters D, F, I, O, Q or U."
            ),
            "postal_code_shape",
        )
    if province and not is_postal_code_of(code, province):
        raise ValidationError(
            _(
                "A postal code that begins with %(letter)s is not in this province or territory. "
                "Check the code and the province."
            ),
            "postal_code_province",
            {"letter": code[0]},
        )
    return f"{code[:3]} {code[3:]}"


def is_postal_code_of(code: str, province: str) -> bool:
    """The code's first letter is one of the province's (K1A is also used in Quebec)."""
    if province == "QC" and code.startswith(GOVERNMENT_OF_CANADA):
        return True
    return code[:1] in POSTAL_LETTERS.get(province, "")
