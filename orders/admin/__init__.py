"""Staff's pages about orders."""

from orders.admin import orders

__all__ = ["orders"]
