"""Staff's pages about orders."""

from orders.admin import cheques, deliveries, fulfilment, keys, orders, parcels, payments, refunds

__all__ = [
    "cheques",
    "deliveries",
    "fulfilment",
    "keys",
    "orders",
    "parcels",
    "payments",
    "refunds",
]
