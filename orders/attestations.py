"""Attestations: what a buyer agrees to, in full; an order keeps the text that was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Partner, Program

TEXTS: Final = {
    "no_discrimination": _(
        "Our organization does not discriminate, in its services, its hiring or its governance, on "
        "any ground that the Canadian Human Rights Act or our province’s law prohibits."
    ),
    "no_transfer": _(
        "These products are for our organization’s own work. We will not sell, give or lend them "
        "to anyone, and we will not pass them on to our members or clients."
    ),
    "partner_terms": _(
        "On behalf of our organization, I accept the terms of %(partner)s’s program and of the "
        "licences it delivers, and I am authorized to do so."
    ),
    "case_study": _(
        "If %(partner)s asks within a year, our organization will tell in a few lines what these "
        "products have changed in its work. Nothing is published without our agreement."
    ),
}
OF_A_PARTNER: Final = {"partner_terms", "case_study"}


@dataclass(frozen=True)
class Attestation:
    """One statement, asked once however many products of the cart need it."""

    key: str
    partner: Partner | None = None

    @property
    def name(self) -> str:
        """What it is called in forms: `no_transfer`, `partner_terms-adobe`."""
        return f"{self.key}-{self.partner.slug}" if self.partner else self.key

    @property
    def text(self) -> str:
        """The statement, in the reader's language."""
        return str(TEXTS[self.key]) % {"partner": self.partner}


def of(program: Program) -> list[Attestation]:
    """What a program asks to agree to, in its order."""
    partner = program.partner
    return [Attestation(k, partner if k in OF_A_PARTNER else None) for k in program.attestations]


def kept(found: Iterable[Attestation], *, by: User, language: str, at: datetime) -> list[Any]:
    """As an order keeps them: the text, who agreed, in which language, and when."""
    person = {"person": str(by), "by": by.pk, "language": language, "at": at.isoformat()}
    return [{"key": one.key, "text": one.text} | person for one in found]
