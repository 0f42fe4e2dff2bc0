"""Staff's pages about orders."""

from orders.admin import deliveries, fulfilment, keys, orders, parcels, payments

__all__ = ["deliveries", "fulfilment", "keys", "orders", "parcels", "payments"]
