"""Fulfilment: what is owed for a paid order."""

from orders.models import Fulfilment, Order


def owe(order: Order) -> None:
    """Write down each line that is to be delivered; twice is once."""
    Fulfilment.objects.bulk_create(
        [Fulfilment(line=line) for line in order.lines.filter(given_back_at=None)],
        ignore_conflicts=True,
    )
