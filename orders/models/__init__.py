"""Carts, orders, the quota ledger, payments and fulfilment."""

from orders.models.batch import Batch, BatchLine
from orders.models.cart import Cart, CartItem
from orders.models.cheque import Cheque, ChequePermission
from orders.models.delivery import CheckoutDraft, Delivery
from orders.models.fulfilment import BY_KEY, Fulfilment, KeyPool, LicenseKey
from orders.models.order import Order, OrderLine
from orders.models.parcel import Parcel
from orders.models.payment import MoneyEntry, Payment, WebhookEvent
from orders.models.quota import QuotaEntry
from orders.models.refund import Refund, RefundLine
from orders.models.renewal import Renewal

__all__ = [
    "BY_KEY",
    "Batch",
    "BatchLine",
    "Cart",
    "CartItem",
    "CheckoutDraft",
    "Cheque",
    "ChequePermission",
    "Delivery",
    "Fulfilment",
    "KeyPool",
    "LicenseKey",
    "MoneyEntry",
    "Order",
    "OrderLine",
    "Parcel",
    "Payment",
    "QuotaEntry",
    "Refund",
    "RefundLine",
    "Renewal",
    "WebhookEvent",
]
