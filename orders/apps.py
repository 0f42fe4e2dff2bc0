"""Orders as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register the checks."""
        from orders import checks  # noqa: F401  (importing it registers them)
