"""Staff's pages about orders."""

from orders.admin import deliveries, fulfilment, keys, orders, payments

__all__ = ["deliveries", "fulfilment", "keys", "orders", "payments"]
