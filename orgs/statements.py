"""Statements: what people confirm, in words whose version is kept with what they confirmed."""

from typing import Final

from django.utils.translation import gettext_lazy as _

RENEWAL_VERSION: Final = "2026-11"
RENEWAL: Final = _(
    "I have read the facts above. They are right today, and I may confirm them for the "
    "organization."
)
