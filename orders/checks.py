"""Checks at the start: in production, payments go to PayPal and nowhere else."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

PAYPAL_ENDPOINTS = {"https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"}


@register(Tags.security)
def check_paypal_endpoint(
    app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """Refuse the simulator, and any other stranger, outside of development."""
    if settings.DEBUG or settings.PAYPAL_BASE_URL in PAYPAL_ENDPOINTS:
        return []
    return [
        Error(
            f"PAYPAL_BASE_URL is {settings.PAYPAL_BASE_URL}, which is not PayPal.",
            hint=f"Set it to one of: {', '.join(sorted(PAYPAL_ENDPOINTS))}.",
            id="orders.E001",
        )
    ]
