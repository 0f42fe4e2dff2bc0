"""What public registers said when they were last read: their entries, and each reading.

An entry that is missing from a newer file is marked with the day and never deleted.
"""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Func, Max, OuterRef, Q, Subquery, TextField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registers import codes


class Register(models.TextChoices):
    """The files that can be read; the value is the command's word for it."""

    CRA = "cra", _("charity register")
    T3010 = "t3010", _("registered charity return")
    CORPORATIONS = "corporations", _("register of federal corporations")


class Plain(Func):
    """A text in small letters and without accents, as the indexes have it."""

    function = "registers_plain"
    output_field = TextField()


class ImportQuerySet(models.QuerySet["Import"]):
    def done(self) -> "ImportQuerySet":
        return self.filter(status=Import.Status.DONE)

    def newest_day(self, register: Register) -> Any:
        """The day of the newest file of a register; None when none was read."""
        return self.done().filter(register=register).aggregate(day=Max("as_of"))["day"]


class Import(models.Model):
    """One reading of a register's file: of which day it is, and what came of it."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused: nothing was changed")
        INTERRUPTED = "interrupted", _("Interrupted: nothing was changed")

    register = models.CharField(_("register"), max_length=20, choices=Register.choices)
    file_name = models.CharField(_("file"), max_length=200)
    as_of = models.DateField(_("day of the file"))
    status = models.CharField(
        _("result"), max_length=20, choices=Status.choices, default=Status.RUNNING
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    vanished = models.PositiveIntegerField(_("vanished"), default=0)
    revoked = models.PositiveIntegerField(_("no longer registered"), default=0)
    faults = models.TextField(_("faults"), blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("register import")
        verbose_name_plural = _("register imports")
        constraints = [
            models.CheckConstraint(
                name="registers_ended_unless_running",
                condition=Q(status="running", ended_at=None)
                | (~Q(status="running") & Q(ended_at__isnull=False)),
                violation_error_message=_("An import that is over has an end."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_register_display()}, {self.as_of}"


class EntryQuerySet(models.QuerySet["Any"]):
    def with_day(self) -> "EntryQuerySet":
        """With `read_on`: the day of the newest file of this register that was read."""
        newest = Import.objects.done().filter(register=self.model.register)
        return self.annotate(
            read_on=Subquery(newest.order_by("-as_of").values("as_of")[:1]),
        )

    def listed(self) -> "EntryQuerySet":
        """In the newest file that was read."""
        return self.filter(vanished_on=None)


class Entry(models.Model):
    """What all registers' entries have in common."""

    register: ClassVar[Register]

    first_read_on = models.DateField(_("first seen in the file of"))
    changed_on = models.DateField(_("last changed in the file of"))
    vanished_on = models.DateField(
        _("missing since the file of"), null=True, blank=True, db_index=True
    )

    class Meta:
        abstract = True

    @property
    def is_listed(self) -> bool:
        return self.vanished_on is None


