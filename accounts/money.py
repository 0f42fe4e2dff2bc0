"""Money in words: dollars as the reader's language writes them."""

from decimal import Decimal

from django.utils.formats import number_format

from accounts.languages import reader_language

NBSP = "\u00a0"


def money(amount: Decimal | int) -> str:
    """`1 234,56 $`, `$1,234.56`; less than nothing has a minus sign."""
    figures = number_format(abs(Decimal(amount)), decimal_pos=2, use_l10n=True, force_grouping=True)
    sign = "\u2212" if amount < 0 else ""
    return f"{sign}{figures}{NBSP}$" if reader_language() == "fr" else f"{sign}${figures}"
