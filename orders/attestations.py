"""Attestations: what the buyer agrees to, word for word; the order keeps the text."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Any]] = {
    "no_discrimination": _(
        "Our organization does not discriminate on any ground that Canadian human rights laws "
        "prohibit, in its services, its hiring or its governance."
    ),
    "no_transfer": _(
        "We will use these products for our own activities, and will not sell, give or transfer "
        "them to anybody else."
    ),
    "partner_terms": _("We accept the donor partner’s terms of use for these products."),
    "case_study": _(
        "The donor partner may contact us for a case study of how we use these products."
    ),
}
