"""The cart of one person for one organization."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from orgs.models import Membership

MAX_QUANTITY = 9999


class Cart(models.Model):
    """`attempt` travels through checkout: placing twice with one attempt places once."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="cart")
    attempt = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")

    def __str__(self) -> str:
        return str(self.membership)


class CartItemQuerySet(models.QuerySet["CartItem"]):
    def active(self) -> "CartItemQuerySet":
        """What the next order will hold; the rest is set aside for a later one."""
        return self.filter(is_set_aside=False)


class CartItem(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    is_set_aside = models.BooleanField(_("set aside"), default=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = CartItemQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "product"], name="orders_product_once_in_cart"),
            models.CheckConstraint(
                name="orders_cart_quantity",
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                violation_error_message=_("Enter a quantity from 1 to 9,999."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product.sku}"

    @property
    def total(self) -> Decimal:
        """Administration fees of this line, in CAD."""
        return self.product.fee * self.quantity

    @property
    def units(self) -> int:
        return self.quantity * self.product.units_per_pack
