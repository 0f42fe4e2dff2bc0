"""Staff's pages about orders."""

from orders.admin import fulfilment, keys, orders, payments, refunds

__all__ = ["fulfilment", "keys", "orders", "payments", "refunds"]
