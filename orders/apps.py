"""Orders as a Django app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        """Register the checks."""
        from orders import checks  # noqa: F401  (importing it registers them)
