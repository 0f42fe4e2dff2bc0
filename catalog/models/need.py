"""Needs: "we would need this", said by an organization that a program is not open to."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, CharField, Count, Q, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from catalog.models.program import Program
from orgs.models import Organization

MOST = 9999
SIZES = {
    "under_100k": (None, 100_000, _("under $100,000")),
    "to_500k": (100_000, 500_000, _("$100,000 to $500,000")),
    "to_2m": (500_000, 2_000_000, _("$500,000 to $2,000,000")),
    "over_2m": (2_000_000, None, _("$2,000,000 or more")),
}
"""Sizes of organizations by their yearly budget: from the first amount to below the second."""


class NeedQuerySet(models.QuerySet["Need"]):
    def counted(self) -> "models.QuerySet[Need, dict[str, object]]":
        """How many organizations and units, by program, province and size of the organization."""
        whens = []
        for size, (low, high, _label) in SIZES.items():
            of_size = Q(organization__annual_budget__isnull=False)
            if low is not None:
                of_size &= Q(organization__annual_budget__gte=low)
            if high is not None:
                of_size &= Q(organization__annual_budget__lt=high)
            whens.append(When(of_size, then=Value(size)))
        size_of = Case(*whens, default=Value("unknown"), output_field=CharField())
        keys = ("program__slug", "program__name_fr", "program__name_en", "organization__province")
        return (
            self.annotate(size=size_of)
            .order_by()
            .values(*keys, "size")
            .annotate(organizations=Count("pk"), units=Sum("quantity"))
            .order_by("-units", "program__slug", "organization__province", "size")
        )


class Need(models.Model):
    """One an organization and program; saying it again changes it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="needs")
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="needs")
    quantity = models.PositiveIntegerField(
        _("how many"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST)],
    )
    use = models.CharField(_("what for"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    said_at = models.DateTimeField(_("said on"), auto_now=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "program"], name="catalog_one_need_a_program"
            ),
            models.CheckConstraint(
                name="catalog_need_quantity",
                condition=Q(quantity__gte=1, quantity__lte=MOST),
                violation_error_message=_("Enter a quantity from 1 to 9,999."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.slug} × {self.quantity}"
