"""The organization: its facts, as everyone else reads them."""

from datetime import date, timedelta
from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Left, Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from accounts.languages import Bilingual
from accounts.prepared import Prepared
from registers.models import Plain

FIRST_NUMBER = 100001
RENEWAL_TIME = timedelta(days=60)  # before its end, a qualification can be renewed
BN_ROOT = 9  # digits of a business number that say whose it is


class Activity(models.Model):
    """A word of the closed vocabulary of what organizations do (from the catalogue file)."""

    class Group(models.TextChoices):
        SOCIAL = "social", _("Social services")
        HEALTH = "health", _("Health")
        EDUCATION = "education", _("Education and research")
        CULTURE = "culture", _("Culture and heritage")
        ENVIRONMENT = "environment", _("Environment and animals")
        FAITH = "faith", _("Faith and religion")
        CIVIC = "civic", _("Civic life")
        MEMBERS = "members", _("Member groups")
        SUPPORT = "support", _("Support to the sector")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    group = models.CharField(_("group"), max_length=20, choices=Group.choices)
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Bilingual()

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")

    def __str__(self) -> str:
        return self.name


def next_number() -> int:
    """The next organization number, from a sequence: 100001, 100002, …"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orgs_organization_number')")
        return int(cursor.fetchone()[0])


LOCKED = Prepared(
    lambda pk: Organization.objects.filter(pk=pk).select_for_update(of=("self",)), pk=-1
)


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def lock(self, *, pk: int) -> "Organization":
        """With its row locked: whatever spends what an organization may have goes through here."""
        if found := LOCKED.rows(pk=pk):
            return found[0]
        raise self.model.DoesNotExist(f"no organization with the key {pk}")

    def qualified(self, *, on: date) -> "OrganizationQuerySet":
        """Qualified on a day of Toronto, and neither suspended nor closed."""
        return self.filter(
            qualified_since__lte=on,
            qualified_until__gte=on,
            suspended_on__isnull=True,
            closed_on__isnull=True,
        )

    def standing(self, standing: str, *, on: date) -> "OrganizationQuerySet":
        """Those that stand so on a day: `Organization.standing` as a query."""
        soon = on + RENEWAL_TIME
        match standing:
            case Standing.MERGED:
                return self.exclude(merged_into=None)
            case Standing.CLOSED:
                return self.filter(merged_into=None).exclude(closed_on=None)
            case Standing.SUSPENDED:
                return self.filter(closed_on=None).exclude(suspended_on=None)
            case Standing.QUALIFIED:
                return self.qualified(on=on).filter(qualified_until__gt=soon)
            case Standing.RENEWAL_DUE:
                return self.qualified(on=on).filter(qualified_until__lte=soon)
        neither = self.filter(closed_on=None, suspended_on=None)
        if standing == Standing.LAPSED:
            return neither.filter(qualified_until__lt=on)
        return neither.filter(Q(qualified_since=None) | Q(qualified_since__gt=on))


class Standing(models.TextChoices):
    """How an organization stands; it follows from its dates, so that nothing can go stale."""

    APPLICANT = "applicant", _("Not qualified yet")
    QUALIFIED = "qualified", pgettext_lazy("organization", "Qualified")
    RENEWAL_DUE = "renewal_due", _("Renewal due")
    LAPSED = "lapsed", _("Qualification ended")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged into another")


@pghistory.track()
class Organization(models.Model):
    """A nonprofit. Whether it is qualified follows from its dates, so nothing can go stale."""

    class Kind(models.TextChoices):
        CHARITY = "charity", _("Registered charity")
        NONPROFIT = "nonprofit", _("Nonprofit organization")
        LIBRARY = "library", _("Public library")

    class BudgetSource(models.TextChoices):
        STATEMENTS = "statements", _("Financial statements")
        RETURN = "return", _("Registered charity return (T3010)")
        BUDGET = "budget", _("Budget adopted by the board")

    number = models.PositiveIntegerField(_("number"), unique=True, default=next_number)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    former_names = ArrayField(
        models.CharField(max_length=200), verbose_name=_("former names"), default=list, blank=True
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, blank=True)
    bn = models.CharField(_("business number"), max_length=15, blank=True)
    neq = models.CharField(_("Québec enterprise number (NEQ)"), max_length=10, blank=True)
    corporation_number = models.CharField(
        _("federal corporation number"), max_length=12, blank=True
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="branches",
        verbose_name=_("branch of"),
    )
    street = models.CharField(_("street address"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.CharField(_("province or territory"), max_length=2, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=7, blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail address for licences"), blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="fr"
    )
    mission = models.TextField(_("mission"), blank=True)
    activities = models.ManyToManyField(Activity, verbose_name=_("activities"), blank=True)
    secular_arm = models.BooleanField(
        _("secular arm recognized"),
        default=False,
        help_text=_("Staff have recognized a secular arm of a religious organization."),
    )
    annual_budget = models.DecimalField(
        _("annual budget (CAD)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    budget_source = models.CharField(
        _("source of the budget"), max_length=20, choices=BudgetSource.choices, blank=True
    )
    budget_year = models.PositiveIntegerField(_("year of the budget"), null=True, blank=True)
    staff = models.PositiveIntegerField(_("paid employees"), null=True, blank=True)
    qualified_since = models.DateField(_("qualified since"), null=True, blank=True)
    qualified_until = models.DateField(_("qualified until"), null=True, blank=True)
    suspended_on = models.DateField(_("suspended on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["legal_name"], name="orgs_by_name"),
            # What a search box asks: any part of a name, and an address in any letters.
            GinIndex(OpClass(Plain("legal_name"), name="gin_trgm_ops"), name="orgs_name_parts"),
            models.Index(Upper("email"), name="orgs_by_email"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["bn"],
                condition=~Q(bn=""),
                name="orgs_one_per_bn",
                violation_error_message=_(
                    "An organization with this business number is registered."
                ),
            ),
            # Nine digits are one body; only its branches share them, under other accounts.
            models.UniqueConstraint(
                Left("bn", BN_ROOT),
                condition=~Q(bn="") & Q(parent=None),
                name="orgs_one_per_bn_root",
                violation_error_message=_(
                    "An organization with these nine digits is registered: is this its branch?"
                ),
            ),
            models.UniqueConstraint(
                fields=["neq"],
                condition=~Q(neq=""),
                name="orgs_one_per_neq",
                violation_error_message=_("An organization with this NEQ is registered."),
            ),
            models.UniqueConstraint(
                fields=["corporation_number"],
                condition=~Q(corporation_number=""),
                name="orgs_one_per_corporation_number",
                violation_error_message=_(
                    "An organization with this corporation number is registered."
                ),
            ),
            models.CheckConstraint(
                name="orgs_qualified_both_or_neither",
                condition=Q(qualified_since=None, qualified_until=None)
                | Q(qualified_since__lte=models.F("qualified_until")),
                violation_error_message=_("A qualification has a first and a last day."),
            ),
            models.CheckConstraint(
                name="orgs_merged_is_closed",
                condition=Q(merged_into=None)
                | (Q(closed_on__isnull=False) & ~Q(merged_into=models.F("id"))),
                violation_error_message=_("A merged organization is closed."),
            ),
            models.CheckConstraint(
                name="orgs_budget_not_negative",
                condition=Q(annual_budget=None) | Q(annual_budget__gte=0),
                violation_error_message=_("A budget cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name or str(_("Organization %(number)s") % {"number": self.number})

    @property
    def with_city(self) -> str:
        """Its name with its city, which tells namesakes apart."""
        return f"{self} ({self.city})" if self.city else str(self)

    @property
    def successor(self) -> "Organization":
        """The organization that it is now: itself, or the last it was merged into."""
        return self.merged_into.successor if self.merged_into else self

    def is_qualified(self, on: date) -> bool:
        """Whether the organization is known to be real on a day of Toronto."""
        return bool(
            self.suspended_on is None
            and self.closed_on is None
            and self.qualified_since
            and self.qualified_until
            and self.qualified_since <= on <= self.qualified_until
        )

    def standing(self, on: date) -> Standing:
        """How it stands on a day of Toronto: one answer, the gravest."""
        if self.merged_into_id:
            return Standing.MERGED
        if self.closed_on:
            return Standing.CLOSED
        if self.suspended_on:
            return Standing.SUSPENDED
        if not self.qualified_since or not self.qualified_until or self.qualified_since > on:
            return Standing.APPLICANT
        if self.qualified_until < on:
            return Standing.LAPSED
        is_soon = self.qualified_until <= on + RENEWAL_TIME
        return Standing.RENEWAL_DUE if is_soon else Standing.QUALIFIED
