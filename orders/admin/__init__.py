"""Staff's pages about orders."""

from orders.admin import (
    batches,
    cheques,
    deliveries,
    fulfilment,
    keys,
    orders,
    parcels,
    payments,
    refunds,
)

__all__ = [
    "batches",
    "cheques",
    "deliveries",
    "fulfilment",
    "keys",
    "orders",
    "parcels",
    "payments",
    "refunds",
]