class Address(models.Model):
    """Where it is, as the register writes it."""

    street = models.CharField(_("street address"), max_length=250, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.CharField(_("province or territory"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)

    class Meta:
        abstract = True


class CharityQuerySet(EntryQuerySet):
    def with_budget(self) -> "CharityQuerySet":
        """With what the newest return says on line 4950: `told_amount`, `told_end`, `told_on`."""
        told = Return.objects.filter(
            bn=OuterRef("bn"), expenditure__isnull=False, vanished_on=None
        ).order_by("-period_end")
        read = Import.objects.done().filter(register=Register.T3010).order_by("-as_of")
        return self.annotate(
            told_amount=Subquery(told.values("expenditure")[:1]),
            told_end=Subquery(told.values("period_end")[:1]),
            told_on=Subquery(read.values("as_of")[:1]),
        )

    def in_trouble(self) -> "CharityQuerySet":
        """Missing from the newest file, or there as anything but registered."""
        return self.exclude(Q(status__in=["", codes.REGISTERED]) & Q(vanished_on=None))


class Charity(Entry, Address):
    """An entry of the Canada Revenue Agency's list of charities and other qualified donees."""

    register = Register.CRA

    bn = models.CharField(_("registration number"), max_length=15, unique=True)
    name = models.CharField(_("name"), max_length=250)
    status = models.CharField(_("status"), max_length=60, blank=True)
    status_on = models.DateField(_("status since"), null=True, blank=True)
    donee_kind = models.CharField(_("type of qualified donee"), max_length=100, blank=True)
    sanction = models.CharField(_("sanction"), max_length=120, blank=True)
    designation = models.CharField(_("designation"), max_length=10, blank=True)
    charity_type = models.CharField(_("charity type"), max_length=120, blank=True)
    category = models.CharField(_("category"), max_length=10, blank=True)

    objects = CharityQuerySet.as_manager()

    class Meta:
        ordering = ["name", "bn"]
        verbose_name = _("charity")
        verbose_name_plural = _("charities")

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        return self.bn

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def door(self) -> str:
        """The street address on one line."""
        return self.street

    @property
    def since(self) -> date | None:
        """Since when it has its status, where the register says so."""
        return self.status_on

    @property
    def note(self) -> str:
        """What else stands beside the status."""
        return self.sanction

    @property
    def is_charity(self) -> bool:
        """Not one of the other qualified donees that the list has (older files do not say)."""
        return self.donee_kind in {"", codes.CHARITY}

    @property
    def is_good(self) -> bool:
        """Registered in the newest file, without a sanction."""
        return self.is_listed and self.status == codes.REGISTERED and not self.sanction

    @property
    def status_words(self) -> str | Promise:
        return codes.status_words(self.status)


class Return(Entry):
    """A charity's yearly return (T3010): its amounts, in dollars."""

    register = Register.T3010

    bn = models.CharField(_("registration number"), max_length=15)
    period_end = models.DateField(_("end of the fiscal year"))
    form = models.CharField(_("form"), max_length=10, blank=True)
    section = models.CharField(_("section"), max_length=10, blank=True)
    revenue = models.DecimalField(
        _("revenue (line 4700)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    expenditure = models.DecimalField(
        _("expenditure (line 4950)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    total = models.DecimalField(
        _("with gifts (line 5100)"), max_digits=16, decimal_places=2, null=True, blank=True
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["bn", "-period_end"]
        verbose_name = _("yearly return")
        verbose_name_plural = _("yearly returns")
        constraints = [
            models.UniqueConstraint(fields=["bn", "period_end"], name="registers_one_return_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.bn}, {self.period_end}"

    @property
    def number(self) -> str:
        return f"{self.bn} {self.period_end}"


class Corporation(Entry, Address):
    """An entry of Corporations Canada: active federal corporations other than business ones."""

    register = Register.CORPORATIONS

    number = models.CharField(_("corporation number"), max_length=12, unique=True)
    bn_root = models.CharField(_("business number"), max_length=9, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=300)
    other_name = models.CharField(_("name in its other form"), max_length=300, blank=True)
    act = models.CharField(_("governing legislation"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=60, blank=True)
    anniversary = models.DateField(_("anniversary"), null=True, blank=True)
    last_filing = models.PositiveIntegerField(_("last annual filing"), null=True, blank=True)
    last_meeting = models.DateField(_("last annual meeting"), null=True, blank=True)
    unit = models.CharField(_("second line of the address"), max_length=250, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["name", "number"]
        verbose_name = _("federal corporation")
        verbose_name_plural = _("federal corporations")

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.name, self.other_name) if name)

    @property
    def door(self) -> str:
        """The street address on one line."""
        return ", ".join(line for line in (self.street, self.unit) if line)

    @property
    def since(self) -> date | None:
        return None  # the register does not say

    @property
    def note(self) -> str:
        """What else stands beside the status."""
        return self.act

    @property
    def is_nonprofit(self) -> bool:
        """Incorporated under the act for nonprofits; cooperatives and others are not."""
        return self.act == codes.NONPROFIT_ACT

    @property
    def is_good(self) -> bool:
        return self.is_listed and self.status == codes.ACTIVE and self.is_nonprofit

    @property
    def status_words(self) -> str | Promise:
        return codes.status_words(self.status)


MODELS: dict[str, type[Charity] | type[Return] | type[Corporation]] = {
    Register.CRA: Charity,
    Register.T3010: Return,
    Register.CORPORATIONS: Corporation,
}
