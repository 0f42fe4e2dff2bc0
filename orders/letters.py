"""Letters: whether the message that something is ready has reached whom it was for."""

from mail.models import Message
from orders.models import Order


def of(order: Order) -> list[Message]:
    """The newest “licences ready” to each address: sent, waiting, or given up; one query."""
    found = Message.objects.filter(key__startswith=f"order-licences_ready:{order.number}:")
    return list({tuple(message.to): message for message in found.order_by("pk")}.values())
