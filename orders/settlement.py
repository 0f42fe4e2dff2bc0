"""Settlement: an order that owes nothing more is paid, and its lines are owed."""

from datetime import datetime
from typing import Any

from audit.moves import move
from orders import fulfilment, quota
from orders.models import Order


def mark_paid(order: Order, *, by: Any, at: datetime, note: str) -> None:
    """Move a locked order to paid, settle its quota and write down what is to be delivered.

    Called in the transaction that locked the order, by whoever saw that nothing is left to pay.
    """
    move(order, Order.Status.PAID, by=by, note=note, paid_at=at, hold_until=None)
    quota.settle(order, at=at)
    fulfilment.owe(order, at=at)


def mark_unallocated(order: Order, *, at: datetime, note: str) -> None:
    """Money came for a locked order that had been given up: staff see it, nobody is silent."""
    move(order, Order.Status.PAID_UNALLOCATED, by=None, note=note, paid_at=at, hold_until=None)
