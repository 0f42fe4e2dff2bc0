"""The checks of orders: production pays PayPal, or does not start."""

import pytest
from django.core import checks

from orders.checks import check_paypal_endpoint


@pytest.mark.parametrize(
    ("url", "is_debug", "found"),
    [
        ("https://api-m.paypal.com", False, []),
        ("https://api-m.sandbox.paypal.com", False, []),
        ("http://127.0.0.1:9050", True, []),
        ("http://127.0.0.1:9050", False, ["orders.E001"]),
        ("http://api-m.paypal.com", False, ["orders.E001"]),
        ("https://api-m.paypal.com.evil.example", False, ["orders.E001"]),
        ("", False, ["orders.E001"]),
    ],
)
def test_only_paypal_is_paid_outside_of_development(settings, url, is_debug, found):
    settings.DEBUG, settings.PAYPAL_BASE_URL = is_debug, url
    assert [error.id for error in check_paypal_endpoint()] == found


def test_the_check_runs_with_the_others():
    assert check_paypal_endpoint in checks.registry.registry.get_checks()
