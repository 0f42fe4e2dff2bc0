"""Carts, orders, the quota ledger, payments and fulfilment."""

from orders.models.cart import Cart, CartItem
from orders.models.fulfilment import Fulfilment, LicenseKey
from orders.models.order import Order, OrderLine
from orders.models.payment import MoneyEntry, Payment, WebhookEvent
from orders.models.quota import QuotaEntry

__all__ = [
    "Cart",
    "CartItem",
    "Fulfilment",
    "LicenseKey",
    "MoneyEntry",
    "Order",
    "OrderLine",
    "Payment",
    "QuotaEntry",
    "WebhookEvent",
]
