"""The Canada Revenue Agency's codes in words, in both languages (`cra_codes.tsv`)."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

FILE: Final = Path(__file__).with_name("cra_codes.tsv")

DESIGNATIONS: Final = {
    "0001": _("Charitable organization"),
    "0002": _("Public foundation"),
    "0003": _("Private foundation"),
}
"""As the list of charities writes them; the returns use letters of another order."""

REGISTERED: Final = "Registered"
STATUSES: Final = {
    REGISTERED: _("Registered"),
    "Revoked-Voluntary": _("Revoked at its own request"),
    "Revoked-Failure to File": _("Revoked for failure to file"),
    "Revoked-Audited": _("Revoked after an audit"),
    "Revoked-Other": _("Revoked"),
    "Annulled": _("Annulled"),
    "Suspended": _("Suspended"),
    "Active": pgettext_lazy("corporation", "Active"),
}

ACTIVE: Final = "Active"
NONPROFIT_ACT: Final = "Canada Not-for-profit Corporations Act"
CHARITY: Final = "Charity"
"""The kind of qualified donee that is a registered charity."""


def status_words(status: str) -> str | Promise:
    """A register's status for readers; one that we do not know, as it stands there."""
    return STATUSES.get(status, status or _("no status"))


def category_words(code: str) -> str:
    """What a category of charities is, in the reader's language; an unknown one as its code."""
    english, french = _categories().get(code, (code, code))
    return french if (get_language() or "fr").startswith("fr") else english


@cache
def _categories() -> dict[str, tuple[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {
            row["code"]: (row["label_en"], row["label_fr"])
            for row in rows
            if row["list"] == "category"
        }
