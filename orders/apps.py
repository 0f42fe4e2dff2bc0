"""Orders as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register the checks, and the counter of carts for whoever changes a program's rules."""
        from catalog import effects
        from orders import (
            cart,
            checks,  # noqa: F401  (importing it registers them)
        )

        effects.count_carts_by(cart.holding)
