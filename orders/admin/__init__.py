"""Staff's pages about orders."""

from orders.admin import deliveries, fulfilment, keys, orders, parcels, payments, refunds

__all__ = ["deliveries", "fulfilment", "keys", "orders", "parcels", "payments", "refunds"]
