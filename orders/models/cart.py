"""The cart of one person for one organization."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext_lazy as _

from catalog.eligibility import Granted
from catalog.models import Override, Product, ProgramQuestion, ProgramVersion, QueuePlace
from catalog.models.override import DAYS
from orgs.models import Membership, Organization

MAX_QUANTITY = 9999
LONG = ("summary", "details", "requirements")
COLUMNS = {name: name for name in ("id", "effective", "criteria", "grace_days")}
EMPTY = """
WITH ordered AS (DELETE FROM orders_cartitem WHERE cart_id = %(cart)s AND NOT is_set_aside)
UPDATE orders_cart SET attempt = %(attempt)s WHERE id = %(cart)s
"""


class Cart(models.Model):
    """`attempt` travels through checkout: placing twice with one attempt places once."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="cart")
    attempt = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")

    def __str__(self) -> str:
        return str(self.membership)

    def empty(self) -> None:
        """Take out what is ordered now; what was set aside stays. The next order is another
        attempt. One statement."""
        self.attempt = uuid.uuid4()
        with connection.cursor() as cursor:
            cursor.execute(EMPTY, {"cart": self.pk, "attempt": self.attempt})


class CartItemQuerySet(models.QuerySet["CartItem"]):
    def active(self) -> "CartItemQuerySet":
        """What the next order will hold; the rest is set aside for a later one."""
        return self.filter(is_set_aside=False)

    def to_decide(self) -> "CartItemQuerySet":
        """With what decides about them, in one query: `history` has the versions of the program's
        rules, `has_questions` whether it asks something, `exceptions` what staff granted, `held`
        and `others_wait` what the product's queue does. Long texts are left out."""
        program = OuterRef("product__program_id")
        versions = ProgramVersion.objects.filter(program=program).values_list(JSONObject(**COLUMNS))
        questions = ProgramQuestion.objects.filter(program=program)
        whose = OuterRef("cart__membership__organization_id")
        granted = Override.objects.granted().filter(program=program, organization=whose)
        places = QueuePlace.objects.filter(product=OuterRef("product_id"))
        held = places.held().filter(organization=whose).order_by()[:1]
        waiting = places.waiting().order_by().values("product").annotate(packs=Sum("quantity"))
        rows: CartItemQuerySet = self.select_related("product__program__partner").annotate(
            history=ArraySubquery(versions),
            has_questions=Exists(questions),
            exceptions=ArraySubquery(granted.values_list(DAYS)),
            held=Coalesce(Subquery(held.values("held")), 0),
            others_wait=Coalesce(Subquery(waiting.values("packs")), 0),
        )
        long = (f"product__{text}_{code}" for text in LONG for code in ("fr", "en"))
        return rows.defer(*long)


class CartItem(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    is_set_aside = models.BooleanField(_("set aside"), default=False)
    added_at = models.DateTimeField(auto_now_add=True)
    fee_seen = models.DecimalField(
        _("fee when it was added"), max_digits=9, decimal_places=2, null=True, blank=True
    )

    history: list[dict[str, Any]]
    has_questions: bool
    exceptions: list[list[Any]]
    held: int
    others_wait: int  # these only with `to_decide`

    @property
    def free(self) -> int | None:
        """Packs that this organization may have: what is held for it, and what no queue awaits."""
        stock = self.product.stock
        return None if stock is None else max(self.held, stock + self.held - self.others_wait, 0)

    def read_along(self, organization: Organization) -> None:
        """What `to_decide` reads, of a line that is in nobody's cart; nothing in stock is asked."""
        versions = ProgramVersion.objects.filter(program=self.product.program_id)
        granted = Override.objects.granted().filter(program=self.product.program_id)
        self.history = list(versions.values_list(JSONObject(**COLUMNS), flat=True))
        mine = granted.filter(organization=organization)
        self.exceptions = list(mine.values_list(DAYS, flat=True))
        self.has_questions, self.held, self.others_wait = False, self.quantity, 0

    @property
    def versions(self) -> list[ProgramVersion]:
        """Those of the program's rules, as `to_decide` read them along."""
        days = [date.fromisoformat(row["effective"]) for row in self.history]
        rows = zip(self.history, days, strict=True)
        return [ProgramVersion(**row | {"effective": day}) for row, day in rows]

    @property
    def granted(self) -> list[Granted]:
        """Exceptions of the organization for its program, as `to_decide` read them along."""
        return [Granted.from_data(row) for row in self.exceptions]

    objects = CartItemQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            # In the next order, and set aside for a later one.
            models.UniqueConstraint(
                fields=["cart", "product", "is_set_aside"], name="orders_product_once_in_list"
            ),
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
