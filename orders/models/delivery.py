"""What is typed at check-out, and where hardware goes: the address that an order keeps."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from orders.models.cart import Cart
from orders.models.order import Order
from orgs.models import Document, Organization
from orgs.vocabulary import PROVINCES

PLACE = ("street", "unit", "city", "province", "postal_code")
"""The columns that say where it is; an organization has the same."""
TO = ("recipient", "phone", *PLACE, "directions")


class Address(models.Model):
    """Who receives a parcel, and where a courier finds them."""

    recipient = models.CharField(_("who receives it"), max_length=120, blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    street = models.CharField(_("street address"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.CharField(
        _("province or territory"), max_length=2, choices=list(PROVINCES.items()), blank=True
    )
    postal_code = models.CharField(_("postal code"), max_length=7, blank=True)
    directions = models.CharField(_("for the courier"), max_length=200, blank=True)
    proof = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proof of the address"),
    )

    class Meta:
        abstract = True

    @property
    def lines(self) -> list[str]:
        """As on a label."""
        door = f"{self.street}, {self.unit}" if self.unit else self.street
        return [self.recipient, door, f"{self.city} {self.province}  {self.postal_code}"]


class CheckoutDraft(Address):
    """What a person has answered at check-out so far; it waits with the cart."""

    cart = models.OneToOneField(Cart, on_delete=models.CASCADE, related_name="draft")
    answers = models.JSONField(default=dict, blank=True)  # as Order.answers
    method = models.CharField(max_length=10, choices=Order.Method.choices, blank=True)
    licence_email = models.EmailField(blank=True)  # "" is the organization's own
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("check-out under way")
        verbose_name_plural = _("check-outs under way")

    def __str__(self) -> str:
        return str(self.cart)

    @property
    def licences_to(self) -> str:
        """The address that the messages about this order's licences go to."""
        return self.licence_email or self.cart.membership.organization.email


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def of(self, organization: Organization) -> "DeliveryQuerySet":
        return self.filter(order__organization=organization)

    def to_check(self) -> "DeliveryQuerySet":
        """Addresses that staff have to look at, of orders that are still to be sent."""
        waiting = [Order.Status.AWAITING_PARTNER, Order.Status.AWAITING_PAYMENT, Order.Status.PAID]
        return self.filter(verified_at=None, order__status__in=waiting)


class Delivery(Address):
    """Where the hardware of one order goes: frozen when the order was placed."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="delivery")
    is_on_file = models.BooleanField(_("the organization’s own address"), default=False)
    asked_at = models.DateTimeField(_("given"), auto_now_add=True)
    verified_at = models.DateTimeField(_("verified for delivery"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("verified by"),
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]
        verbose_name = _("delivery address")
        verbose_name_plural = _("delivery addresses")
        indexes = [
            models.Index(
                fields=["asked_at"], name="orders_address_to_check", condition=Q(verified_at=None)
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="orders_delivery_is_whole",
                condition=~Q(recipient="")
                & ~Q(phone="")
                & ~Q(street="")
                & ~Q(city="")
                & ~Q(province="")
                & ~Q(postal_code=""),
                violation_error_message=_("A delivery needs a person, a telephone and an address."),
            ),
            models.CheckConstraint(
                name="orders_new_address_is_proven",
                condition=Q(verified_at__isnull=False) | Q(proof__isnull=False),
                violation_error_message=_("An address that we do not know needs a proof."),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.lines)
