"""The closed lists that say what an organization is and where, each with its names."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: Final = {
    "charity": pgettext_lazy("kind of organization", "Registered charity"),
    "nonprofit": pgettext_lazy("kind of organization", "Nonprofit"),
    "library": pgettext_lazy("kind of organization", "Library"),
}

PROVINCES: Final = {
    "AB": _("Alberta"),
    "BC": _("British Columbia"),
    "MB": _("Manitoba"),
    "NB": _("New Brunswick"),
    "NL": _("Newfoundland and Labrador"),
    "NS": _("Nova Scotia"),
    "NT": _("Northwest Territories"),
    "NU": _("Nunavut"),
    "ON": _("Ontario"),
    "PE": _("Prince Edward Island"),
    "QC": _("Quebec"),
    "SK": _("Saskatchewan"),
    "YT": _("Yukon"),
}
