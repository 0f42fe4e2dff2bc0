"""Settlement: the one way in which an order becomes paid."""

from datetime import datetime

from accounts.models import User
from audit.moves import move
from orders import fulfilment, quota
from orders.models import Order


def mark_paid(order: Order, *, by: User | None, at: datetime, note: str = "") -> None:
    """Move a locked order to PAID, count its quota as used, and owe what was ordered.

    The caller has shown that the money is there, or that nothing is to pay. Raises IllegalMove.
    """
    move(order, Order.Status.PAID, by=by, note=note, paid_at=at, hold_until=None)
    quota.settle(order, at=at)
    fulfilment.owe(order)
